"""A mapping: contract tables onto a physical model, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cohort_dsl.mappings.expressions import Column, Expression, columns
from cohort_dsl.model.types import TableSchema
from cohort_dsl.tables import contract, core

OFFERED: Mapping[str, TableSchema] = MappingProxyType({**contract.SCHEMAS, **core.SCHEMAS})
"""The tables that a mapping may serve, and no others."""


@dataclass(frozen=True)
class Join:
    """A table beside the part's own, of which each row finds one row at most.

    ``on``: its column → what that must equal. ``never``: a value of those columns that
    stands for "none" (concept 0). ``required``: rows that find nothing are left out.
    ``first_by``: where it may have several rows, the first by these columns counts.
    ``unless_empty``: if the site declares this contract table empty, nothing is found.
    """

    alias: str
    table: str
    on: Mapping[str, Column]
    never: int | None = None
    required: bool = False
    first_by: tuple[str, ...] = ()
    unless_empty: str | None = None


@dataclass(frozen=True)
class Part:
    """Rows of one physical table, as rows of a contract table.

    ``columns``: for each contract column its expression, or None if the model lacks it.
    ``only``: the values that a physical column must have. ``first_by``: of a patient's
    several rows, the first by these physical columns counts. ``like``: the contract table
    whose rows these are; where that is declared empty, so is this.
    """

    table: str
    patient_id: Expression
    columns: Mapping[str, Expression | None] = field(hash=False)
    joins: tuple[Join, ...] = ()
    only: tuple[tuple[Column, tuple[str, ...]], ...] = ()
    first_by: tuple[str, ...] = ()
    like: str | None = None

    def join(self, alias: str) -> Join | None:
        return next((join for join in self.joins if join.alias == alias), None)

    def read(self) -> Iterator[Column]:
        """Every physical column that an expression of this part names."""
        for expression in (self.patient_id, *self.columns.values()):
            yield from columns(expression) if expression else ()
        yield from (column for column, _ in self.only)
        for join in self.joins:
            yield from join.on.values()


@dataclass(frozen=True)
class People:
    """Who counts as a patient: everybody in this physical table."""

    table: str
    patient_id: Column


@dataclass(frozen=True)
class SiteMapping:
    """A physical model's mapping. ``tables``: the parts whose rows make each table."""

    name: str
    people: People
    tables: Mapping[str, tuple[Part, ...]]
