"""Try a question on rows written by hand: for an author's tests, and for ours.

>>> evaluate(dataset, {"patients": [{"patient_id": 1, "sex": "female"}]})
[{'patient_id': 1, 'sex': 'female'}]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from cohort_dsl import reference
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.measures import PATIENTS, Measures
from cohort_dsl.model.nodes import InlineTable
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import TableSchema
from cohort_dsl.rows_by_hand import WHERE, Rows, complete, mixed_ids, refuse
from cohort_dsl.sql import DIALECTS, Catalog, script
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.duckdb import from_rows
from cohort_dsl.warehouses.explaining import planned
from cohort_dsl.warehouses.rows import ARROW
from cohort_dsl.warehouses.rows import Rows as Answered

Engine: TypeAlias = Callable[
    [Mapping[str, pa.Table], Mapping[str, TableSchema]], AbstractContextManager[Warehouse]
]
"""Makes a warehouse of tables and their schemas, as ``from_rows`` of an engine does."""


def evaluate(
    dataset: object,
    tables: Rows,
    engine: Literal["duckdb", "reference"] | Engine = "duckdb",
) -> list[dict[str, Any]]:
    """The cohort of these rows, one dict a patient: ``patient_id``, then the variables.

    ``dataset``: a Dataset or a Query. ``tables``: for each table its rows as dicts with
    ``patient_id`` (all int or all str); a table or column that isn't given is empty.
    ``core.patients`` may be called ``patients`` where the question asks no other table of
    that name. A date may be an ISO string, a float an int. ``engine``: who answers, by
    name, or what makes a warehouse of the rows.
    Sorted by ``patient_id``. DefinitionError for rows that no warehouse could hold, and
    for a table's name that is nearly one that the question asks for.
    """
    query = query_of(dataset)
    if engine == "reference":
        return reference.answer(query, _complete(tables, query))
    made = from_rows if engine == "duckdb" else engine
    with in_memory(query, tables, made) as warehouse, warehouse.ask(query) as answer:
        return _listed(answer)


def evaluate_events(
    dataset: object,
    tables: Rows,
    engine: Literal["duckdb", "reference"] | Engine = "duckdb",
) -> dict[str, list[dict[str, Any]]]:
    """The event tables of these rows: by name, one dict a row, sorted by all columns.

    What is given, and what is refused, is as for ``evaluate``.
    """
    query = query_of(dataset)
    if engine == "reference":
        return reference.event_tables(query, _complete(tables, query))
    made = from_rows if engine == "duckdb" else engine
    with in_memory(query, tables, made) as warehouse, warehouse.ask(query) as answer:
        _listed(answer)
        return {name: _listed(answer.event_table(name)) for name in query.event_tables}


def _listed(rows: Answered) -> list[dict[str, Any]]:
    return [row for batch in rows.reveal() for row in batch.to_pylist()]


def evaluate_measures(
    measures: object,
    tables: Rows,
    engine: Literal["duckdb", "reference"] | Engine = "duckdb",
) -> list[dict[str, Any]]:
    """The measures of these rows, as they are: nothing is hidden or rounded.

    ``measures``: what ``create_measures()`` makes, or the model's Measures. One dict for
    each measure, interval and group: ``measure``, ``interval_start``, ``interval_end``,
    ``ratio``, ``numerator``, ``denominator``, and the columns of ``group_by``. The rest is
    as for ``evaluate``.
    """
    asked = measures_of(measures)
    return [
        {name: value for name, value in row.items() if name not in PATIENTS}
        for row in measured(asked, tables, engine)
    ]


def measured(
    asked: Measures, tables: Rows, engine: Literal["duckdb", "reference"] | Engine
) -> list[dict[str, Any]]:
    """The same with how many patients each number is made from, as warehouses give it."""
    if engine == "reference":
        return reference.answer_measures(asked, _complete(tables, asked))
    made = from_rows if engine == "duckdb" else engine
    with in_memory(asked, tables, made) as warehouse:
        answer = warehouse.measure(asked)
        return [row for batch in answer.reveal() for row in batch.to_pylist()]


def in_memory(
    question: Question, tables: Rows, engine: Engine = from_rows
) -> AbstractContextManager[Warehouse]:
    """A warehouse of these rows that can be asked this. DefinitionError as above."""
    rows = _complete(tables, question)
    schemas = {schema.name: schema for schema in question.tables()}
    arrow = {name: _arrow(schemas[name], held) for name, held in rows.items() if held}
    return engine(arrow, schemas)


def _complete(tables: Rows, question: Question) -> dict[str, list[dict[str, Any]]]:
    named = by_whole_name(tables, question)
    _demand_known(named, question)
    rows = complete(named, question.tables())
    given = (n for n in question.nodes() if isinstance(n, InlineTable))
    theirs = [{"patient_id": one} for table in given for one in table.patients()]
    refuse(mixed_ids({**rows, "rows that come with the question": theirs}))
    return rows


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
    said = DIALECTS[dialect]
    catalog = Catalog(sources)
    return str(script(planned(query, said, catalog), said, catalog))


def _arrow(schema: TableSchema, rows: list[dict[str, Any]]) -> pa.Table:
    """Ids as they come; the rest by the schema, because a column may be all NULL."""
    types = {column.name: ARROW[column.type.kind] for column in schema.columns}
    ids = pa.array([row["patient_id"] for row in rows])
    columns = {n: pa.array([row[n] for row in rows], kind) for n, kind in types.items()}
    return pa.table({"patient_id": ids, **columns})


def query_of(dataset: object) -> Query:
    """The question itself, whether it comes as a Dataset or as a Query already.

    DefinitionError where it is no question of one time.
    """
    query = _question(dataset)
    if isinstance(query, Measures):
        raise DefinitionError(
            "these are measures, not a dataset",
            where=WHERE,
            remedy="Try them with evaluate_measures.",
        )
    if query.periods:
        raise DefinitionError(
            "the dataset is asked for in several periods",
            where=WHERE,
            remedy="Try one at a time: cohort_dsl.model.intervals.at(query, period).",
        )
    return query


def measures_of(measures: object) -> Measures:
    """The measures themselves, as the author's or as the model's already."""
    asked = _question(measures)
    if isinstance(asked, Query):
        raise DefinitionError(
            "this is a dataset, not measures", where=WHERE, remedy="Try it with evaluate."
        )
    return asked


def _question(asked: object) -> Question:
    from cohort_dsl import load

    return asked if isinstance(asked, Question) else load.question_of(asked)


def by_whole_name(tables: Rows, query: Question) -> Rows:
    """The rows under the names that the question has for their tables."""
    asked = {table.name for table in query.tables()}
    short = {name.rpartition(".")[2]: name for name in asked}
    return {
        name if name in asked else short.get(name, name): rows
        for name, rows in tables.items()
    }


def _demand_known(tables: Rows, query: Question) -> None:
    """Rows that the question doesn't ask for do no harm, but a slip of the pen would."""
    missing = [table.name for table in query.tables() if table.name not in tables]
    for name in sorted(set(tables) - {table.name for table in query.tables()}):
        meant = get_close_matches(name, missing, n=1, cutoff=0.75)
        if meant:
            raise DefinitionError(
                f"the question asks nothing of {name}",
                where=WHERE,
                remedy=f"Did you mean {meant[0]}?",
            )
