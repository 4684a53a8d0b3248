"""What is read of files that change meanwhile is no answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import create_dataset, create_measures, warehouses, years
from cohort_dsl.errors import WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.tables.contract import patients
from cohort_dsl.warehouses import unchanged
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.an_omop import built, settings


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "parquet"
    made.mkdir()
    (made / "person.parquet").write_bytes(b"one")
    return made


@pytest.fixture
def warehouse(tmp_path, folder):
    rows = {"person": [{"person_id": 1, "gender_concept_id": 8507}]}
    with warehouses.open(settings(built(tmp_path / "w.duckdb", rows))) as opened:
        files = unchanged.of({"parquet": str(folder)})
        yield MappedWarehouse(opened._engine, opened.bound, "omop", files)


def everybody():
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    return question_of(dataset)


def counted():
    measures = create_measures()
    measures.define_measure(
        "m",
        numerator=patients.exists_for_patient(),
        denominator=patients.exists_for_patient(),
        intervals=years(1).starting_on("2020-01-01"),
    )
    return question_of(measures)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "person.parquet").write_bytes(b"two, longer"),
        lambda folder: (folder / "person.parquet").unlink(),
        lambda folder: (
            (folder / "more").mkdir() or (folder / "more/x.parquet").write_bytes(b"")
        ),
    ],
)
def test_files_that_change_while_they_are_read_are_told(warehouse, folder, change):
    with (
        pytest.raises(WarehouseError, match="changed while they were read"),
        warehouse.ask(everybody()),
    ):
        change(folder)


def test_files_that_stay_are_answered_from(warehouse):
    with warehouse.ask(everybody()) as answer:
        assert sum(batch.num_rows for batch in answer.reveal()) == 1
    assert list(warehouse.measure(counted()).reveal())


def test_only_the_settings_files_are_looked_at(tmp_path, folder):
    files = unchanged.of({"parquet": {"person": str(folder), "x": "/nowhere"}})
    assert files.places == (folder,)
    listed = unchanged.of(
        {"csv": [str(folder / "person.parquet")], "passfile": str(tmp_path)}
    )
    assert listed.places == (folder / "person.parquet",)
    assert unchanged.of({"database": str(tmp_path), "folder": 5}) == unchanged.Files()
    assert Path(next(iter(files.state()))[0]).name == "person.parquet"
