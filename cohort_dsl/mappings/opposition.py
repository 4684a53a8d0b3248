"""Whom a site leaves out of everything: people who opposed, and other exclusions.

A mapping says in which tables they stand. Doubt leaves out: a row of somebody who opposed
counts unless it is certain that it doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa

from cohort_dsl.mappings import names, parts
from cohort_dsl.mappings.expressions import Expression
from cohort_dsl.mappings.losses import Losses, losses
from cohort_dsl.mappings.model import LeftOut, Texts
from cohort_dsl.mappings.parts import Place
from cohort_dsl.mappings.physical import LackingError
from cohort_dsl.model.types import DATE, STR, Kind, TableSchema, ValueType
from cohort_dsl.model.types import Column as SchemaColumn
from cohort_dsl.sql.dialect import Dialect, Sql

BEGINS, ENDS = "begins", "ends"
MOST = 16  # spellings of a text that are looked for
UNSEEN = ("\t", "\r", "\n", "\u00a0")


@dataclass(frozen=True)
class BoundLeftOut:
    """Where they are found. ``rows``: all rows of the table, each with ``patient_id`` and
    the columns of ``named``; ``counts``: of these the ones by which people are left out;
    ``losses``: of their days those that stand there and can't be read."""

    said: LeftOut
    rows: sa.Subquery
    counts: Sql = field(repr=False)
    losses: Callable[[], Losses | None] = field(repr=False)

    def people(self) -> sa.Select[Any]:
        """Who is left out; maybe several times."""
        patient = self.rows.c.patient_id
        return sa.select(patient).where(patient.is_not(sa.null()), self.counts)


def bind(
    left_out: tuple[LeftOut, ...], place: Place, today: date | None
) -> tuple[BoundLeftOut, ...]:
    """Where they are found. LackingError where anything of it isn't there: whoever can't
    tell who opposed serves nobody.

    ``today``: without it, what has begun or ended once is taken to hold still.
    """
    return tuple(_bound(one, place, today) for one in left_out)


def people(
    bound: tuple[BoundLeftOut, ...], everybody: sa.FromClause, place: Place
) -> sa.FromClause | None:
    """Everybody who is left out, each once; None where a mapping leaves nobody out.

    ``everybody``: who counts as a patient. Where they are known by texts, whoever is named
    in other capitals, or with a tab or a line's end, is meant, too.
    """
    if not bound:
        return None
    each = [one.people() for one in bound]
    named = each[0].distinct() if len(each) == 1 else sa.union(*each)
    if place.patient_id.kind is not Kind.STR:
        return named.subquery("left_out")
    its, known = named.subquery("named"), everybody.alias("known")
    same = alike(known.c.patient_id, its.c.patient_id, place.patient_id, place.dialect)
    found = sa.select(known.c.patient_id).join_from(known, its, same)
    return found.distinct().subquery("left_out")


def alike(one: Sql, other: Sql, patient_id: ValueType, dialect: Dialect) -> Sql:
    """Is it the same patient who is meant?"""
    if patient_id.kind is not Kind.STR:
        return one == other
    return folded(one, dialect) == folded(other, dialect)


def folded(text: Sql, dialect: Dialect) -> Sql:
    """Without capitals, tabs and ends of lines, which loaders leave in texts; NULL where
    nothing else is there."""
    for sign in UNSEEN:
        text = sa.func.replace(text, sa.literal(sign), sa.literal(""))
    plain = sa.func.trim(sa.func.lower(text), type_=dialect.type(Kind.STR))
    return dialect.by_code_point(sa.func.nullif(plain, sa.literal("")))


def _named(left_out: LeftOut) -> dict[str, Expression]:
    """The columns that are looked at, by names of our own."""
    found: dict[str, Expression] = {}
    if left_out.begins is not None:
        found[BEGINS] = left_out.begins
    if left_out.ends is not None:
        found[ENDS] = left_out.ends
    found |= {f"only_{n}": one.column for n, one in enumerate(left_out.only)}
    return found | {f"unless_{n}": one.column for n, one in enumerate(left_out.unless)}


def _bound(left_out: LeftOut, place: Place, today: date | None) -> BoundLeftOut:
    named = _named(left_out)
    kinds = {name: DATE if name in (BEGINS, ENDS) else STR for name in named}
    columns = tuple(SchemaColumn(name, kind) for name, kind in kinds.items())
    schema = TableSchema(left_out.name, columns, one_row_per_patient=False)
    part = replace(left_out.part, columns=named)
    try:
        tables = (part.table, *(join.table for join in part.joins))
        names.demand_readable(tables, place.physical)
        years = names.each(part, place.physical)
        for year in years:
            for name in (year.table, *(join.table for join in year.joins)):
                place.physical.demand_whole(name)
        found = [parts.bind(schema, one, list(named), place) for one in years]
        for lacking in (lacking for one in found for lacking in one.lacking.values()):
            raise lacking
    except LackingError as error:
        told = f"who is left out ({left_out.name}): {error.problem}"
        raise LackingError(told, named=error.named) from None
    every = [one.rows for one in found]
    rows = (sa.union_all(*every) if len(every) > 1 else every[0]).subquery("named")
    counts = sa.and_(sa.true(), *_conditions(left_out, rows, place, today))
    return BoundLeftOut(left_out, rows, counts, partial(losses, schema, years, place))


def _conditions(
    left_out: LeftOut, rows: sa.Subquery, place: Place, today: date | None
) -> Iterator[Sql]:
    """All of which must be True of a row that counts."""
    for number, texts in enumerate(left_out.only):
        yield _says(texts, rows.c[f"only_{number}"], place, whatever_case=True)
    for number, texts in enumerate(left_out.unless):
        value = rows.c[f"unless_{number}"]
        says = _says(texts, value, place, whatever_case=False)
        yield sa.case((says, sa.literal_column("0")), else_=1) == sa.literal_column("1")
    if today is not None:
        yield from _times(left_out, rows, today)


def spellings(text: str) -> set[str]:
    """What a database's ``lower`` may leave of a text in whatever capitals: some know no
    others than those of English, so each other letter may be a capital still."""
    found = {""}
    for sign in text.lower():
        options = {sign} if sign.isascii() else {sign, sign.upper()}
        found = {begun + one for begun in found for one in options}
        if len(found) > MOST:
            return {text.lower(), _of_english(text), _of_english(text.upper())}
    return found


def _of_english(text: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _says(one: Texts, value: Sql, place: Place, *, whatever_case: bool) -> Sql:
    """Capitals, and what can't be seen, don't matter to what leaves somebody out; to what
    lets them in they do."""
    said, texts = value, one.texts
    if whatever_case:
        said = folded(value, place.dialect)
        texts = tuple(sorted({one for text in texts for one in spellings(text)}))
    found: list[Sql] = [said.in_([sa.literal(text) for text in texts])] if texts else []
    if one.missing:
        found.append(said.is_(sa.null()))
    return sa.or_(*found)


def _times(left_out: LeftOut, rows: sa.Subquery, today: date) -> Iterator[Sql]:
    """A day that isn't known, or can't be, changes nothing: the row counts."""
    day = sa.literal(today)
    if left_out.begins is not None:
        begins = rows.c[BEGINS]
        yield sa.or_(begins.is_(sa.null()), begins <= day)
    if left_out.ends is not None:
        ends = rows.c[ENDS]
        still: list[Sql] = [ends.is_(sa.null()), ends >= day]
        if left_out.begins is not None:
            still.append(rows.c[BEGINS] > ends)
        yield sa.or_(*still)
