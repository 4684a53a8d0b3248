"""From recomputed tables to what may leave of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from output_checker.claims.model import UNIT, Levels
from output_checker.policy import Policy
from output_checker.report import Cell, Hidden, Table
from output_checker.suppress.attack import SolverFailed
from output_checker.suppress.audit import Judge, as_pattern
from output_checker.suppress.family import Family, family
from output_checker.suppress.links import Link
from output_checker.suppress.primary import Cause
from output_checker.suppress.problem import Interval
from output_checker.suppress.rounding import rounded, significant
from output_checker.suppress.solve import Solution, Unprotectable, solve
from output_checker.verify.compare import measure
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
        return audited(made, solution)
    except (Unprotectable, SolverFailed):
        raise CannotProtect("no choice of hidden cells keeps the small ones safe") from None


def audited(made: Family, solution: Solution) -> Protected:
    """The solution in the tables' terms, if it survives an audit of its own."""
    judge = Judge(made.problem)
    pattern = as_pattern(made.problem, solution.hidden)
    if next(judge.exposures(pattern), None) is not None:
        raise Unprotectable("the answer doesn't survive its audit")
    intervals = judge.intervals(0, pattern)
    keys = {place: key for key, place in made.places.items()}
    return Protected(
        hidden={
            keys[place]: Hidden.PRIMARY if place in made.causes else Hidden.COMPLEMENTARY
            for place in sorted(solution.hidden)
        },
        causes={keys[place]: cause for place, cause in made.causes.items()},
        intervals={keys[place]: interval for place, interval in intervals.items()},
        gap=(solution.cost - solution.bound) / solution.cost
        if not solution.proven
        else 0.0,
    )


def table(found: Recomputed, protected: Protected, policy: Policy) -> Table:
    """All that may leave of a table: hidden cells without numbers, others as shown."""
    claim = found.claim
    return Table(
        title=claim.title,
        kind=claim.kind,
        unit=UNIT,
        dimensions=tuple(d.name for d in claim.dimensions),
        measures=claim.measures,
        cells=tuple(
            _cell(found, levels, protected, policy)
            for levels in found.every()
            if found.published(levels)
        ),
        protection=_protection(found, policy),
        figure=claim.figure,
        population=", ".join(map(str, claim.population)) or "everyone in the cohort",
        variable=claim.value,
    )


def _cell(found: Recomputed, levels: Levels, protected: Protected, policy: Policy) -> Cell:
    key = found.key(levels)
    if key in protected.hidden:
        nothing = dict.fromkeys(found.claim.measures)
        return Cell(levels, nothing, protected.hidden[key], protected.intervals.get(key))
    shown = {
        name: rounded(found.count(levels), policy)
        if name == "n"
        else significant(measure(found, levels, name), policy)
        for name in found.claim.measures
    }
    return Cell(levels, shown)


def _protection(found: Recomputed, policy: Policy) -> str:
    parts = [
        f"Counts from 1 to {policy.threshold - 1} are hidden, and further cells"
        " so that they can't be worked out"
    ]
    if policy.round_to > 1:
        parts.append(f"other counts are each rounded to the nearest {policy.round_to}")
    if len(found.claim.measures) > 1:
        parts.append(
            f"measures are shown to {policy.significant_digits} significant digits"
        )
    return "; ".join(parts) + "."
