"""Linked tables as one problem: a cell hidden in one is hidden in all.

Linked are tables about the same people, in which a cell described alike is one cell, and
tables with sums over the same people, however these are described (see links).

Layers: the counts of all tables, whole numbers; and for each measured column the totals
and, where deviations are shown, the totals of squares, as n and mean give the total away.

What must stay uncertain about a small count v under threshold t (levels after Fischetti
and Salazar; the choice of values is ours): the attacker's interval

- reaches up to t, so that nobody can tell that the group is small,
- reaches below v, unless v is the least that anyone would believe with all cells hidden,
- is at least t - 1 wide, so that it is never narrower than what "hidden" itself tells
  (1 to t - 1), and a 9 isn't pinned between 9 and 10.

Of totals behind means: p per cent of the cell's size each way (the p% rule's own measure);
and as much of a count of the people of few providers.

The attacker is taken to be strong: he knows the policy, that shown counts but zero reach
the threshold, and that hidden cells hold somebody (except in small groups, where zeros are
hidden too); he knows counts beside means exactly, whatever rounding shows, since sums of
whole numbers betray n. Who is alone in a cell is taken to know that, and so its numbers:
he attacks all others, and must stay as uncertain as anybody. What nobody is taken to know:
other releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from output_checker.claims.model import Levels
from output_checker.policy import Policy
from output_checker.suppress.audit import Judge, as_pattern
from output_checker.suppress.links import Link
from output_checker.suppress.primary import Cause, groups, in_small_group, primary
from output_checker.suppress.problem import Equation, Interval, Layer, Need, Problem
from output_checker.suppress.rounding import told
from output_checker.verify.numbers import NOBODY, CellKey, Recomputed

SCALE = 1e4
"""The largest total, after scaling: a solver's absolute tolerance is fine enough there."""
LEAST = 1.0
"""The size below which a hidden total is taken for this: a total of zero is one too."""


@dataclass(frozen=True)
class _Member:
    """One cell of one table."""

    table: Recomputed
    levels: Levels
    cause: Cause | None
    in_small: bool

    @property
    def count(self) -> int:
        return self.table.count(self.levels)

    @property
    def published(self) -> bool:
        return self.table.published(self.levels)


@dataclass(frozen=True)
class Family:
    """The problem of some tables, and which of its cells is which of theirs."""

    problem: Problem
    places: Mapping[CellKey, int]
    causes: Mapping[int, Cause]


def family(
    tables: Sequence[Recomputed], policy: Policy, links: Sequence[Link] = ()
) -> Family:
    """One suppression problem for linked tables."""
    members = _members(tables, policy)
    places = {key: place for place, key in enumerate(members)}
    cells = list(members.values())
    causes = {
        place: cause
        for place, cell in enumerate(cells)
        if (cause := _cause(cell)) is not None
    }
    unseen = {
        place for place, cell in enumerate(cells) if not any(m.published for m in cell)
    }
    hidden = frozenset(causes) | unseen
    fixed = frozenset(p for p, c in enumerate(cells) if not c[0].count) - hidden
    layers = [_counts(tables, places, cells, policy)]
    for measured in _measured(tables):
        layers += _totals(measured, places, causes, policy)
    weights = tuple(float(cell[0].count) for cell in cells)
    sums = [{places[key]: weight for key, weight in link.items()} for link in links]
    linked = tuple(_linked(layer, sums) for layer in layers)
    problem = _attainable(Problem(weights, hidden, fixed, linked))
    return Family(problem, places, causes)


def _linked(layer: Layer, sums: Iterable[Mapping[int, float]]) -> Layer:
    """The layer with the links that are between its cells."""
    own = {place: n for n, place in enumerate(layer.cells)}
    links = (
        tuple((own[place], weight) for place, weight in weights.items())
        for weights in sums
        if weights.keys() <= own.keys()
    )
    return replace(layer, links=tuple(links))


def _attainable(problem: Problem) -> Problem:
    """The problem without asking a cell to reach lower than it can with all hidden.

    Sums bind from below even then: a total of two cells that hold somebody is at least 2.
    """
    judge = Judge(problem)
    everything = as_pattern(problem, problem.hidden | set(problem.free))
    layers = []
    for n, layer in enumerate(problem.layers):
        lows = [Need(m.cell, m.low, layer.values[m.cell]) for m in layer.needs]
        doubtful = [need.cell for need in judge.unsettled(n, everything, lows)]
        known = judge.intervals(n, everything, doubtful)
        needs = tuple(
            replace(m, low=max(m.low, known[m.cell][0])) if m.cell in known else m
            for m in layer.needs
        )
        layers.append(replace(layer, needs=needs))
    return replace(problem, layers=tuple(layers))


def _members(tables: Iterable[Recomputed], policy: Policy) -> dict[CellKey, list[_Member]]:
    members: dict[CellKey, list[_Member]] = {}
    for table in tables:
        causes = primary(table, policy)
        for levels in table.every():
            small = in_small_group(table, levels, policy)
            member = _Member(table, levels, causes.get(levels), small)
            members.setdefault(table.key(levels), []).append(member)
    return members


def _cause(cell: Sequence[_Member]) -> Cause | None:
    """Any table's reason to hide a cell is reason enough; the first in Cause's order."""
    found = {member.cause for member in cell}
    return next((cause for cause in Cause if cause in found), None)


def _counts(
    tables: Iterable[Recomputed],
    places: Mapping[CellKey, int],
    cells: Sequence[Sequence[_Member]],
    policy: Policy,
) -> Layer:
    people = max(cell[0].count for cell in cells)
    most = float(2 * people + 2 * policy.threshold)
    return Layer(
        name="counts",
        cells=tuple(range(len(cells))),
        values=tuple(float(cell[0].count) for cell in cells),
        possible=tuple(_believed(cell, most) for cell in cells),
        shown=tuple(_told(cell, policy) for cell in cells),
        equations=_equations(tables, places),
        needs=tuple(
            need
            for place, cell in enumerate(cells)
            for need in _count_needs(place, cell, policy)
        ),
        integer=True,
        insiders=_insiders(tables, places),
    )


