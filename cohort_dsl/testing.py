"""Try a question on rows written by hand: for an author's tests, and for ours.

>>> evaluate(dataset, {"patients": [{"patient_id": 1, "sex": "female"}]})
[{'patient_id': 1, 'sex': 'female'}]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from cohort_dsl import plan, reference
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Kind, TableSchema, fits
from cohort_dsl.sql import DIALECTS, Catalog, script
from cohort_dsl.sql.catalog import plain
from cohort_dsl.tables import contract, core
from cohort_dsl.warehouses import duckdb

WHERE = "the rows to try the question on"
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def evaluate(
    dataset: object, tables: Rows, engine: Literal["duckdb", "reference"] = "duckdb"
) -> list[dict[str, Any]]:
    """The cohort of these rows, one dict a patient: ``patient_id``, then the variables.

    ``dataset``: a Dataset or a Query. ``tables``: for each table its rows as dicts with
    ``patient_id`` (all int or all str); a table or column that isn't given is empty.
    Sorted by ``patient_id``. DefinitionError for rows that no warehouse could hold, and
    for tables that neither the question nor the contract knows.
    """
    query = query_of(dataset)
    _demand_known(tables, query)
    rows = complete(tables, query.tables())
    if engine == "reference":
        return reference.answer(query, rows)
    schemas = {schema.name: schema for schema in query.tables()}
    arrow = {name: _arrow(schemas[name], held) for name, held in rows.items() if held}
    with duckdb.from_rows(arrow, schemas) as warehouse, warehouse.ask(query) as answer:
        return [row for batch in answer.reveal() for row in batch.to_pylist()]


def sql(dataset: object, dialect: str) -> str:
    """The SQL that the question becomes, over tables named as in the contract.

    DefinitionError for a dialect that there isn't.
    """
    if dialect not in DIALECTS:
        raise DefinitionError(
            f"there is no dialect {dialect}",
            where="the question's SQL",
            remedy=f"Ask for {' or '.join(DIALECTS)}.",
        )
    query = query_of(dataset)
    sources = {table.name: plain(table) for table in query.tables()}
    return str(script(plan.build(query), DIALECTS[dialect], Catalog(sources)))


def _arrow(schema: TableSchema, rows: list[dict[str, Any]]) -> pa.Table:
    """Ids as they come; the rest by the schema, because a column may be all NULL."""
    types = {column.name: duckdb.ARROW[column.type.kind] for column in schema.columns}
    ids = pa.array([row["patient_id"] for row in rows])
    columns = {n: pa.array([row[n] for row in rows], kind) for n, kind in types.items()}
    return pa.table({"patient_id": ids, **columns})


def query_of(dataset: object) -> Query:
    """The question itself, whether it comes as a Dataset or as a Query already."""
    if isinstance(dataset, Query):
        return dataset
    from cohort_dsl import load

    return load.query_of(dataset)


def _demand_known(tables: Rows, query: Query) -> None:
    asked = [table.name for table in query.tables()]
    unknown = sorted(set(tables) - {*asked, *contract.SCHEMAS, *core.SCHEMAS})
    if unknown:
        raise DefinitionError(
            f"the question asks nothing of {', '.join(unknown)}",
            where=WHERE,
            remedy=f"It asks {', '.join(asked) or 'no table'}. Leave others out.",
        )


# Rows that a table could hold ---------------------------------------------------


def complete(
    tables: Rows, schemas: Iterable[TableSchema]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every schema's table, with all its columns; DefinitionError if wrong."""
    found: dict[str, list[dict[str, Any]]] = {}
    wrong: list[str] = []
    for schema in schemas:
        rows = tables.get(schema.name, ())
        wrong += _problems(schema, rows)
        names = ["patient_id", *(column.name for column in schema.columns)]
        found[schema.name] = [{name: row.get(name) for name in names} for row in rows]
    wrong += _mixed_ids(found) if not wrong else []
    if wrong:
        raise DefinitionError(
            "; ".join(wrong),
            where=WHERE,
            remedy="Rows hold the table's columns: True or False, int, float, str or date.",
        )
    return found


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
    wanted, got = "str" if kind is Kind.CODE else kind.value, type(value).__name__
    return (
        f"beyond what a {wanted} can hold" if got == wanted else f"a {got}, not a {wanted}"
    )


def _mixed_ids(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    types = {type(row["patient_id"]) for rows in tables.values() for row in rows}
    return ["some patient_ids are ints and some are strs"] if len(types) > 1 else []
