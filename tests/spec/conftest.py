"""``spec``: one rule, held against every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cohort_dsl import create_dataset, create_measures, testing
from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.types import DATE, FLOAT, INT, STR, Column, TableSchema
from tests.spec.otherwise import OTHERWISE
from tests.spec.reading import read, read_head
from tests.spec.tables import addresses, events, patients, visits

ORACLE = "oracle (H2)"
QUICK = ("reference", "duckdb", "postgresql", ORACLE)
SPARK = pytest.param("spark", marks=pytest.mark.xdist_group("spark"))  # starts but once
ENGINES = (*QUICK, SPARK)
TABLES = {
    "patients": patients,
    "events": events,
    "visits": visits,
    "addresses": addresses,
}


@pytest.fixture(params=ENGINES)
def spec(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Ask ``ask`` of each patient in the tables; ``expect`` has a value for each of them.

    With ``population`` only those in it are expected.
    """

    engine = engine_of(request)

    def check(
        *, ask: Any, expect: dict[int, Any], population: Any = None, **tables: str
    ) -> None:
        found = answer(engine, ask, population, tables)
        assert {k: typed(x) for k, x in found.items()} == {
            k: typed(x) for k, x in expect.items()
        }

    return held(request, check)


@pytest.fixture(params=ENGINES)
def measured(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Define one measure and ask it of the tables.

    ``expect``: all rows of the answer, in order, with the columns that the rule is about.
    """
    engine = engine_of(request)

    def check(
        *,
        numerator: Any,
        denominator: Any,
        intervals: Any,
        expect: str,
        group_by: Any = None,
        **tables: str,
    ) -> None:
        measures = create_measures()
        measures.define_measure("asked", numerator, denominator, group_by, intervals)
        rows = {n: read(text, TABLES[n].node_.schema) for n, text in tables.items()}
        found = testing.evaluate_measures(measures, rows, engine)
        wanted = read(expect, measures_schema(testing.measures_of(measures)))
        columns = read_head(expect)
        assert [{n: typed(row[n]) for n in columns} for row in found] == [
            {n: typed(row[n]) for n in columns} for row in wanted
        ]

    return held(request, check)


@pytest.fixture(params=ENGINES)
def event_table(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Ask the dataset's only event table of the tables; ``expect``: all rows, in order."""
    engine = engine_of(request)

    def check(*, dataset: Any, expect: str, **tables: str) -> None:
        rows = {n: read(text, TABLES[n].node_.schema) for n, text in tables.items()}
        [(name, columns)] = testing.query_of(dataset).event_tables.items()
        held = tuple(Column(n, series.type) for n, series in columns.items())
        wanted = read(expect, TableSchema("answer", held, one_row_per_patient=False))
        found = testing.evaluate_events(dataset, rows, engine)[name]
        assert [{n: typed(x) for n, x in row.items()} for row in found] == [
            {n: typed(x) for n, x in row.items()} for row in wanted
        ]

    return held(request, check)


def held(request: pytest.FixtureRequest, check: Callable[..., None]) -> Callable[..., None]:
    """The check; of a rule that this engine is said not to keep, that it doesn't."""
    rule = request.node.originalname
    why = OTHERWISE.get(request.param, {}).get(rule)
    if why is None:
        return check
    differed: list[bool] = []

    def differs(**asked: Any) -> None:
        try:
            check(**asked)
        except (AssertionError, WarehouseError):
            differed.append(True)

    def told() -> None:
        assert differed, f"{rule} is kept, though {why}: take it off tests/spec/otherwise"

    request.addfinalizer(told)
    return differs


def engine_of(request: pytest.FixtureRequest) -> Any:
    """By its name, or what makes a warehouse there."""
    name = request.param
    fixture = {ORACLE: "oracle"}.get(name, name)
    started = fixture in ("postgresql", "oracle", "spark")
    return request.getfixturevalue(fixture) if started else name


def measures_schema(measures: Measures) -> TableSchema:
    """What the columns of the answer hold."""
    kinds = dict.fromkeys(("numerator", "denominator"), INT)
    kinds |= {"measure": STR, "ratio": FLOAT, "interval_start": DATE, "interval_end": DATE}
    kinds |= {name: series.type for name, series in measures.group_columns().items()}
    return TableSchema("answer", tuple(Column(n, kind) for n, kind in kinds.items()), False)


def answer(
    engine: Any, ask: Any, population: Any, tables: dict[str, str]
) -> dict[int, Any]:
    given = {name: TABLES[name] for name in tables}
    dataset = create_dataset()
    dataset.define_population(anyone(given) if population is None else population)
    dataset.asked = ask
    rows = {name: read(text, given[name].node_.schema) for name, text in tables.items()}
    found = testing.evaluate(dataset, rows, engine)
    by_patient = {row["patient_id"]: row["asked"] for row in found}
    assert len(by_patient) == len(found), "a patient came twice"
    return by_patient


def anyone(tables: dict[str, Any]) -> Any:
    """Whoever is in one of the tables."""
    first, *others = [frame.exists_for_patient() for frame in tables.values()]
    for other in others:
        first = first | other
    return first


def typed(value: Any) -> tuple[str, Any]:
    """So that 1, 1.0 and True differ, and a date is no datetime."""
    return type(value).__name__, value
