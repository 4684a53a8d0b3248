"""A patient with two rows where a table promises one is counted by nothing."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from cohort_dsl import INTERVAL, create_dataset, create_measures, extract
from cohort_dsl.errors import WarehouseError
from cohort_dsl.testing import measures_of, query_of
from cohort_dsl.warehouses.duckdb import from_rows
from tests.spec.tables import e, p

ENGINES = ["duckdb", "postgresql"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Any:
    if request.param == "duckdb":
        return from_rows
    return request.getfixturevalue("postgresql")


def held(engine: Any, asked: Any, ids: list[int]) -> Any:
    tables = {
        "patients": pa.table({"patient_id": ids, "smoker": [True for _ in ids]}),
        "events": pa.table({"patient_id": [1, 1, 2], "number": [1, 2, 3]}),
    }
    schemas = {schema.name: schema for schema in asked.tables()}
    return engine({name: tables[name] for name in schemas}, schemas)


def refusal() -> Any:
    return pytest.raises(WarehouseError, match="a patient has several rows")


def shares(**words: Any) -> Any:
    measures = create_measures()
    seen = e.where(e.date.is_null() | e.date.is_during(INTERVAL))
    one = {"numerator": seen.exists_for_patient(), "denominator": p.smoker} | words
    one = {"intervals": [("2024-01-01", "2024-12-31")]} | one
    measures.define_measure("m", **one)
    return measures_of(measures)


@pytest.mark.parametrize(
    "measures",
    [
        shares(),
        shares(group_by={"smoker": p.smoker}),
        shares(denominator=e.exists_for_patient(), numerator=p.smoker),
        shares(denominator=e.exists_for_patient(), group_by={"smoker": p.smoker}),
    ],
)
def test_measures_are_refused(engine, measures):
    with held(engine, measures, [1, 2, 2]) as warehouse, refusal() as refused:
        warehouse.measure(measures)
    assert "strongroom warehouse check" in refused.value.remedy
    with held(engine, measures, [1, 2]) as warehouse:
        rows = [
            r for batch in warehouse.measure(measures).reveal() for r in batch.to_pylist()
        ]
    assert [row["denominator"] for row in rows] == [2]


YEARS = [("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")]


@pytest.mark.parametrize("numerator", [p.smoker, p.score])
def test_measures_of_intervals_that_are_counted_at_once_are_refused(engine, numerator):
    """Yes and no is counted over patients who are alike, numbers patient by patient."""
    measures = shares(numerator=numerator, intervals=YEARS)
    with held(engine, measures, [1, 2, 2]) as warehouse, refusal():
        warehouse.measure(measures)
    with held(engine, measures, [1, 2]) as warehouse:
        rows = [
            r for batch in warehouse.measure(measures).reveal() for r in batch.to_pylist()
        ]
    assert [row["denominator"] for row in rows] == [2, 2]


def test_a_cohort_is_refused_alike(engine, tmp_path):
    dataset = create_dataset()
    dataset.define_population(p.smoker)
    query = query_of(dataset)
    with held(engine, query, [1, 2, 2]) as warehouse, refusal() as refused:
        extract.extract(query, warehouse, tmp_path / "cohort.parquet")
    assert "strongroom warehouse check" in refused.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_what_asks_no_such_table_counts_on(engine):
    measures = shares(denominator=e.exists_for_patient())
    with held(engine, measures, [1, 2, 2]) as warehouse:
        rows = [
            r for batch in warehouse.measure(measures).reveal() for r in batch.to_pylist()
        ]
    assert [(row["numerator"], row["denominator"]) for row in rows] == [(2, 2)]
