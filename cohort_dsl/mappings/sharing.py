"""Physical tables that several contract tables have their rows in, read once for all.

One SELECT over the physical table gives, for each of its rows that any of the tables asked
for has, what their columns say, each different expression once, and for each part of a
table whether the row is one of its rows. From where that is kept, each table is read; what
rows beside a row say of it is looked for only then, among the few that may say it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from cohort_dsl.mappings.copying import Copying
from cohort_dsl.mappings.joining import Seen
from cohort_dsl.mappings.model import Part
from cohort_dsl.mappings.parts import Place
from cohort_dsl.mappings.physical import LackingError, PhysicalTable
from cohort_dsl.model.types import TableSchema
from cohort_dsl.sql.catalog import Copy, Narrow, Shared, Wanted

Served: TypeAlias = Mapping[TableSchema, Collection[Part]]
"""The parts that make each contract table here."""


def shared(one_pass: Iterable[str], served: Served, place: Place) -> tuple[Shared, ...]:
    """What is to be read once, of the tables that the database has."""
    found = []
    for name in one_pass:
        try:
            table = place.physical.table(name)
        except LackingError:
            continue
        its = {
            schema: its
            for schema, its in served.items()
            if its and all(_fits(part, table, place) for part in its)
        }
        patients = {part.patient_id for each in its.values() for part in each}
        if len(patients) == 1:  # they are narrowed to the population's together
            found.append(_shared(table, its, place))
    return tuple(found)


def _fits(part: Part, table: PhysicalTable, place: Place) -> bool:
    """Are its rows rows of the table, one by one?"""
    alone = not (part.first_by or part.sums_up)
    return alone and place.physical.table(part.table) == table


def _shared(
    table: PhysicalTable, served: Mapping[TableSchema, Collection[Part]], place: Place
) -> Shared:
    reads = {schema.name: len(its) for schema, its in served.items()}
    schemas = {schema.name: schema for schema in served}

    def copied(wanted: Mapping[str, Wanted], narrow: Narrow) -> Copy:
        copying = Copying(Seen.of(table), place)
        for name, asked in wanted.items():
            for part in served[schemas[name]]:
                copying.add(schemas[name], part, asked)
        return Copy(copying.rows(narrow), copying.types(), copying.read)

    return Shared(table.name, reads, copied)
