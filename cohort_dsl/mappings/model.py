"""A mapping: contract tables onto a physical model, as frozen values."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

from cohort_dsl.mappings.blanks import Blank
from cohort_dsl.mappings.expressions import (
    Change,
    Column,
    Constant,
    Expression,
    changed,
    columns,
    sums_up,
)
from cohort_dsl.mappings.texts import Meant
from cohort_dsl.mappings.written import NOWHERE, Written
from cohort_dsl.model.types import TableSchema
from cohort_dsl.tables import contract, core

OFFERED: Mapping[str, TableSchema] = MappingProxyType({**contract.SCHEMAS, **core.SCHEMAS})
"""The tables that a mapping may serve, and no others."""


Only: TypeAlias = tuple[Expression, Meant]
"""What is looked at in a row, and the texts that are meant."""


@dataclass(frozen=True)
class Join:
    """A table beside the part's own, of which each row finds one row at most.

    ``on``: its column → what that must equal. ``never``: a value of those columns that
    stands for "none" (concept 0). ``required``: rows that find nothing are left out.
    ``only``: the texts that its rows must have to be found. ``first_by``: where several
    would be, the first by these columns counts. ``unless_empty``: if the site declares
    this contract table empty, nothing is found.
    """

    alias: str
    table: str
    on: Mapping[str, Column | Constant]
    never: int | None = None
    required: bool = False
    only: tuple[Only, ...] = ()
    first_by: tuple[str, ...] = ()
    unless_empty: str | None = None

    def read(self) -> Iterator[Column]:
        """The columns of other tables that it looks at."""
        yield from (one for one in self.on.values() if isinstance(one, Column))


@dataclass(frozen=True)
class Beside:
    """Another row of the same table, about the same thing: a fact's dose beside the fact.

    ``same``: the columns that both have alike; ``only``: the texts that tell it apart.
    Of several, each column's greatest value counts.
    """

    alias: str
    same: tuple[str, ...]
    only: tuple[Only, ...]

    def read(self) -> Iterator[Column]:
        """The columns that it looks at."""
        yield from (Column(None, name) for name in self.same)
        yield from (column for one, _ in self.only for column in columns(one))


@dataclass(frozen=True)
class Part:
    """Rows of one physical table, as rows of a contract table.

    ``columns``: for each contract column its expression, or None if the model lacks it.
    ``only``: the texts that a row must have there. ``left_out``: those that it mayn't.
    ``present``: what no row may lack. ``first_by``: of a patient's several rows, the first
    by these counts. ``like``: the contract table whose rows these are; where that is
    declared empty, so is this. ``optional``: where the database hasn't its physical table,
    the other parts are the whole.
    """

    table: str
    patient_id: Expression
    columns: Mapping[str, Expression | None] = field(hash=False)
    joins: tuple[Join, ...] = ()
    only: tuple[Only, ...] = ()
    left_out: tuple[Only, ...] = ()
    present: tuple[Expression, ...] = ()
    first_by: tuple[Expression, ...] = ()
    like: str | None = None
    beside: tuple[Beside, ...] = ()
    optional: bool = False

    @property
    def sums_up(self) -> bool:
        """Is each of its rows about all of a patient's rows in the table?"""
        return any(sums_up(one) for one in self.columns.values() if one)

    def join(self, alias: str) -> Join | None:
        return next((join for join in self.joins if join.alias == alias), None)

    def of_rows(self) -> Iterator[Expression]:
        """What tells which rows there are, whichever columns are wanted."""
        yield self.patient_id
        yield from (looked_at for looked_at, _ in (*self.only, *self.left_out))
        yield from (*self.present, *self.first_by)

    def read(self) -> Iterator[Column]:
        """Every physical column that an expression of this part names."""
        for expression in (*self.of_rows(), *self.columns.values()):
            yield from columns(expression) if expression else ()
        for join in self.joins:
            yield from join.read()
        for beside in self.beside:
            yield from beside.read()

    def changed(self, change: Change) -> Part:
        """The same with all its expressions as ``change`` gives them."""
        told = self.columns.items()
        return replace(
            self,
            patient_id=changed(self.patient_id, change),
            columns={name: one and changed(one, change) for name, one in told},
            only=tuple((changed(one, change), texts) for one, texts in self.only),
            left_out=tuple((changed(one, change), texts) for one, texts in self.left_out),
            present=tuple(changed(one, change) for one in self.present),
            first_by=tuple(changed(one, change) for one in self.first_by),
        )


@dataclass(frozen=True)
class People:
    """Who counts as a patient: everybody in this physical table."""

    table: str
    patient_id: Expression


@dataclass(frozen=True)
class Texts:
    """A column of which some texts say something of a row. ``missing``: so does none."""

    column: Expression
    texts: tuple[str, ...]
    missing: bool = False


@dataclass(frozen=True)
class LeftOut:
    """People whom a physical table names, and whom no study ever sees.

    ``name``: what the mapping calls them. ``opposed``: by their own wish. ``part``: whose
    rows they are, without columns. ``only``: what a row must say to count; ``unless``: what
    it mustn't say. ``begins``, ``ends``: the first and the last day on which it counts.
    """

    name: str
    opposed: bool
    part: Part
    only: tuple[Texts, ...] = ()
    unless: tuple[Texts, ...] = ()
    begins: Expression | None = None
    ends: Expression | None = None

    def read(self) -> Iterator[Column]:
        """Every physical column that is named."""
        yield from self.part.read()
        named = (one.column for one in (*self.only, *self.unless))
        for expression in (*named, self.begins, self.ends):
            yield from columns(expression) if expression else ()


@dataclass(frozen=True)
class SiteMapping:
    """A physical model's mapping.

    ``tables``: the parts whose rows make each table. ``no_days``, ``no_texts``: dates and
    texts that stand for none. ``zone``: by whose clocks timestamps with a time zone are
    read. ``one_pass``: physical tables that are read once for all tables with rows there.
    ``left_out``: of everything that is served. ``blanks``: what the site has yet to write.
    ``written``: where its file says what, if it is a site's own.
    """

    name: str
    people: People
    tables: Mapping[str, tuple[Part, ...]]
    no_days: tuple[datetime.date, ...] = ()
    zone: str = "UTC"
    no_texts: tuple[str, ...] = ()
    one_pass: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    blanks: tuple[Blank, ...] = ()
    written: Written = NOWHERE

    @property
    def leaves_out_opposed(self) -> bool:
        """Does it say where those stand who opposed?"""
        return any(one.opposed for one in self.left_out)
