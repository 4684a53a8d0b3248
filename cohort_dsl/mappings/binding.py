"""A mapping meets a database: what it can serve from it, and why not the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeAlias

import sqlalchemy as sa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import asked_codes, names, opposition, parts, sharing
from cohort_dsl.mappings.asked_codes import Asked, Has, Here
from cohort_dsl.mappings.demanding import Served, State, demand
from cohort_dsl.mappings.losses import Losses, losses
from cohort_dsl.mappings.model import OFFERED, Part, SiteMapping
from cohort_dsl.mappings.opposition import BoundLeftOut
from cohort_dsl.mappings.parts import BoundPart, Place
from cohort_dsl.mappings.physical import LackingError, Physical
from cohort_dsl.mappings.standing import Standing, standing
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import TableSchema
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.sql.catalog import Source

Rows: TypeAlias = Callable[[Collection[str]], sa.FromClause]


@dataclass(frozen=True)
class BoundTable:
    """A contract table here. ``rows``: from wanted columns to what to select them from.

    ``parts``: those of the mapping whose rows these are. ``losses``: what gets lost between
    the database and these. ``absent``: what isn't there, of parts that are optional, or may
    not be read, of tables for each year. ``standing``: where each column's values stand.
    """

    schema: TableSchema
    served: Served
    columns: Mapping[str, Served]
    rows: Rows | None
    parts: tuple[Part, ...] = ()
    absent: tuple[str, ...] = ()
    losses: Callable[[], Losses | None] = lambda: None
    standing: Callable[[], Mapping[str, tuple[Standing, ...]]] = dict

    def is_served(self, column: str) -> bool:
        return self.columns[column].state is State.SERVED


@dataclass(frozen=True)
class Bound:
    """All tables of the contract, as far as this database serves them.

    ``left_out``: whom none of them has; their ids are the catalog's, too. ``nobody``: why
    nobody's rows are served at all, if that is so.
    """

    tables: Mapping[str, BoundTable]
    catalog: Catalog
    left_out: tuple[BoundLeftOut, ...] = ()
    nobody: str = ""

    def demand(self, query: Question, has: Has | None = None) -> None:
        """WarehouseError, with all that is missing, unless the question can be asked.

        ``has``: what codes the columns really have; without it, as the mapping says.
        """
        self.demand_somebody()
        demand(query, self, has or self.has)

    def demand_somebody(self) -> None:
        """WarehouseError where nobody's rows are served."""
        if self.nobody:
            raise WarehouseError(
                f"nobody's rows are served: {self.nobody}",
                where="the warehouse's mapping",
                remedy="Correct the mapping, or what the database lets this account read: "
                "it must be told who counts as a patient and who is left out.",
            )

    def served(self, table: str, column: str = "") -> Served:
        """Of what no contract has, SERVED: that is for the catalog to refuse."""
        bound = self.tables.get(table)
        if bound is None:
            return Served(State.SERVED)
        if not column:
            return bound.served
        return bound.columns.get(column, Served(State.SERVED))

    def has(self, asked: Asked) -> Here | None:
        """What a column's codes are, where the mapping itself says it."""
        beside = asked_codes.vocabulary_column(asked.column)
        bound = self.tables.get(asked.table)
        if bound is None or beside is None or bound.served.state is not State.SERVED:
            return None
        return asked_codes.told(asked, asked_codes.named(bound.parts, beside))


# Binding -------------------------------------------------------------------------


def bind(
    mapping: SiteMapping,
    physical: Physical,
    dialect: Dialect,
    empty: frozenset[str],
    today: date | None = None,
) -> Bound:
    """What the mapping serves from this database: nothing, unless it can be told who counts
    as a patient and who is left out.

    ``empty``: contract tables, or ``table.column``, that the site declares it can't serve.
    ``today``: as of ``opposition.bind``.
    """
    try:
        patient_id = parts.type_of_ids(mapping.people, physical)
        said = mapping.no_days, mapping.zone, mapping.no_texts, mapping.written
        place = Place(physical, dialect, patient_id, empty, *said)
        left_out = opposition.bind(mapping.left_out, place, today)
    except LackingError as error:
        why = mapping.written.told(error)
        tables = {name: _nothing(schema, why) for name, schema in OFFERED.items()}
        return Bound(tables, Catalog({}), nobody=why)
    tables = {
        name: _bound(schema, mapping.tables.get(name, ()), place)
        for name, schema in OFFERED.items()
    }
    catalog = _catalog(mapping, tables, place)
    assert catalog.people is not None
    gone = opposition.people(left_out, catalog.people, place)
    return Bound(tables, replace(catalog, left_out=gone), left_out)


