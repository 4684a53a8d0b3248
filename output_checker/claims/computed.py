"""The lines of a table as people read it, computed from the cells that are shown of it.

One way for the author's own file and for what is released: what isn't shown can't be in a
number here, and whoever has the shown counts can compute all others again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from output_checker.claims.model import NO, YES, Claim, Dimension, Levels, Value

Cells = Callable[[Levels], Mapping[str, Value] | None]
"""A claim's cell as it is shown, by measure; None where it is hidden."""
OF_SURVIVAL = ("at risk", "events", "censored", "survival")
OF_MODEL = ("estimate", "se", "n", "residual df")
NOT_A_LEVEL = ""


@dataclass(frozen=True)
class Line:
    """``levels``: of the lines' dimensions, None for a total. ``hidden``: the measures
    without a number because a cell is hidden; others may be None for want of meaning."""

    levels: Levels
    values: Mapping[str, Value]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lines:
    """A table's header and its lines, in the order to show them."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    lines: tuple[Line, ...]


def lines(claim: Claim, cells: Cells) -> Lines:
    """The claim's table from its cells as they are shown.

    rates: numerator, denominator (or person-time) and their quotient times ``per``.
    survival: per step those at risk when it begins, events and censored within, and the
    share without an event when it ends. regression: a line per coefficient. Others: a
    line per cell.
    """
    names = tuple(d.name for d in claim.dimensions)
    match claim.kind:
        case "rates":
            return Lines(names[:-1], rate_names(claim), tuple(_rates(claim, cells)))
        case "survival":
            return Lines(names[:-1], OF_SURVIVAL, tuple(_survival(claim, cells)))
        case "regression":
            return Lines(("term", "level"), OF_MODEL, tuple(_coefficients(claim, cells)))
        case _:
            plain = tuple(_as_it_is(claim, cells, levels) for levels in claim.every())
            return Lines(names, claim.measures, plain)


def rate_names(claim: Claim) -> tuple[str, str, str]:
    """The columns of a table of rates."""
    return "numerator", claim.value or "denominator", f"rate per {claim.per}"


def _as_it_is(claim: Claim, cells: Cells, levels: Levels) -> Line:
    shown = cells(levels)
    if shown is None:
        return Line(levels, dict.fromkeys(claim.measures), frozenset(claim.measures))
    return Line(levels, {measure: shown[measure] for measure in claim.measures})


def _rates(claim: Claim, cells: Cells) -> Iterator[Line]:
    """A rate is n with it, divided by all (or by their person-time), times ``per``."""
    names, of = rate_names(claim), "n" if claim.value is None else "time"
    for group in _groups(claim, claim.dimensions[:-1]):
        having, among = _one(cells, (*group, YES)), _one(cells, (*group, None), of)
        known = having is not None and among is not None
        rate = (
            claim.per * having / among
            if claim.per and having is not None and among
            else None
        )
        gone = zip(names, (having is None, among is None, not known), strict=True)
        values = dict(zip(names, (having, among, rate), strict=True))
        yield Line(group, values, frozenset(name for name, no in gone if no))


def _rate(claim: Claim, having: Value, among: Value) -> Value:
    if claim.per is None or having is None or not among:
        return None
    return claim.per * having / among


def _survival(claim: Claim, cells: Cells) -> Iterator[Line]:
    """By the actuarial method: a share events / (at risk - censored / 2) has an event.

    Those censored within a step count for half of it (Cutler and Ederer, "Maximum
    utilization of the life table method in analyzing survival", J Chronic Dis 8, 1958).
    From the first hidden count on, nothing is: those at risk when its step is over tell how
    many left in it, events and censored together; the survival, how many had an event.
    """
    *steps, beyond = claim.dimensions[-2].levels
    for group in _groups(claim, claim.dimensions[:-2]):
        at_risk: Value = _one(cells, (*group, None, None))
        left: Value = 1.0
        for step in steps:
            had = _one(cells, (*group, step, YES)), _one(cells, (*group, step, NO))
            left, after = _passed(left, at_risk, *had)
            unknown = at_risk is None or None in had
            yield _step((*group, step), (at_risk, *had, left), unknown=unknown)
            at_risk = after
        tail = {**dict.fromkeys(OF_SURVIVAL), "at risk": at_risk}
        gone = frozenset(("at risk",)) if at_risk is None else frozenset[str]()
        yield Line((*group, beyond), tail, gone)


def _passed(
    left: Value, at_risk: Value, events: Value, censored: Value
) -> tuple[Value, Value]:
    """The share without an event and those at risk, when a step is over."""
    if at_risk is None or events is None or censored is None:
        return None, None
    after = max(0, at_risk - events - censored)  # each may be rounded by itself
    exposed = at_risk - censored / 2
    if left is None or exposed <= 0 or events > exposed:
        return None, after
    return left * (1 - events / exposed), after


def _step(levels: Levels, numbers: tuple[Value, ...], *, unknown: bool) -> Line:
    values = dict(zip(OF_SURVIVAL, numbers, strict=True))
    counts = {name for name in OF_SURVIVAL[:-1] if values[name] is None}
    return Line(levels, values, frozenset(counts | {"survival"} if unknown else counts))


def _coefficients(claim: Claim, cells: Cells) -> Iterator[Line]:
    """Their number taken from the patients leaves the residual degrees of freedom."""
    found = claim.model.coefficients if claim.model else ()
    n = _one(cells, ())
    for one in found:
        numbers = (one.estimate, one.se, n, None if n is None else n - len(found))
        values = dict(zip(OF_MODEL, numbers, strict=True))
        gone = frozenset(name for name in OF_MODEL if values[name] is None)
        yield Line((one.term, one.level or NOT_A_LEVEL), values, gone)


def _groups(claim: Claim, dimensions: tuple[Dimension, ...]) -> Iterator[Levels]:
    totals = ((None,) if claim.margins else () for _ in dimensions)
    return product(*((*d.levels, *t) for d, t in zip(dimensions, totals, strict=True)))


def _one(cells: Cells, levels: Levels, measure: str = "n") -> Value:
    shown = cells(levels)
    return None if shown is None else shown[measure]
