"""From recomputed tables to the cells of them that may not leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from output_checker.policy import Policy
from output_checker.report import Hidden
from output_checker.suppress.attack import SolverFailed
from output_checker.suppress.audit import Judge, as_pattern
from output_checker.suppress.family import Family, family
from output_checker.suppress.links import Link
from output_checker.suppress.primary import Cause
from output_checker.suppress.problem import Interval
from output_checker.suppress.solve import Solution, Unprotectable, candidates, solve
from output_checker.suppress.system import Floats
from output_checker.verify.numbers import CellKey, Recomputed

LARGEST = 6000
"""Cells that are protected together; more would take longer than anyone waits."""


@dataclass(frozen=True)
class Protected:
    """Which cells of some linked tables are hidden, and how surely.

    ``gap``: how much dearer than the cheapest safe pattern this may be, 0 when proven.
    ``intervals``: what an attacker can work out about each hidden count.
    """

    hidden: Mapping[CellKey, Hidden]
    causes: Mapping[CellKey, Cause]
    intervals: Mapping[CellKey, Interval]
    gap: float


class CannotProtect(Exception):
    """No pattern of hidden cells was found that keeps the small ones safe."""


def protect(
    tables: Sequence[Recomputed],
    policy: Policy,
    clock: Callable[[], float],
    links: Sequence[Link] = (),
) -> Protected:
    """The cheapest cells to hide in tables that are linked; CannotProtect."""
    if len({t.key(levels) for t in tables for levels in t.every()}) > LARGEST:
        raise CannotProtect(f"there are more than {LARGEST} cells")
    try:
        made = family(tables, policy, links)
        solution = solve(made.problem, seconds=policy.solver_seconds, clock=clock)
        return audited(made, candidates(made.problem, solution))
    except (Unprotectable, SolverFailed):
        raise CannotProtect("no choice of hidden cells keeps the small ones safe") from None


def audited(made: Family, solutions: Iterable[Solution]) -> Protected:
    """In the tables' terms the first of the solutions that survives an audit of its own."""
    judge = Judge(made.problem)
    for solution in solutions:
        pattern = as_pattern(made.problem, solution.hidden)
        if next(judge.exposures(pattern), None) is None:
            return _told(made, solution, judge, pattern)
    raise Unprotectable("no answer survives its audit")


def _told(made: Family, solution: Solution, judge: Judge, pattern: Floats) -> Protected:
    intervals = judge.intervals(0, pattern)
    keys = {place: key for key, place in made.places.items()}
    return Protected(
        hidden={
            keys[place]: Hidden.PRIMARY if place in made.causes else Hidden.COMPLEMENTARY
            for place in sorted(solution.hidden)
        },
        causes={keys[place]: cause for place, cause in made.causes.items()},
        intervals={keys[place]: interval for place, interval in intervals.items()},
        gap=solution.gap,
    )