def _believed(cell: Sequence[_Member], most: float) -> Interval:
    """What anyone believes of a count before seeing it, but knowing that it is hidden."""
    somebody = cell[0].count > 0 and not any(m.in_small for m in cell)
    return (1.0 if somebody and any(m.published for m in cell) else 0.0, most)


def _told(cell: Sequence[_Member], policy: Policy) -> Interval | None:
    """What the tables that show the cell tell of its count, taken together."""
    shown = [m for m in cell if m.published]
    if not shown:
        return None
    exact = float(shown[0].count)
    if any(m.table.betrays_n for m in shown):
        return (exact, exact)
    return told(shown[0].count, policy)


def _count_needs(place: int, cell: Sequence[_Member], policy: Policy) -> list[Need]:
    count, threshold = float(cell[0].count), float(policy.threshold)
    match _cause(cell):
        case Cause.SMALL:
            least, _ = _believed(cell, threshold)
            return [Need(place, max(least, count - 1), threshold, threshold - 1)]
        case Cause.EMPTY_IN_SMALL:
            return [Need(place, 0.0, 1.0, 1.0)]
        case Cause.PROVIDERS:
            margin = count * policy.p_percent / 100
            return [Need(place, count - margin, count + margin)]
        case _:  # a dominated total's count may be known, or the cell isn't hidden
            return []


def _insiders(
    tables: Iterable[Recomputed], places: Mapping[CellKey, int]
) -> tuple[tuple[int, ...], ...]:
    """For each person who is alone in a cell that cell, and the totals with nobody else."""
    found: dict[int, set[int]] = {}
    for table in tables:
        for levels in table.every():
            if None not in levels and table.count(levels) == 1:
                alone = (total for total in groups(levels) if table.count(total) == 1)
                mine = found.setdefault(places[table.key(levels)], set())
                mine |= {places[table.key(cell)] for cell in (levels, *alone)}
    return tuple(dict.fromkeys(tuple(sorted(cells)) for cells in found.values()))


def _equations(
    tables: Iterable[Recomputed], places: Mapping[CellKey, int]
) -> tuple[Equation, ...]:
    """Each total is the sum of its levels, over each dimension; the same one once."""
    found: dict[Equation, None] = {}
    for table in tables:
        for levels in table.every():
            for spot, dimension in enumerate(table.claim.dimensions):
                if levels[spot] is None:
                    parts = tuple(
                        places[table.key((*levels[:spot], level, *levels[spot + 1 :]))]
                        for level in dimension.levels
                    )
                    found[Equation(places[table.key(levels)], parts)] = None
    return tuple(found)


def _measured(tables: Iterable[Recomputed]) -> list[list[Recomputed]]:
    """The tables that tell totals beside counts, by what they measure."""
    by_value: dict[str | None, list[Recomputed]] = {}
    for table in tables:
        if table.claim.kind in ("summary", "rates") and len(table.claim.measures) > 1:
            by_value.setdefault(table.claim.value, []).append(table)
    return list(by_value.values())


def _totals(
    tables: Sequence[Recomputed],
    places: Mapping[CellKey, int],
    causes: Mapping[int, Cause],
    policy: Policy,
) -> Iterable[Layer]:
    cells = {
        table.key(levels): (table, levels) for table in tables for levels in table.every()
    }
    numbers = {
        key: table.cells.get(levels, NOBODY) for key, (table, levels) in cells.items()
    }
    totals = {key: (n.total, n.size) for key, n in numbers.items()}
    squares = {key: (n.squares, n.squares) for key, n in numbers.items()}
    signed = not all(table.nonnegative for table in tables)
    yield _total("totals", tables, totals, signed, places, causes, policy)
    if any("sd" in table.claim.measures for table in tables):
        yield _total("squares", tables, squares, False, places, causes, policy)


def _total(
    name: str,
    tables: Sequence[Recomputed],
    sums: Mapping[CellKey, tuple[float, float]],
    signed: bool,
    places: Mapping[CellKey, int],
    causes: Mapping[int, Cause],
    policy: Policy,
) -> Layer:
    """The layer of a total: ``sums`` are each cell's total and its size, sign apart."""
    largest = max(size for _, size in sums.values())
    scale = SCALE / (largest or 1.0)
    shown = {
        t.key(levels)
        for t in tables
        for levels in t.every()
        if t.published(levels) and t.totals(levels)
    }
    own = {key: place for place, key in enumerate(sums)}
    most = 10 * SCALE
    values = [value * scale for value, _ in sums.values()]
    return Layer(
        name=name,
        cells=tuple(places[key] for key in sums),
        values=tuple(values),
        possible=tuple((-most if signed else 0.0, most) for _ in values),
        shown=tuple(
            (v, v) if key in shown else None for key, v in zip(sums, values, strict=True)
        ),
        equations=_equations(tables, own),
        needs=tuple(
            _total_need(own[key], values[own[key]], size * scale, signed, policy)
            for key, (_, size) in sums.items()
            if places[key] in causes and causes[places[key]] is not Cause.EMPTY_IN_SMALL
        ),
        insiders=_insiders(tables, own),
    )


def _total_need(
    place: int, value: float, size: float, signed: bool, policy: Policy
) -> Need:
    margin = max(size, LEAST) * policy.p_percent / 100
    low = value - margin
    return Need(place, low if signed else max(low, 0.0), value + margin)
