"""Where the values of a contract's columns stand in a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cohort_dsl.mappings.expressions import Column, columns
from cohort_dsl.mappings.model import Part
from cohort_dsl.mappings.parts import Binding, Place
from cohort_dsl.mappings.physical import LackingError
from cohort_dsl.model.types import TableSchema


@dataclass(frozen=True)
class Standing:
    """A physical column, such as ``person.year_of_birth``.

    ``type``: in the words of standard SQL. ``nullable``: may it be missing, by the
    database's own rules; None where it doesn't say.
    """

    column: str
    type: str
    nullable: bool | None

    def __str__(self) -> str:
        null = {True: " NULL", False: " NOT NULL", None: ""}[self.nullable]
        return f"{self.column} {self.type}{null}"


def standing(
    schema: TableSchema, parts: Sequence[Part], place: Place
) -> Mapping[str, tuple[Standing, ...]]:
    """For each column of the contract's table what is read for it, in the parts' order."""
    found: dict[str, dict[Standing, None]] = {column.name: {} for column in schema.columns}
    for part in parts:
        settled = Binding(schema, part, (), place).part
        for name, expression in settled.columns.items():
            read = columns(expression) if expression else ()
            seen = (_seen(column, settled, place) for column in read)
            found[name] |= dict.fromkeys(one for one in seen if one)
    return {name: tuple(held) for name, held in found.items()}


def _seen(column: Column, part: Part, place: Place) -> Standing | None:
    """None where it isn't there: its table's report says so."""
    joined = {join.alias: join.table for join in part.joins}
    try:
        table = place.physical.table(joined.get(column.alias or "", part.table))
        held = table.column(column.name)
    except LackingError:
        return None
    return Standing(f"{table.name}.{held.name}", held.type, held.nullable)