def _catalog(
    mapping: SiteMapping, tables: Mapping[str, BoundTable], place: Place
) -> Catalog:
    sources = {
        name: Source(bound.schema, bound.rows)
        for name, bound in tables.items()
        if bound.rows is not None
    }
    people = parts.everybody(mapping.people, place)
    everyone = frozenset(
        name
        for name in ("patients", "core.patients")
        if tables[name].served.state is State.SERVED and _holds_everybody(mapping, name)
    )
    served = {bound.schema: bound.parts for bound in tables.values()}
    shared = sharing.shared(mapping.one_pass, served, place)
    return Catalog(sources, place.patient_id, people, everyone, shared=shared)


def _holds_everybody(mapping: SiteMapping, table: str) -> bool:
    """Are the table's rows the very people of the mapping?"""
    own = [
        (part.table, part.patient_id, any(j.required for j in part.joins))
        for part in mapping.tables[table]
        if not (part.only or part.left_out or part.present)
    ]
    return own == [(mapping.people.table, mapping.people.patient_id, False)]


def _bound(schema: TableSchema, mapped: tuple[Part, ...], place: Place) -> BoundTable:
    left = tuple(part for part in mapped if part.like not in place.empty)
    if schema.name in place.empty or (mapped and not left):
        return _empty(schema, place)
    if not mapped:
        return _missing(schema, LackingError("its mapping doesn't serve it"), place)
    wanted = [column.name for column in schema.columns]
    try:
        each, absent = _there(left, place.physical)
        held = [_part(schema, part, wanted, place) for part in each]
    except LackingError as error:
        return _missing(schema, error, place)
    columns = {name: _column(schema.name, name, held, place) for name in wanted}
    rows = _rows(schema, each, place)
    lost = partial(losses, schema, each, place)
    stands = partial(standing, schema, each, place)
    return BoundTable(
        schema, Served(State.SERVED), columns, rows, tuple(each), absent, lost, stands
    )


def _there(
    left: tuple[Part, ...], physical: Physical
) -> tuple[list[Part], tuple[str, ...]]:
    """The parts for the tables that are there, and which optional ones aren't, or which
    of several can't be read.

    LackingError where there is none at all, or one that isn't optional is lacking.
    """
    each: list[Part] = []
    absent: list[str] = []
    for part in left:
        try:
            found = names.each(part, physical)
            physical.table(found[0].table)
        except LackingError as error:
            if not part.optional:
                raise
            absent.append(error.problem)
        else:
            each += found
            absent += map(_UNREAD.format, names.unreadable(part.table, physical))
    if not each:
        raise LackingError("; ".join(absent))
    return each, tuple(absent)


_UNREAD = "this account may not read the table {}"


def _part(
    schema: TableSchema, part: Part, wanted: Collection[str], place: Place
) -> BoundPart:
    try:
        return parts.bind(schema, part, wanted, place)
    except LackingError as error:
        raise error.declaring(part.like or "") from None


def _rows(schema: TableSchema, mapped: list[Part], place: Place) -> Rows:
    def rows(wanted: Collection[str]) -> sa.FromClause:
        selects = [parts.bind(schema, part, wanted, place).rows for part in mapped]
        if len(selects) == 1:
            return selects[0].subquery()
        return sa.union_all(*selects).subquery()

    return rows


def _empty(schema: TableSchema, place: Place) -> BoundTable:
    served, nothing = Served(State.DECLARED_EMPTY), parts.nothing(schema, place)
    columns = {column.name: served for column in schema.columns}
    return BoundTable(schema, served, columns, lambda wanted: nothing)


def _nothing(schema: TableSchema, why: str) -> BoundTable:
    """No table is served, and none can be declared empty instead."""
    served = Served(State.MISSING, why)
    return BoundTable(schema, served, {c.name: served for c in schema.columns}, None)


def _missing(schema: TableSchema, why: LackingError, place: Place) -> BoundTable:
    told = place.written.told(why, schema.name)
    served = replace(_lacks(why, schema.name), problem=told)
    return BoundTable(schema, served, {c.name: served for c in schema.columns}, None)


def _lacks(why: LackingError, asked: str) -> Served:
    """What is there but forbidden is no case for declaring it empty."""
    declare = "" if why.forbidden else why.declare or asked
    return Served(State.MISSING, why.problem, declare)


def _column(table: str, name: str, held: list[BoundPart], place: Place) -> Served:
    if f"{table}.{name}" in place.empty:
        return Served(State.DECLARED_EMPTY)
    lacking = [part.lacking[name] for part in held if name in part.lacking]
    if lacking:
        problems = dict.fromkeys(place.written.told(error, table) for error in lacking)
        return replace(_lacks(lacking[0], f"{table}.{name}"), problem="; ".join(problems))
    if all(name in part.unmapped for part in held):
        return Served(State.NOT_IN_MODEL)
    if all(name in part.unmapped | part.emptied for part in held):
        return Served(State.DECLARED_EMPTY)
    return Served(State.SERVED)
