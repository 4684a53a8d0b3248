"""A stated problem, protected or audited, and told: in the words of its own file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from output_checker.errors import ProblemError
from output_checker.suppress.attack import SolverFailed
from output_checker.suppress.audit import Exposure, Judge, as_pattern
from output_checker.suppress.problem import Interval, Need
from output_checker.suppress.problem_file import Stated
from output_checker.suppress.solve import Solution, Unprotectable, candidates, solve
from output_checker.suppress.system import Floats

SECONDS = 60.0


@dataclass(frozen=True)
class Primary:
    """What an attacker can work out about a primary cell, and what was asked.

    ``interval``: what anybody can. ``insider``, ``inside``: if somebody who knows these
    cells is the one who finds out too much, they and what he can.
    """

    id: str
    value: float
    interval: Interval
    low: float
    high: float
    width: float
    safe: bool
    insider: tuple[str, ...] = ()
    inside: Interval | None = None


@dataclass(frozen=True)
class Outcome:
    """A pattern, judged. ``bound``: no safe pattern costs less; None in an audit.

    ``hidden``: all hidden cells; ``secondary``: those that aren't primary; ``cost``: of
    these.
    """

    title: str
    hidden: tuple[str, ...]
    secondary: tuple[str, ...]
    cost: float
    primaries: tuple[Primary, ...]
    bound: float | None = None
    proven: bool = False
    gap: float | None = None

    @property
    def safe(self) -> bool:
        return all(primary.safe for primary in self.primaries)


def protected(
    stated: Stated,
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """The cheapest cells to hide, or those found in ``seconds``; always audited afresh.

    The same problem gives the same answer, unless time runs out. ProblemError where not
    even hiding all that may be hidden is enough.
    """
    try:
        solution = solve(stated.problem, seconds=seconds, clock=clock)
        for one in candidates(stated.problem, solution):
            if (outcome := _judged(stated, one.hidden, one)).safe:
                return outcome
        raise Unprotectable("no answer survives its audit")
    except (Unprotectable, SolverFailed):
        raise ProblemError(
            "no choice of hidden cells meets every protection level",
            where=stated.title or "the problem",
            remedy="Ask for lower levels, or let more cells be hidden.",
        ) from None


def audited(stated: Stated, pattern: frozenset[int] | None = None) -> Outcome:
    """What hiding exactly these cells leaves to find out, whoever chose them.

    Left out: the cells that the file says are hidden, or else the primaries alone.
    """
    if pattern is None:
        pattern = stated.pattern
    return _judged(stated, stated.problem.hidden if pattern is None else pattern, None)


def _judged(stated: Stated, hidden: frozenset[int], solution: Solution | None) -> Outcome:
    problem, judge = stated.problem, Judge(stated.problem)
    pattern = as_pattern(problem, hidden)
    exposed = {found.need.cell: found for found in judge.exposures(pattern)}
    (layer,) = problem.layers
    found = judge.intervals(0, pattern, [need.cell for need in layer.needs])
    return Outcome(
        title=stated.title,
        hidden=stated.names(hidden),
        secondary=stated.names(hidden - problem.hidden),
        cost=problem.cost(hidden),
        primaries=tuple(
            _primary(stated, judge, pattern, need, found[need.cell], exposed.get(need.cell))
            for need in layer.needs
        ),
        bound=solution.bound if solution else None,
        proven=bool(solution and solution.proven),
        gap=solution.gap if solution else None,
    )


def _primary(
    stated: Stated,
    judge: Judge,
    pattern: Floats,
    need: Need,
    interval: Interval,
    exposure: Exposure | None,
) -> Primary:
    (layer,) = stated.problem.layers
    inside = None
    if exposure is not None and exposure.insider:
        (inside,) = judge.intervals(0, pattern, [need.cell], exposure.insider).values()
    values = (layer.values[need.cell], need.low, need.high, need.width)
    value, low, high, width = (_own(stated, number) for number in values)
    return Primary(
        id=stated.ids[need.cell],
        value=value,
        interval=_own_interval(stated, interval),
        low=low,
        high=high,
        width=width,
        safe=exposure is None,
        insider=stated.names(exposure.insider) if exposure else (),
        inside=_own_interval(stated, inside) if inside else None,
    )


def _own(stated: Stated, number: float) -> float:
    """The number in the file's own unit, without the digits that computing added."""
    return number if stated.scale == 1 else float(f"{number / stated.scale:.9g}")


def _own_interval(stated: Stated, interval: Interval) -> Interval:
    low, high = interval
    return _own(stated, low), _own(stated, high)


# Telling ------------------------------------------------------------------------------


def as_json(outcome: Outcome) -> dict[str, object]:
    """The outcome for programs."""
    return {
        "title": outcome.title,
        "safe": outcome.safe,
        "hidden": list(outcome.hidden),
        "secondary": list(outcome.secondary),
        "cost": outcome.cost,
        "bound": outcome.bound,
        "proven_optimal": outcome.proven,
        "gap": outcome.gap,
        "primaries": [
            {
                "id": p.id,
                "value": p.value,
                "interval": list(p.interval),
                "asked": {"low": p.low, "high": p.high, "width": p.width},
                "safe": p.safe,
                "insider": list(p.insider),
                "inside": list(p.inside) if p.inside else None,
            }
            for p in outcome.primaries
        ],
    }


def summary(outcome: Outcome) -> Iterable[str]:
    """The pattern, its cost and what is proven, for people."""
    count = f"{len(outcome.secondary)} of these for others' sake"
    yield f"Hidden cells: {len(outcome.hidden)}, {count}."
    if outcome.secondary:
        yield f"  {'; '.join(outcome.secondary)}"
    yield f"Cost: {outcome.cost:g}."
    if outcome.proven:
        yield "Proven: no cheaper pattern is safe."
    elif outcome.gap is not None:
        yield (
            f"Not proven cheapest: a safe pattern may cost {outcome.bound:g}, "
            f"{outcome.gap:.1%} less. Time was up."
        )
    bad = sum(not primary.safe for primary in outcome.primaries)
    if bad:
        yield f"NOT SAFE: {bad} of {len(outcome.primaries)} primary cells are found out."
    else:
        yield "Safe: every primary cell stays as uncertain as was asked."


HEADINGS = ("cell", "value", "asked", "an attacker finds", "")


def rows(outcome: Outcome) -> list[list[str]]:
    """A line for each primary cell."""
    return [
        [
            p.id,
            f"{p.value:g}",
            _span(p.low, p.high) + (f", {p.width:g} wide" if p.width else ""),
            _span(*p.interval),
            "" if p.safe else _finder(p),
        ]
        for p in outcome.primaries
    ]


def _finder(primary: Primary) -> str:
    if primary.inside is None:
        return "FOUND OUT"
    knowing = ", ".join(primary.insider)
    return f"FOUND OUT: {_span(*primary.inside)} to who knows {knowing}"


def _span(low: float, high: float) -> str:
    return f"{low:g} to {high:g}"
