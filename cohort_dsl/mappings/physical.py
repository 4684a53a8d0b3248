"""What a database really has: its tables, their columns and types, by name in any case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum


class Family(Enum):
    """A physical type, as far as conversions care."""

    WHOLE = "whole"  # integers of at most 64 bits
    NUMBER = "number"  # doubles, and others that never exceed them
    DECIMAL = "decimal"  # numbers of any size
    TEXT = "text"
    DATE = "date"
    TIME = "time"  # a day with a time
    OTHER = "other"


FAMILIES: Mapping[str, Family] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), Family.WHOLE),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER"), Family.WHOLE),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"), Family.NUMBER),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), Family.NUMBER),
    **dict.fromkeys(("REAL", "DOUBLE PRECISION"), Family.NUMBER),
    "NUMERIC": Family.DECIMAL,
    **dict.fromkeys(("VARCHAR", "UUID", "TEXT"), Family.TEXT),
    **dict.fromkeys(("CHARACTER VARYING", "CHARACTER"), Family.TEXT),
    "DATE": Family.DATE,
}


def family(type_name: str) -> Family:
    """The family of a type, by the name that the database gives it."""
    word = type_name.upper().partition("(")[0]
    if word.startswith("TIMESTAMP"):
        return Family.TIME
    return FAMILIES.get(word, Family.OTHER)


@dataclass(frozen=True)
class PhysicalColumn:
    """A column: its name as the database writes it, and its type's family."""

    name: str
    family: Family


class LackingError(Exception):
    """Something that isn't in the database, in a sentence.

    ``declare``: the contract table that a site without it declares empty, if not the one
    that was asked for.
    """

    def __init__(self, problem: str, declare: str = "") -> None:
        super().__init__(problem)
        self.problem, self.declare = problem, declare


@dataclass(frozen=True)
class PhysicalTable:
    """A table: where it is, and its columns by name in small letters."""

    path: tuple[str, ...]
    columns: Mapping[str, PhysicalColumn]

    @property
    def name(self) -> str:
        return self.path[-1]

    def column(self, name: str) -> PhysicalColumn:
        """The column of this name; LackingError if there is none."""
        found = self.columns.get(name.casefold())
        if found is None:
            raise LackingError(f"the table {self.name} has no column {name}")
        return found


@dataclass(frozen=True)
class Physical:
    """All tables of a database."""

    tables: tuple[PhysicalTable, ...]

    def table(self, name: str) -> PhysicalTable:
        """The table called ``table`` or ``schema.table``; LackingError if none, or two."""
        wanted = tuple(name.casefold().split("."))
        found = [t for t in self.tables if _folded(t.path)[-len(wanted) :] == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            schemas = ", ".join(sorted(table.path[-2] for table in found))
            raise LackingError(f"several schemas have a table {name}: {schemas}")
        names = {table.name.casefold() for table in self.tables}
        near = get_close_matches(wanted[-1], sorted(names), n=1, cutoff=0.8)
        hint = f" (it has {near[0]})" if near else ""
        raise LackingError(f"the database has no table {name}{hint}")


def _folded(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in path)


def of_columns(rows: Iterable[tuple[tuple[str, ...], str, str]]) -> Physical:
    """From (table's path, column, type's name) of every column, in any order."""
    tables: dict[tuple[str, ...], dict[str, PhysicalColumn]] = {}
    for path, column, type_name in rows:
        held = tables.setdefault(path, {})
        held[column.casefold()] = PhysicalColumn(column, family(type_name))
    return Physical(tuple(PhysicalTable(path, held) for path, held in tables.items()))
