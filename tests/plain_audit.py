"""The attacker once more, written plainly and apart from the product: for its audits.

From the JSON of a problem itself: a variable for each cell, the value that the attacker
looks for; a row for each equation; HiGHS asked for the lowest and the highest.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import highspy

Json = Mapping[str, Any]


def believed(problem: Json, hidden: Collection[str], known: Collection[str] = ()) -> dict:
    """What an attacker takes each cell to be between, before he looks at any sum."""
    most = 3 * max([1, *(abs(cell["value"]) for cell in problem["cells"])])
    most += max([0, *(max(p.get("upper", 0), p.get("sliding", 0))
                      for p in problem["primaries"])])  # fmt: skip
    found = {}
    for cell in problem["cells"]:
        value = cell["value"]
        if cell["id"] in known:
            found[cell["id"]] = (value, value)
        elif cell["id"] in hidden:
            found[cell["id"]] = (cell.get("low", 0), cell.get("high", most))
        else:
            found[cell["id"]] = tuple(cell.get("shown", (value, value)))
    return found


def interval(
    problem: Json, hidden: Collection[str], cell: str, known: Collection[str] = (),
    *, whole: bool = False,
) -> tuple[float, float]:  # fmt: skip
    """The lowest and highest value of the cell in any table that agrees."""
    ends = []
    for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        model.setOptionValue("mip_rel_gap", 0.0)
        places = {}
        for n, (id_, (low, high)) in enumerate(believed(problem, hidden, known).items()):
            model.addVar(low, high)
            places[id_] = n
            if whole:
                model.changeColIntegrality(n, highspy.HighsVarType.kInteger)
        for equation in problem["equations"]:
            columns = [places[id_] for id_ in equation]
            model.addRow(0, 0, len(columns), columns, list(map(float, equation.values())))
        model.changeColCost(places[cell], 1.0)
        model.changeObjectiveSense(sense)
        model.run()
        assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        ends.append(model.getInfo().objective_function_value)
    return ends[0], ends[1]


def by_counting(
    problem: Json, hidden: Collection[str], cell: str, known: Collection[str] = ()
) -> tuple[int, int]:
    """The same in whole numbers, by trying every value of every cell. For tiny tables."""
    limits = believed(problem, hidden, known)
    values = [found[cell] for found in _tables(problem, limits)]
    return min(values), max(values)


def _tables(problem: Json, limits: Mapping[str, tuple[int, int]]) -> Iterator[dict]:
    open_ = [id_ for id_, (low, high) in limits.items() if low < high]
    shown = {id_: low for id_, (low, high) in limits.items() if low == high}
    for values in itertools.product(*(range(*_plus(limits[id_])) for id_ in open_)):
        table = {**shown, **dict(zip(open_, values, strict=True))}
        if all(sum(sign * table[id_] for id_, sign in equation.items()) == 0
               for equation in problem["equations"]):  # fmt: skip
            yield table


def _plus(limit: tuple[int, int]) -> tuple[int, int]:
    return limit[0], limit[1] + 1


def attackers(problem: Json) -> list[tuple[str, ...]]:
    """What each attacker knows: anybody nothing, single people their own cells."""
    return [(), *map(tuple, problem.get("singles", ()))]


def short(found: tuple[float, float], value: float, primary: Json) -> bool:
    """Is the interval narrower than the primary's protection?"""
    low, high = found
    near = 1e-5 * max(1.0, abs(value))
    return (
        low > value - primary.get("lower", 0) + near
        or high < value + primary.get("upper", 0) - near
        or high - low < primary.get("sliding", 0) - near
    )


def found_out(
    problem: Json, hidden: Collection[str], *, whole: bool = False
) -> list[tuple[str, tuple[str, ...]]]:
    """Each primary that somebody finds out too much about, and what he knew."""
    values = {cell["id"]: cell["value"] for cell in problem["cells"]}
    everything = [
        cell["id"] for cell in problem["cells"] if not _always_shown(cell, problem)
    ]
    bad = []
    for known, primary in itertools.product(attackers(problem), problem["primaries"]):
        cell = primary["id"]
        if cell in known:
            continue
        found = interval(problem, hidden, cell, known, whole=whole)
        if short(found, values[cell], primary):
            best = (
                interval(problem, everything, cell, known, whole=whole) if known else None
            )
            if best is None or _narrower(found, best, values[cell], primary):
                bad.append((cell, known))
    return bad


def _always_shown(cell: Json, problem: Json) -> bool:
    primary = any(p["id"] == cell["id"] for p in problem["primaries"])
    hideable = problem.get("zeros") == "hideable"
    return not primary and cell.get("fixed", not cell["value"] and not hideable)


def _narrower(
    found: tuple[float, float], best: tuple[float, float], value: float, primary: Json
) -> bool:
    """Of an insider no more is asked than hiding everything would keep from him."""
    asked = {
        "lower": min(primary.get("lower", 0), value - best[0]),
        "upper": min(primary.get("upper", 0), best[1] - value),
        "sliding": min(primary.get("sliding", 0), best[1] - best[0]),
    }
    return short(found, value, asked)
