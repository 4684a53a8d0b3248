"""What is lost when a mapping's columns are read: values that are there, but unreadable.

A date that is no date becomes missing, and so does a number that is none. That is right,
and nobody would know. So a check looks at both sides: what stands in the database as text,
and what has become of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from cohort_dsl.mappings import parts
from cohort_dsl.mappings.conversions import READ_AS
from cohort_dsl.mappings.expressions import (
    Column,
    DayIn,
    DayOf,
    DaysAfter,
    Expression,
    First,
    FirstOfMonth,
    OpenEnd,
)
from cohort_dsl.mappings.model import Part
from cohort_dsl.mappings.parts import Place
from cohort_dsl.model.types import STR, TableSchema
from cohort_dsl.model.types import Column as SchemaColumn
from cohort_dsl.sql.dialect import Sql


@dataclass(frozen=True)
class Losses:
    """Rows as they are served. ``there``, ``lost``: by column, the conditions that
    something stands in the database, and that nothing is served all the same."""

    rows: sa.FromClause
    there: Mapping[str, Sql]
    lost: Mapping[str, Sql]


def losses(schema: TableSchema, each: Sequence[Part], place: Place) -> Losses | None:
    """Of the parts whose rows are a table; None where nothing can get lost."""
    wanted = [c.name for c in schema.columns if c.type.kind in READ_AS]
    looked = [{n: _there(part.columns.get(n)) for n in wanted} for part in each]
    names = [name for name in wanted if any(one[name] for one in looked)]
    if not names:
        return None
    width = {name: max(len(one[name]) for one in looked) for name in names}
    wider = _widened(schema, width)
    # Days that stand for none are read, and mean that there is none: nothing is lost.
    plain = replace(place, no_days=())
    selects = [
        parts.bind(wider, _part(part, one, width), [c.name for c in wider.columns], plain)
        for part, one in zip(each, looked, strict=True)
    ]
    every = [one.rows for one in selects]
    rows = (sa.union_all(*every) if len(every) > 1 else every[0]).subquery("looked_at")
    there = {name: _any(rows, name, number) for name, number in width.items()}
    return Losses(rows, there, {n: sa.and_(there[n], _missing(rows, n)) for n in names})


def _any(rows: sa.FromClause, name: str, number: int) -> Sql:
    found = (rows.c[f"{name}_text_{n}"].is_not(sa.null()) for n in range(number))
    return sa.or_(*found)


def _missing(rows: sa.FromClause, name: str) -> Sql:
    return rows.c[name].is_(sa.null())


def _widened(schema: TableSchema, width: Mapping[str, int]) -> TableSchema:
    """The columns that can get lost, and beside each the texts that it is read from."""
    own = [schema.column(name) for name in width]
    texts = [
        SchemaColumn(f"{name}_text_{n}", STR)
        for name, number in width.items()
        for n in range(number)
    ]
    return TableSchema(schema.name, (*own, *texts), one_row_per_patient=False)


def _part(
    part: Part, looked: Mapping[str, Sequence[Expression]], width: Mapping[str, int]
) -> Part:
    columns: dict[str, Expression | None] = {}
    for name, number in width.items():
        columns[name] = _within(part.columns.get(name)) if looked[name] else None
        for n in range(number):
            found = looked[name]
            columns[f"{name}_text_{n}"] = found[n] if n < len(found) else None
    return replace(part, columns=columns)


def _within(expression: Expression | None) -> Expression | None:
    """What is read, before it is decided that it means nothing."""
    return expression.day if isinstance(expression, OpenEnd) else expression


def _there(expression: Expression | None) -> tuple[Expression, ...]:
    """What, if it stands there as text, should give a value; none where the mapping's own
    words may well make it missing."""
    match expression:
        case Column():
            return (expression,)
        case First(options):
            return tuple(one for option in options for one in _there(option))
        case OpenEnd(inner) | FirstOfMonth(inner) | DayIn(inner, _):
            return _there(inner)
        case DayOf(inner, _, _) | DaysAfter(inner, _):
            return _there(inner)
    return ()
