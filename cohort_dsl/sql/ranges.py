"""A question about some of the patients at a time: those whose ids lie in a range.

No patient's answer depends on another's, so the answers about all ranges are the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.types import Kind, Scalar, TableSchema
from cohort_dsl.sql.catalog import Catalog, Copy, Narrow, Shared, Source, Wanted
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.statements import Statement, render


@dataclass(frozen=True)
class Range:
    """Ids from ``first`` on, and before ``end``; None where there is no such bound."""

    first: Scalar | None = field(default=None, repr=False)
    end: Scalar | None = field(default=None, repr=False)


def ranges(starts: Sequence[Scalar]) -> tuple[Range, ...]:
    """Those that begin with these ids, which ascend; every id is in one of them."""
    firsts, ends = [None, *starts[1:]], [*starts[1:], None]
    return tuple(Range(*bounds) for bounds in zip(firsts, ends, strict=True))


def within(catalog: Catalog, held: Range, dialect: Dialect) -> Catalog:
    """The tables with these patients alone. Its ``people`` say who is a patient."""
    assert catalog.people is not None
    kind = catalog.patient_id.kind

    def narrowed(rows: sa.FromClause, name: str) -> sa.FromClause:
        told = list(_bounds(rows.c.patient_id, held, kind, dialect))
        return sa.select(*rows.c).where(*told).subquery(name)

    def source(name: str, whole: Source) -> Source:
        def rows(wanted: Collection[str]) -> sa.FromClause:
            return narrowed(whole.rows(wanted), name)

        return Source(whole.schema, rows)

    def shared(whole: Shared) -> Shared:
        def copied(wanted: Mapping[str, Wanted], narrow: Narrow) -> Copy:
            copy = whole.copied(wanted, narrow)
            return replace(
                copy, rows=sa.select(narrowed(copy.rows.subquery("gathered"), "some"))
            )

        return replace(whole, copied=copied)

    sources = {name: source(name, whole) for name, whole in catalog.sources.items()}
    people = narrowed(catalog.people, "people")
    once = tuple(map(shared, catalog.shared))
    return replace(
        catalog, sources=sources, people=people, everyone=frozenset(), shared=once
    )


def _bounds(whose: Sql, held: Range, kind: Kind, dialect: Dialect) -> Iterator[Sql]:
    ordered = _ordered(kind, dialect)
    if held.first is not None:
        yield ordered(whose) >= sa.literal(held.first, dialect.type(kind))
    if held.end is not None:
        yield ordered(whose) < sa.literal(held.end, dialect.type(kind))


def _ordered(kind: Kind, dialect: Dialect) -> Callable[[Sql], Sql]:
    return dialect.by_code_point if kind is Kind.STR else lambda number: number


def starts(catalog: Catalog, size: int, dialect: Dialect) -> Statement:
    """Asks for each id that begins a range of so many patients, in order."""
    assert catalog.people is not None
    people = catalog.people.alias("people")
    by: Sql = _ordered(catalog.patient_id.kind, dialect)(people.c.patient_id)
    place: Sql = sa.func.row_number().over(order_by=by)
    placed = sa.select(people.c.patient_id, place.label("place")).subquery("placed")
    beginning = sa.func.mod(placed.c.place, sa.literal_column(str(size)))
    first: Sql = sa.literal_column(str(1 % size))
    found: sa.Select[Any] = sa.select(placed.c.patient_id).where(beginning == first)
    return render(found.order_by(placed.c.place), dialect)


def told(catalog: Catalog, tables: Collection[TableSchema], dialect: Dialect) -> str:
    """How these tables and the patients are read, and whoever is left out, as SQL with its
    values: the same text as long as they are read in the same way, on the same day if it
    is by days that people are left out."""
    read = [
        sa.select(*catalog.rows(one.name, [c.name for c in one.columns]).c)
        for one in tables
    ]
    assert catalog.people is not None
    asked = [*read, sa.select(catalog.people.c.patient_id)]
    if catalog.left_out is not None:
        asked.append(sa.select(catalog.left_out.c.patient_id))
    found = [render(rows, dialect) for rows in asked]
    return "\n".join(f"{one.text} {one.parameters!r}" for one in found)
