"""Dates that a database keeps as texts: ``DDMMYYYY``, ``DD/MM/YYYY``, ``YYYYMM`` …"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Dialect, Sql

PARTS = ("YYYY", "MM", "DD")


class FormatError(Exception):
    """The text is no format. The message says what is."""


@dataclass(frozen=True)
class DayFormat:
    """A year of four digits, a month and perhaps a day of two, signs between them."""

    text: str

    def __post_init__(self) -> None:
        signs = re.sub("YYYY|MM|DD", "", self.text)
        counts = [self.text.count(part) for part in PARTS]
        if counts not in ([1, 1, 1], [1, 1, 0]) or re.search(r"[\w%]", signs):
            raise FormatError("a day is written like 'DD/MM/YYYY', 'YYYYMMDD' or 'YYYYMM'")

    def pattern(self) -> str:
        """For LIKE: as many signs, and the same between the digits."""
        return re.sub("[YMD]", "_", self.text)

    def read(self, text: Sql, dialect: Dialect) -> Sql:
        """The day that the text says; NULL for any other text. Without a day, the 1st."""
        year, month, day = (self._part(text, part, dialect) for part in PARTS)
        made = dialect.make_date(year, month, day)
        return sa.case((text.like(sa.literal(self.pattern())), made))

    def _part(self, text: Sql, part: str, dialect: Dialect) -> Sql:
        start = self.text.find(part)
        if start < 0:
            return sa.literal_column("1")
        return dialect.parsed(dialect.middle(text, start + 1, len(part)), Kind.INT)
