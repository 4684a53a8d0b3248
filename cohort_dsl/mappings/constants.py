"""Constants that a mapping writes in place of values: can a column hold them?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from cohort_dsl.mappings.expressions import (
    ByBeginning,
    Choose,
    Constant,
    Earliest,
    Either,
    Expression,
    First,
    FirstOfMonth,
    IfNoNumber,
    Latest,
    OpenEnd,
)
from cohort_dsl.model.types import Kind

LARGEST = 2**63 - 1
A_YEAR = (("{yyyy}", "2000"), ("{yy}", "00"))  # of tables for each year


def misfits(expression: Expression, kind: Kind) -> list[str]:
    """Those that no column of this kind can hold, as the mapping writes them."""
    fits, values = FITS.get(kind, _is_text), {one.value for one in _given(expression)}
    return sorted(repr(one) for one in values if one is not None and not fits(_told(one)))


def _given(expression: Expression) -> Iterator[Constant]:
    """The constants that may be its value."""
    waiting = [expression]
    while waiting:
        match waiting.pop():
            case Constant() as one:
                yield one
            case First(options) | Either(options):
                waiting += options
            case Choose(_, cases, otherwise) | ByBeginning(_, cases, otherwise):
                waiting += [otherwise, *(value for _, value in cases)]
            case IfNoNumber(_, one) | OpenEnd(one) | FirstOfMonth(one):
                waiting.append(one)
            case Earliest(one) | Latest(one):
                waiting.append(one)


def _told(value: str | int) -> str:
    text = str(value)
    for mark, year in A_YEAR:
        text = text.replace(mark, year)
    return text


def _read(kind: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            kind(text)
        except ValueError:
            return False
        return True

    return fits


def _is_day(text: str) -> bool:
    return len(text) == len("2024-02-29") and _read(date.fromisoformat)(text)


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,19}", text) is not None and abs(int(text)) <= LARGEST


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d{1,2})?", text) is not None


def _is_text(text: str) -> bool:
    """No database has room for these."""
    return "\0" not in text and _read(str.encode)(text)


FITS: Mapping[Kind, Callable[[str], bool]] = {
    Kind.DATE: _is_day,
    Kind.INT: _is_whole,
    Kind.FLOAT: _is_number,
    Kind.BOOL: lambda text: text in ("true", "false", "0", "1"),
}
