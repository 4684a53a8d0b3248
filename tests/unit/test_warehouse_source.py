"""The site's warehouse as a source of cohorts."""

from pathlib import Path

import pytest

from cohort_dsl.disclosure import Rounding
from cohort_dsl.errors import WarehouseAway, WarehouseError
from cohort_dsl.load import question_of
from job_runner.definitions import extraction
from job_runner.definitions.extraction import WarehouseSource

ROUNDING = Rounding("default", 10, 5)


def a_query():
    from cohort_dsl import create_dataset
    from cohort_dsl.tables.core import patients

    dataset = create_dataset()
    dataset.define_population(patients.date_of_birth.is_not_null())
    dataset.sex = patients.sex
    return question_of(dataset)


def test_a_warehouse_that_is_not_there_leaves_no_file(tmp_path: Path):
    settings = {"engine": "duckdb", "database": str(tmp_path / "no.duckdb")}
    source = WarehouseSource({**settings, "mapping": "omop"}, ROUNDING)
    with pytest.raises(WarehouseError):
        source.produce(a_query(), tmp_path / "cohort.parquet")
    assert list(tmp_path.iterdir()) == []


def test_each_connection_that_brings_whole_pieces_is_followed_by_another(tmp_path: Path):
    """Others may try again later: one that brings nothing is told."""
    target, lost = tmp_path / "cohort.parquet", []

    class Losing(WarehouseSource):
        def _produced(self, question, target):
            lost.append(target)
            if len(lost) <= 3:
                piece = tmp_path / f".cohort.parquet.pieces/{len(lost)}"
                piece.mkdir(parents=True)
                (piece / "sha256.json").touch()
            raise WarehouseAway("it is gone", where="warehouse", remedy="wait")

    with pytest.raises(WarehouseAway):
        Losing({}, ROUNDING).produce(a_query(), target)
    assert len(lost) == 4


def test_its_settings_do_not_print():
    assert (
        repr(WarehouseSource({"password": "canary"}, ROUNDING)) == "<the site's warehouse>"
    )


def test_how_far_it_is_is_told_without_saying_how_many_patients_there_are():
    told: list[extraction.Step] = []
    progress = extraction.without_counts(told.append)
    progress.prepared(3, 7)
    progress.answered(123_456)
    progress.written(30_864, 123_456)
    assert told == [(extraction.ASKING, 3, 7), (extraction.WRITING, 25, 100)]
