"""What a database really has: its tables, their columns and types, by name in any case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TypeAlias


class Family(Enum):
    """A physical type, as far as conversions care."""

    WHOLE = "whole"  # integers of at most 64 bits
    NUMBER = "number"  # doubles, and others that never exceed them
    DECIMAL = "decimal"  # numbers of any size
    TEXT = "text"
    DATE = "date"
    TIME = "time"  # a day with a time
    MOMENT = "moment"  # the same, with a time zone
    OTHER = "other"


NUMBERS = (Family.WHOLE, Family.NUMBER, Family.DECIMAL)

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


ZONED = ("TIMESTAMPTZ", "WITH TIME ZONE", "WITH LOCAL TIME ZONE")
"""How names of types end that have a time zone."""


def family(type_name: str) -> Family:
    """The family of a type, by the name that the database gives it."""
    word = type_name.upper().partition("(")[0]
    if word.startswith("TIMESTAMP"):
        return Family.MOMENT if type_name.upper().endswith(ZONED) else Family.TIME
    return FAMILIES.get(word, Family.OTHER)


@dataclass(frozen=True)
class PhysicalColumn:
    """A column: its name as the database writes it, and its type's family.

    ``type``: its type's name. ``nullable``: may it be missing; None where the database
    doesn't say.
    """

    name: str
    family: Family
    type: str = ""
    nullable: bool | None = None


class LackingError(Exception):
    """Something that isn't in the database, in a sentence.

    ``declare``: the contract table that a site without it declares empty, if not the one
    that was asked for. ``forbidden``: it is there, and to be granted, not declared empty.
    ``named``: what isn't there, as a mapping names it.
    """

    def __init__(
        self, problem: str, declare: str = "", *, forbidden: bool = False, named: str = ""
    ) -> None:
        super().__init__(problem)
        self.problem, self.declare, self.forbidden = problem, declare, forbidden
        self.named = named

    def declaring(self, table: str) -> LackingError:
        """The same for who asked for this table, unless it has said another already."""
        declare = self.declare or table
        return LackingError(
            self.problem, declare, forbidden=self.forbidden, named=self.named
        )


@dataclass(frozen=True)
class PhysicalTable:
    """A table: where it is, and its columns by name in small letters.

    ``parts``: the tables whose rows it is made of, if it isn't one of the database's own.
    ``forbidden``: in small letters, columns that this account may not read, if others.
    ``twice``: likewise, names of several columns, which differ in capitals alone.
    """

    path: tuple[str, ...]
    columns: Mapping[str, PhysicalColumn]
    parts: tuple[PhysicalTable, ...] = ()
    forbidden: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.path[-1]

    def column(self, name: str) -> PhysicalColumn:
        """The column of this name; LackingError if there is none, or two."""
        found = self.columns.get(name.casefold())
        if name.casefold() in self.twice:
            told = f"the table {self.name} has several columns {name}, but for capitals"
            raise LackingError(f"{told}: name a view that has one", named=name)
        if found is not None:
            return found
        if name.casefold() in self.forbidden:
            told = f"this account may not read {self.name}.{name} ({GRANT})"
            raise LackingError(told, forbidden=True, named=name)
        hint = _nearest(name, self.columns)
        told = f"the table {self.name} has no column {name}{hint}"
        raise LackingError(told, named=name)


@dataclass(frozen=True)
class Physical:
    """All tables of a database. ``forbidden``: others that are there, which this account
    may not read; ``in_part``: those of which it is shown only some rows; both as far as the
    database tells."""

    tables: tuple[PhysicalTable, ...]
    forbidden: frozenset[str] = frozenset()
    in_part: frozenset[tuple[str, ...]] = frozenset()

    def table(self, name: str) -> PhysicalTable:
        """The table called ``table`` or ``schema.table``; LackingError if none, or two.

        Of ``table[_part]`` those of ``table`` and ``table_part`` that are there, as one.
        """
        head, part, tail = cut(name)
        if not part:
            return self._one(name)
        there = [one for one in (head + tail, head + part + tail) if self._found(one)]
        return together([self._one(one) for one in there or [head + tail]])

    def demand_whole(self, name: str) -> None:
        """LackingError where the account is shown only some rows of the table, or of one
        of those that it is made of."""
        table = self.table(name)
        for one in table.parts or (table,):
            if one.path in self.in_part:
                raise LackingError(
                    f"this account is shown only some rows of the table {one.name} (row "
                    "level security)"
                )

    def _found(self, name: str) -> list[PhysicalTable]:
        wanted = tuple(name.casefold().split("."))
        return [t for t in self.tables if _folded(t.path)[-len(wanted) :] == wanted]

    def _one(self, name: str) -> PhysicalTable:
        wanted = tuple(name.casefold().split("."))
        found = self._found(name)
        if len(found) == 1:
            return found[0]
        if found:
            schemas = ", ".join(sorted(table.path[-2] for table in found))
            told = f"several schemas have a table {name}: {schemas}"
            raise LackingError(told, named=name)
        if wanted[-1] in self.forbidden:
            remedy = f"{GRANT}, and USAGE on its schema"
            told = f"this account may not read the table {name} ({remedy})"
            raise LackingError(told, forbidden=True, named=name)
        hint = _nearest(wanted[-1], {table.name.casefold() for table in self.tables})
        raise LackingError(f"the database has no table {name}{hint}", named=name)


GRANT = "grant SELECT on it"


def _nearest(name: str, known: Iterable[str]) -> str:
    """What may have been meant instead; empty if nothing is near."""
    near = get_close_matches(name.casefold(), sorted(known), n=1, cutoff=0.7)
    return f" (it has {near[0]})" if near else ""


def _folded(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in path)


def cut(name: str) -> tuple[str, str, str]:
    """What a name has before its brackets, in them, and after them."""
    head, _, rest = name.partition("[")
    part, _, tail = rest.partition("]")
    return head, part, tail


def together(tables: list[PhysicalTable]) -> PhysicalTable:
    """The tables as one, with the columns that all of them have alike."""
    first, *others = tables
    if not others:
        return first
    alike = {
        name: PhysicalColumn(name, column.family, column.type)
        for name, column in first.columns.items()
        if all(
            name in other.columns and other.columns[name].family is column.family
            for other in others
        )
    }
    twice = frozenset(name for table in tables for name in table.twice)
    return PhysicalTable(first.path, alike, tuple(tables), twice=twice)


Told: TypeAlias = tuple[tuple[str, ...], str, str] | tuple[tuple[str, ...], str, str, bool]
"""A table's path, a column, its type's name, and whether it may be missing, if known."""


def of_columns(
    rows: Iterable[Told], others: Iterable[tuple[tuple[str, ...], str]] = ()
) -> Physical:
    """From what a database tells of every column, in any order.

    ``others``: tables' paths and columns that are there, and may not be read.
    """
    tables: dict[tuple[str, ...], dict[str, PhysicalColumn]] = {}
    twice: dict[tuple[str, ...], set[str]] = {}
    for path, column, kind, *nullable in rows:
        held = tables.setdefault(path, {})
        if column.casefold() in held:
            twice.setdefault(path, set()).add(column.casefold())
        may_be_missing = nullable[0] if nullable else None
        told = PhysicalColumn(column, family(kind), kind.upper(), may_be_missing)
        held[column.casefold()] = told
    hidden: dict[tuple[str, ...], set[str]] = {}
    for path, column in others:
        hidden.setdefault(path, set()).add(column.casefold())
    return Physical(
        tuple(
            PhysicalTable(
                path,
                held,
                forbidden=frozenset(hidden.get(path, ())),
                twice=frozenset(twice.get(path, ())),
            )
            for path, held in tables.items()
        ),
        frozenset(path[-1].casefold() for path in hidden if path not in tables),
    )
