"""Rows written by hand: completed to those of a table, or told what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.types import Kind, TableSchema, fits

WHERE = "the rows to try the question on"
REMEDY = "Rows hold the table's columns: True or False, int, float, str or date."
Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]


def complete(
    tables: Rows, schemas: Iterable[TableSchema]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every schema's table, with all its columns; DefinitionError if wrong."""
    found: dict[str, list[dict[str, Any]]] = {}
    wrong: list[str] = []
    for schema in schemas:
        rows = [_as_columns(schema, row) for row in tables.get(schema.name, ())]
        wrong += _problems(schema, rows)
        names = ["patient_id", *(column.name for column in schema.columns)]
        found[schema.name] = [{name: row.get(name) for name in names} for row in rows]
    wrong += mixed_ids(found) if not wrong else []
    refuse(wrong)
    return found


def refuse(wrong: Sequence[str]) -> None:
    """DefinitionError where anything is wrong with the rows."""
    if wrong:
        raise DefinitionError(
            "; ".join(wrong),
            where=WHERE,
            remedy=REMEDY,
        )


def _as_columns(schema: TableSchema, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with ISO strings as dates and ints as floats, where its columns are."""
    kinds = {column.name: column.type.kind for column in schema.columns}
    return {name: as_kind(value, kinds.get(name)) for name, value in row.items()}


def as_kind(value: Any, kind: Kind | None) -> Any:
    """An ISO string as a date and an int as a float, where that is what is wanted."""
    if kind is Kind.FLOAT and type(value) is int:
        return float(value)
    if kind is Kind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value  # told as what it is: no date
    return value


def _problems(schema: TableSchema, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    wrong = [
        f"table {schema.name}, row {number}: {problem}"
        for number, row in enumerate(rows, start=1)
        for problem in _row_problems(schema, row)
    ]
    if schema.one_row_per_patient and not wrong:
        patients = [row["patient_id"] for row in rows]
        if len(set(patients)) < len(patients):
            wrong.append(f"table {schema.name} holds one row a patient, here are more")
    return wrong


def row_problems(schema: TableSchema, row: Mapping[str, Any]) -> list[str]:
    """What keeps a row, as an author wrote it, out of this table; nothing if it fits."""
    return _row_problems(schema, _as_columns(schema, row))


def _row_problems(schema: TableSchema, row: Mapping[str, Any]) -> list[str]:
    if type(row.get("patient_id")) not in (int, str):
        return ["patient_id is an int or a str, and never missing"]
    types = {column.name: column.type for column in schema.columns}
    problems = []
    for name, value in row.items():
        if name == "patient_id" or (value is None and name in types):
            continue
        if name not in types:
            problems.append(f"there is no column {name}")
        elif not fits(value, types[name]):
            problems.append(f"{name} is {_misfit(value, types[name].kind)}")
    return problems


def _misfit(value: Any, kind: Kind) -> str:
    """Of another type, or of the right one but beyond what warehouses hold."""
    wanted, got = (
        "str" if kind in (Kind.CODE, Kind.CODES) else kind.value,
        type(value).__name__,
    )
    return (
        f"beyond what a {wanted} can hold" if got == wanted else f"a {got}, not a {wanted}"
    )


def mixed_ids(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """What is wrong with the ids of several tables, taken together; nothing if they fit."""
    types = {type(row["patient_id"]) for rows in tables.values() for row in rows}
    return ["some patient_ids are ints and some are strs"] if len(types) > 1 else []
