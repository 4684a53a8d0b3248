"""What two measured columns tell together: how they differ, in the groups of two tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from output_checker.claims.model import Levels
from output_checker.verify.cohort import Cohort
from output_checker.verify.numbers import Numbers, Recomputed
from output_checker.verify.parts import Parts, parts_of
from output_checker.verify.recompute import cells_of, source_of
from output_checker.verify.spread import Sql


@dataclass(frozen=True)
class Between:
    """A cell of each of two tables, and how what these measure of its people differs."""

    one: Levels
    other: Levels
    numbers: Numbers


def between(
    one: Recomputed, other: Recomputed, cohort: Cohort, largest: int
) -> tuple[Between, ...]:
    """Where both tables tell totals of the same people: these people's differences.

    Totals that aren't in a table follow from its cells.

    Of tables about one cohort. Nothing where they measure the same column, or not totals.
    """
    if not _tell_totals(one, other) or one.claim.value == other.claim.value:
        return ()
    claim = replace(
        one.claim, kind="summary", measures=("n", "mean"), cells={}, figure=None, per=None
    )
    found = cells_of(claim, source_of(_both(one, other, cohort)), cohort, largest)
    pairs = (
        Between(levels, there, found[levels])
        for levels in one.every()
        if levels in found and (there := _there(one, levels, other)) is not None
    )
    return tuple(pair for pair in pairs if _of_the_same(one, other, pair))


def _both(one: Recomputed, other: Recomputed, cohort: Cohort) -> Parts:
    """The people of both tables in the groups of the first, with their differences."""
    mine, theirs = (parts_of(table.claim, cohort) for table in (one, other))
    grouped = [f"({group.text}) IS NOT NULL" for group in theirs.groups]
    inside = [f"({mine.kept.text})", f"({theirs.kept.text})", *grouped]
    pieces = (mine.kept, theirs.kept, *theirs.groups)
    kept = Sql(" AND ".join(inside), tuple(v for piece in pieces for v in piece.values))
    return Parts(mine.groups, f"({mine.value} - {theirs.value})", kept)


def _tell_totals(*tables: Recomputed) -> bool:
    return all(t.is_summary and t.claim.kind in ("summary", "rates") for t in tables)


def _there(one: Recomputed, levels: Levels, other: Recomputed) -> Levels | None:
    """The other table's cell of these levels; None if it isn't divided by one of them."""
    pairs = zip(one.claim.dimensions, levels, strict=True)
    named = {d.identity: level for d, level in pairs if level is not None}
    known = [d.identity for d in other.claim.dimensions]
    return tuple(map(named.get, known)) if named.keys() <= set(known) else None


def _of_the_same(one: Recomputed, other: Recomputed, pair: Between) -> bool:
    """Do both tables tell the total, of the very people whose differences these are?"""
    told = ((one, pair.one), (other, pair.other))
    return all(
        table.totals(levels) and table.count(levels) == pair.numbers.contributors
        for table, levels in told
    )
