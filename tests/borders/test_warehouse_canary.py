"""Nobody's value turns up in an error, a report or anything that prints."""

import contextlib
import traceback
from datetime import date

import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.extract import extract
from cohort_dsl.load import question_of
from cohort_dsl.sql.catalog import Catalog, plain
from cohort_dsl.tables.contract import diagnoses, documents, patients
from cohort_dsl.warehouses import oracle_errors
from cohort_dsl.warehouses.oracle import OracleWarehouse
from cohort_dsl.warehouses.oracle_faults import FAULTS
from tests.an_omop import HEAD_OF_OURS, TABLES, built, opened, settings

CANARY = "CANARYBIRD"
YEAR = 1987  # a day that only the canary has

DIAGNOSIS = {
    "person_id": 1,
    "condition_source_value": CANARY,
    "condition_start_date": "3000-01-01",
}
ROWS = {
    "person": [{"person_id": 1, "gender_concept_id": 8507, "year_of_birth": YEAR}] * 2,
    "condition_occurrence": [DIAGNOSIS] * 3,
    "note": [{"person_id": 1, "note_text": CANARY, "note_title": CANARY}],
}  # fmt: skip


def everything_told(error):
    """What any handler could print of an error, its causes and places included."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error.__dict__)


def asking(**variables):
    dataset = create_dataset()
    dataset.define_population(patients.sex == "male")
    for name, series in variables.items():
        setattr(dataset, name, series)
    return question_of(dataset)


def test_a_check_of_odd_rows_tells_no_value(tmp_path):
    with opened(tmp_path, ROWS) as warehouse:
        report = warehouse.check(date(2024, 1, 1))
    assert not report.ok
    told = "\n".join(report.lines()) + str(report.as_json()) + repr(report)
    assert CANARY not in told
    assert str(YEAR) not in told


def test_an_extraction_that_fails_tells_no_value(tmp_path):
    """Person 1 is there twice, so the cohort can't be made."""
    query = asking(seen=diagnoses.sort_by(diagnoses.date).first_for_patient().code)
    with opened(tmp_path, ROWS) as warehouse:
        with pytest.raises(WarehouseError) as refused:
            extract(query, warehouse, tmp_path / "cohort.parquet")
        shown = repr(warehouse) + repr(warehouse.catalog.sources)
    assert CANARY not in everything_told(refused.value) + shown
    assert not (tmp_path / "cohort.parquet").exists()


def test_a_database_that_fails_tells_no_value(tmp_path):
    """A view that can't be read fails only when it is asked, quoting what it read."""
    import duckdb

    tables = {name: columns for name, columns in TABLES.items() if name != "note"}
    database = built(tmp_path / "small.duckdb", {"person": ROWS["person"][:1]}, tables)
    with duckdb.connect(database) as connection:
        connection.execute(
            f"CREATE VIEW note AS SELECT 1::BIGINT AS person_id, ('{CANARY}' || "
            "person_id)::DATE AS note_date, 'a' AS note_title, 'a' AS note_text, "
            "'a' AS note_source_value, 1 AS note_class_concept_id, 1 AS "
            "visit_occurrence_id FROM person"
        )
    query = asking(written=documents.sort_by(documents.date).last_for_patient().date)
    with warehouses.open(settings(database)) as warehouse:
        with pytest.raises(WarehouseError) as refused:
            extract(query, warehouse, tmp_path / "cohort.parquet")
        with pytest.raises(WarehouseError) as unchecked:
            warehouse.check()
    assert "DuckDB refused" in refused.value.problem
    for error in (refused.value, unchecked.value):
        assert CANARY not in everything_told(error).replace(f"('{CANARY}' ||", "")


def test_an_answer_prints_its_shape_only(tmp_path):
    rows = {**ROWS, "person": ROWS["person"][:1]}
    query = asking(seen=diagnoses.sort_by(diagnoses.date).first_for_patient().code)
    with opened(tmp_path, rows) as warehouse, warehouse.ask(query) as answer:
        assert repr(answer) == "<rows of 2 columns>"
        assert CANARY in str([batch.to_pylist() for batch in answer.reveal()])


def test_a_mapping_over_the_wrong_columns_tells_no_value(tmp_path):
    mapping = tmp_path / "ours.yaml"
    mapping.write_text(
        HEAD_OF_OURS
        + """\
  diagnoses:
    from: condition_occurrence
    patient_id: condition_source_value
    columns:
      date: condition_source_value
      end_date: condition_source_value
      code: condition_source_value
      vocabulary: condition_source_value
      source_code: condition_source_value
      kind: condition_source_value
      visit_id: condition_source_value
"""
    )
    dataset = create_dataset()
    dataset.define_population(diagnoses.exists_for_patient())
    with opened(tmp_path, ROWS, mapping=str(mapping)) as warehouse:
        report = warehouse.check()
        told = "\n".join(report.lines())
        with contextlib.suppress(WarehouseError):
            extract(question_of(dataset), warehouse, tmp_path / "cohort.parquet")
    assert "isn't among the contract's" in told
    assert CANARY not in told


# Oracle: no server can be had, but the driver raises what one says


def said_by_oracle(code):
    """As the driver raises it, in words that quote a person's value."""
    from oracledb.errors import _Error

    number = int(code.partition("-")[2])
    words = f"{code}: unable to convert {CANARY} of {YEAR}-03-04"
    error = _Error(words, code=number) if code.startswith("ORA") else _Error(words)
    return error.exc_type(error)


@pytest.mark.parametrize("code", [*FAULTS, "ORA-01722", "ORA-12899", "DPY-8001"])
def test_whatever_oracle_says_tells_no_value(code):
    if "-" not in code:
        return
    for connecting in (False, True):
        told_of = oracle_errors.told(
            said_by_oracle(code), "the warehouse", connecting=connecting
        )
        assert CANARY not in everything_told(told_of)
        assert str(YEAR) not in everything_told(told_of)


def test_an_answer_of_oracles_that_breaks_tells_no_value(tmp_path):
    """In the middle of its rows, of which the driver quotes one."""

    class Broken:
        version = "19.0.0.0.0"

        def __getattr__(self, name):
            return lambda *given, **named: None

        def cursor(self):
            return self

        def execute(self, text, values=None):
            if text.lstrip().startswith(("SELECT", "WITH", "INSERT")):
                raise said_by_oracle("ORA-01722")

        def __enter__(self):
            return self

        def __exit__(self, *error):
            """Nothing is open."""

    schema = patients.node_.schema
    held = OracleWarehouse(Broken(), Catalog({schema.name: plain(schema)}))
    with pytest.raises(WarehouseError) as refused:
        extract(asking(sex=patients.sex), held, tmp_path / "cohort.parquet")
    assert "ORA-01722" in refused.value.problem
    assert CANARY not in everything_told(refused.value) + repr(held)
    assert not list(tmp_path.iterdir())
