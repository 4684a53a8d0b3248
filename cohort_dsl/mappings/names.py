"""Names of several tables: one for each year, and ones that may be there or not.

``T_MCO{yy}B``          a table for each year, which its name has in two digits
``ER_PRS_F[_{yyyy}]``   the one without the part in brackets, and those with it
``IR_BEN_R[_ARC]``      both, or whichever is there
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cohort_dsl.mappings.expressions import Constant, Expression
from cohort_dsl.mappings.model import Join, Part
from cohort_dsl.mappings.physical import LackingError, Physical, cut

YEARS: Mapping[str, str] = {"{yyyy}": r"(?P<yyyy>\d{4})", "{yy}": r"(?P<yy>\d{2})"}
CENTURY = "20"  # of years in two digits: none of these models is older


@dataclass(frozen=True)
class Year:
    """Which of the tables is meant; ``text`` is empty for the one without a year."""

    text: str

    def said(self, text: str) -> str | None:
        """A text with this year in it; None where it wants one and there is none."""
        if not any(mark in text for mark in YEARS):
            return text
        if not self.text:
            return None
        return text.replace("{yyyy}", self.text).replace("{yy}", self.text[2:])

    def table(self, name: str) -> str:
        """The name of this year's table; a part in brackets that names no year stays."""
        head, part, tail = cut(name)
        if not has_year(part):
            return self.said(name) or name
        return f"{self.said(head)}{self.said(part) or ''}{self.said(tail)}"


def has_year(name: str) -> bool:
    return any(mark in name for mark in YEARS)


def problem(name: str) -> str:
    """What is wrong with such a name; empty if nothing."""
    plain = re.sub("|".join(map(re.escape, YEARS)), "", name)
    if re.search("[{}]", plain):
        return "in braces stands a year, {yy} or {yyyy}"
    if sum(name.count(mark) for mark in YEARS) > 1:
        return "a name has one year"
    if not re.fullmatch(r"[^\[\]]+(\[[^\[\]]+\][^\[\]]*)?", name):
        return "one part of a name, not its beginning, may stand in [ ]"
    return ""


def each(part: Part, physical: Physical) -> tuple[Part, ...]:
    """The part for each year that the database has; LackingError if it has none."""
    if not has_year(part.table):
        return (part,)
    found = _years(part.table, physical)
    if not found:
        raise LackingError(f"the database has no table {part.table}, of any year")
    return tuple(_of(part, Year(text)) for text in found)


def _years(name: str, physical: Physical) -> list[str]:
    pattern = re.compile(_pattern(name), re.IGNORECASE)
    length = name.count(".") + 1
    paths = {".".join(table.path[-length:]) for table in physical.tables}
    fits = [match for path in paths if (match := pattern.fullmatch(path))]
    return sorted({_year_of(match.groupdict()) for match in fits})


def demand_readable(names: Iterable[str], physical: Physical) -> None:
    """LackingError where one of several tables that such a name stands for is there, but
    not for this account: the others would be taken for the whole."""
    found = [table for name in names for table in unreadable(name, physical)]
    if found:
        raise LackingError(f"this account may not read the table {', '.join(found)}")


def unreadable(name: str, physical: Physical) -> list[str]:
    """The tables that it stands for, of those that this account may not read."""
    if not (has_year(name) or cut(name)[1]):
        return []
    pattern = re.compile(_pattern(name.rpartition(".")[-1]), re.IGNORECASE)
    there = {table.name.casefold() for table in physical.tables}
    return sorted(one for one in physical.forbidden - there if pattern.fullmatch(one))


def _pattern(name: str) -> str:
    head, part, tail = cut(name)
    optional = f"(?:{_marked(part)})?" if part else ""
    return f"{_marked(head)}{optional}{_marked(tail)}"


def _marked(text: str) -> str:
    marked = re.escape(text)
    for mark, digits in YEARS.items():
        marked = marked.replace(re.escape(mark), digits)
    return marked


def _year_of(found: Mapping[str, str | None]) -> str:
    short = found.get("yy")
    return found.get("yyyy") or (f"{CENTURY}{short}" if short else "")


def _of(part: Part, year: Year) -> Part:
    def change(expression: Expression) -> Expression:
        if isinstance(expression, Constant) and isinstance(expression.value, str):
            return Constant(year.said(expression.value))
        return expression

    joins = tuple(_join_of(join, year) for join in part.joins)
    return replace(part.changed(change), table=year.table(part.table), joins=joins)


def _join_of(join: Join, year: Year) -> Join:
    return replace(join, table=year.table(join.table))
