"""Rows of constants as a select, for engines in which we may make no table.

A few rows are a select each. Engines take long over thousands of selects, and some give
up, so many rows are packed: as texts of equal width, one after the other in parameters as
long as an engine allows, from which each row's piece is cut by its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model.types import BOOL, Kind, Scalar, ValueType
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.terms import Terms, number
from cohort_dsl.sql.within import Rows

Row: TypeAlias = tuple[Scalar | None, ...]

WIDEST = 1_000  # bytes of a row that is packed
MOST = 1_000  # rows of one parameter


def rows(columns: Mapping[str, ValueType], given: Sequence[Row], terms: Terms) -> Rows:
    """The rows, in columns of these names and types. Values are as columns hold them."""
    if not given:
        nulls = [_plain(None, kind, terms).label(name) for name, kind in columns.items()]
        return sa.select(*nulls).where(sa.false())
    many = len(given) > terms.dialect.within.few
    packed = [row for row in given if _fits(row)] if many else []
    others = [row for row in given if not _fits(row)] if packed else given
    selects: list[sa.Select[Any]] = [_selected(row, columns, terms) for row in others]
    if packed:
        selects.append(_unpacked(packed, columns, terms))
    return selects[0] if len(selects) == 1 else sa.union_all(*selects)


def _selected(row: Row, columns: Mapping[str, ValueType], terms: Terms) -> sa.Select[Any]:
    both = zip(row, columns.items(), strict=True)
    return sa.select(*(_plain(value, kind, terms).label(n) for value, (n, kind) in both))


def _plain(value: Scalar | None, kind: ValueType, terms: Terms) -> Sql:
    held = terms.column_type(kind)
    if value is None:
        return sa.cast(sa.null(), held)
    return sa.cast(sa.bindparam(None, value, held), held)


# Packed ------------------------------------------------------------------------

# Before a value there is V, after it a bar; NULL is blank. So a value keeps its blanks.
VALUE, END = "V", "|"


def _fits(row: Row) -> bool:
    """Is it short, and can every engine cut it by characters and read it again?

    Some count a character beyond the first plane as two, and floats next to zero are
    read as zero, which has no sign then.
    """
    words = [_word(value) for value in row]
    if sum(len(word.encode()) for word in words) > WIDEST:
        return False
    small = (abs(v) < 1e-300 and repr(v) != "0.0" for v in row if isinstance(v, float))
    return not any(small) and all(sign < "\U00010000" for w in words for sign in w)


def _word(value: Scalar | None) -> str:
    if value is None:
        return ""
    said = value.isoformat() if isinstance(value, date) else str(value)
    return f"{VALUE}{said}{END}"


@dataclass(frozen=True)
class _Pack:
    """Rows of fields of these widths, of which a text may have so many bytes."""

    widths: tuple[int, ...]
    room: int

    def texts(self, given: Sequence[Row]) -> Iterator[tuple[str, int]]:
        """As few texts as hold the rows, each with how many it holds."""
        held: list[str] = []
        taken = 0
        for row in given:
            told = self._told(row)
            size = len(told.encode())
            if held and (taken + size > self.room or len(held) == MOST):
                yield "".join(held), len(held)
                held, taken = [], 0
            held.append(told)
            taken += size
        yield "".join(held), len(held)

    def _told(self, row: Row) -> str:
        both = zip(row, self.widths, strict=True)
        return "".join(_word(value).ljust(width) for value, width in both)


def _unpacked(
    given: Sequence[Row], columns: Mapping[str, ValueType], terms: Terms
) -> sa.Select[Any]:
    widths = tuple(_width(held) for held in zip(*given, strict=True))
    texts = list(_Pack(widths, terms.dialect.within.text).texts(given))
    once = terms.dialect.worked_out
    told = once(_told(texts, sum(widths), terms)).subquery("told").c.told
    piece = terms.dialect.piece
    cut: list[Sql] = [
        sa.func.rtrim(piece(told, number(before + 1), number(width))).label(f"w{before}")
        for before, width in zip(_sums(widths), widths, strict=True)
    ]
    words = once(sa.select(*cut)).subquery("words")
    both = zip(words.c, columns.items(), strict=True)
    return sa.select(*(_read(word, kind, terms).label(n) for word, (n, kind) in both))


def _width(held: Sequence[Scalar | None]) -> int:
    """Of a column that is all NULL a blank, so that no two columns begin at one place."""
    return max(1, *map(len, map(_word, held)))


def _told(texts: Sequence[tuple[str, int]], width: int, terms: Terms) -> sa.Select[Any]:
    """Each row as it lies in its text. To count a long text's characters takes long."""
    packs = _packs(texts, terms).subquery("packs")
    most = max(many for _, many in texts)
    place = terms.dialect.within.numbers(most).subquery("places")
    at = place.c.place * number(width) + number(1)
    both = packs.join(place, place.c.place < packs.c.many)
    row: Sql = terms.dialect.piece(packs.c.packed, at, number(width)).label("told")
    return sa.select(row).select_from(both)


def _sums(widths: Sequence[int]) -> Iterator[int]:
    before = 0
    for width in widths:
        yield before
        before += width


def _packs(texts: Sequence[tuple[str, int]], terms: Terms) -> Rows:
    kind = terms.dialect.type(Kind.STR)
    selects = [
        sa.select(
            sa.cast(sa.bindparam(None, text, kind), kind).label("packed"),
            number(many).label("many"),
        )
        for text, many in texts
    ]
    return selects[0] if len(selects) == 1 else sa.union_all(*selects)


def _read(word: Sql, kind: ValueType, terms: Terms) -> Sql:
    """The value that a word holds; NULL for a blank, which some engines call NULL too."""
    first = terms.dialect.piece(word, number(1), number(1))
    there = first == sa.literal_column(f"'{VALUE}'")
    return sa.case((there, _value(terms.dialect.within.inner(word), kind, terms)))


def _value(text: Sql, kind: ValueType, terms: Terms) -> Sql:
    held = terms.column_type(kind)
    if kind.kind in (Kind.FLOAT, Kind.DATE):
        return terms.dialect.parsed(text, kind.kind)
    if kind == BOOL and terms.dialect.native_booleans:
        return text == sa.literal_column("'True'")
    return sa.cast(text, held)
