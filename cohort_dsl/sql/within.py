"""How an engine is asked in one statement, in which nothing is made and nothing dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

Rows: TypeAlias = "sa.Select[Any] | sa.CompoundSelect[Any]"


def named(rows: Rows, name: str) -> sa.CTE:
    """Rows that a WITH names; how often they are worked out is the engine's affair.

    DuckDB decides well, and is slow where each of 500 steps must be kept.
    """
    return rows.cte(name)


def kept(rows: Rows, name: str) -> sa.CTE:
    """The same, worked out once however often they are read."""
    return named(rows, name).prefix_with("MATERIALIZED")


def hinted(rows: Rows, name: str) -> sa.CTE:
    """The same for who is told in a comment, which stands in a select."""
    said = rows if isinstance(rows, sa.Select) else sa.select(rows.subquery("every"))
    return named(said.prefix_with("/*+ MATERIALIZE */"), name)


def by_digits(many: int) -> sa.Select[Any]:
    """Numbers as ``place``, from 0 on: as many as are needed or a few more."""
    digits = [_digits(place) for place in range(len(str(max(many - 1, 1))))]
    told: sa.ColumnElement[Any] = digits[0].c.digit
    joined: sa.FromClause = digits[0]
    for power, other in enumerate(digits[1:], start=1):
        told = told + other.c.digit * sa.literal_column(str(10**power))
        joined = joined.join(other, sa.true())
    return sa.select(told.label("place")).select_from(joined)


def _digits(place: int) -> sa.Subquery:
    each: list[sa.ColumnElement[Any]] = [sa.literal_column(str(n)) for n in range(10)]
    selects = (sa.select(one.label("digit")) for one in each)
    return sa.union_all(*selects).subquery(f"digits_{place}")


def inner(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The text without its first and last character."""
    two: sa.ColumnElement[Any] = sa.literal_column("2")
    length = sa.func.char_length(text, type_=sa.Integer()) - two
    return sa.func.substr(text, two, length, type_=sa.String())


@dataclass(frozen=True)
class Within:
    """``keep``: a step's rows under the name of its table, for what follows in the WITH.

    ``parameters``: as many as a statement may have, where ``each_place`` each place that
    one stands in counts; ``steps``: as many as its WITH may have. ``text``: the bytes of a
    text that a parameter may be. ``few``: rows of constants that are a select each; more
    are packed, counted by ``numbers``, and freed from what is around each by ``inner``.
    ``longest_in``: values of one IN at most, of which a long list is written as several;
    0: it is always packed (``long_lists``).
    """

    keep: Callable[[Rows, str], sa.CTE] = named
    parameters: int = 65_535
    each_place: bool = False
    steps: int = 2_000
    text: int = 4_000
    few: int = 40
    numbers: Callable[[int], sa.Select[Any]] = by_digits
    inner: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]] = inner
    longest_in: int = 0


WITHIN = Within()
"""As the standard has it."""
