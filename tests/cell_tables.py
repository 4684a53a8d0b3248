"""Tables as suppression problems, built from their inner cells; and the slow, plain way
to solve and to attack them: try everything."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

from output_checker.suppress.audit import audit
from output_checker.suppress.problem import Equation, Layer, Need, Problem

TOTAL = None
Key = tuple[str | None, ...]


def with_totals(inner: Mapping[Key, float]) -> dict[Key, float]:
    """All cells of a table, total over each dimension included."""
    sizes = range(len(next(iter(inner))))
    levels = [sorted({key[d] for key in inner}) for d in sizes]
    every = itertools.product(*([*names, TOTAL] for names in levels))
    return {
        key: sum(value for cell, value in inner.items() if in_total(cell, key))
        for key in every
    }


def sums(keys: Sequence[Key]) -> tuple[Equation, ...]:
    """Each total is the sum of its levels, over each dimension."""
    place = {key: n for n, key in enumerate(keys)}
    found = []
    for key in keys:
        for d, level in enumerate(key):
            if level is TOTAL:
                parts = [
                    other
                    for other in keys
                    if other[d] is not TOTAL and (*other[:d], TOTAL, *other[d + 1 :]) == key
                ]
                found.append(Equation(place[key], tuple(place[p] for p in parts)))
    return tuple(found)


def a_problem(
    cells: Mapping[Key, float],
    hidden: Iterable[Key],
    needs: Mapping[Key, tuple[float, float, float]],
    *,
    least: float = 0.0,
    whole: bool = False,
    equations: tuple[Equation, ...] | None = None,
    fixed: Iterable[Key] = (),
) -> Problem:
    """A problem whose shown cells are exact and whose costs are the cells' values."""
    keys = list(cells)
    values = tuple(float(v) for v in cells.values())
    most = 3 * max(values)
    layer = Layer(
        name="cells",
        cells=tuple(range(len(keys))),
        values=values,
        possible=tuple((min(least, v), most) for v in values),
        shown=tuple((v, v) for v in values),
        equations=sums(keys) if equations is None else equations,
        needs=tuple(Need(keys.index(key), *need) for key, need in needs.items()),
        integer=whole,
    )
    return Problem(
        weights=values,
        hidden=frozenset(keys.index(key) for key in hidden),
        fixed=frozenset(keys.index(key) for key in fixed),
        layers=(layer,),
    )


def cheapest_by_trying(problem: Problem) -> float | None:
    """The least cost of any pattern that survives the audit."""
    costs = [
        problem.cost(problem.hidden | set(more))
        for size in range(len(problem.free) + 1)
        for more in itertools.combinations(problem.free, size)
        if not audit(problem, problem.hidden | set(more))
    ]
    return min(costs, default=None)


def a_table_that_agrees(
    known: Mapping[Key, tuple[int, int]], levels: Sequence[Sequence[str]]
) -> dict[Key, int] | None:
    """A table of whole numbers whose cells and totals all lie between what is known.

    One cell after the other, every value, turning back where a total can't come right.
    """
    inner = list(itertools.product(*levels))
    limits = [
        ([n for n, cell in enumerate(inner) if in_total(cell, key)], low, high)
        for key, (low, high) in known.items()
    ]

    def fits(values: list[int]) -> bool:
        done = len(values)
        for places, low, high in limits:
            least = sum(values[p] if p < done else known[inner[p]][0] for p in places)
            most = sum(values[p] if p < done else known[inner[p]][1] for p in places)
            if least > high or most < low:
                return False
        return True

    def search(values: list[int]) -> list[int] | None:
        if len(values) == len(inner):
            return values
        low, high = known[inner[len(values)]]
        tries = ([*values, value] for value in range(low, high + 1))
        return next((end for t in tries if fits(t) and (end := search(t))), None)

    found = search([])
    return None if found is None else dict(zip(inner, found, strict=True))


def in_total(cell: Key, total: Key) -> bool:
    """Does the inner cell count in the total?"""
    return all(t is TOTAL or t == c for t, c in zip(total, cell, strict=True))
