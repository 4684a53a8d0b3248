"""A dataset of periods is written into a file for each of them."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cohort_dsl import INTERVAL, create_dataset, testing
from cohort_dsl.errors import DefinitionError
from cohort_dsl.extract import cohorts, targets
from cohort_dsl.load import question_of
from cohort_dsl.model import intervals
from cohort_dsl.tables.contract import diagnoses, patients

SEEN = diagnoses.where(diagnoses.date.is_during(INTERVAL))
MAY, JUNE = ("2024-05-01", "2024-05-31"), ("2024-06-01", "2024-06-30")
SUMMER = ("2024-06-01", "2024-08-31")


def asking(*periods):
    dataset = create_dataset()
    dataset.define_periods(list(periods))
    dataset.define_population(patients.sex.is_not_null() & SEEN.exists_for_patient())
    dataset.times = SEEN.count_for_patient()
    return question_of(dataset)


def test_each_period_has_its_own_patients_and_values(tmp_path: Path):
    rows = {
        "patients": [{"patient_id": n, "sex": "female"} for n in (1, 2)],
        "diagnoses": [
            {"patient_id": 1, "date": "2024-05-31"},
            {"patient_id": 1, "date": "2024-06-01"},
            {"patient_id": 1, "date": "2024-06-30"},
            {"patient_id": 2, "date": "2024-06-15"},
        ],
    }
    query = asking(MAY, JUNE)
    [(_, first), _] = intervals.periods(query)
    with testing.in_memory(query, rows) as warehouse:
        made = cohorts(query, warehouse, tmp_path / "cohort.parquet")
    assert [file.path.name for file in made] == [
        "cohort_2024-05-01.parquet",
        "cohort_2024-06-01.parquet",
    ]
    may, june = (pq.read_table(file.path).to_pylist() for file in made)
    assert may == [{"patient_id": 1, "times": 1}]
    assert june == [{"patient_id": 1, "times": 2}, {"patient_id": 2, "times": 1}]
    assert testing.evaluate(first, rows) == may


def test_periods_that_begin_on_one_day_are_told_apart_by_their_last(tmp_path: Path):
    named = targets(asking(MAY, JUNE, SUMMER), tmp_path / "out.csv.gz")
    assert [path.name for path in named.values()] == [
        "out_2024-05-01_2024-05-31.csv.gz",
        "out_2024-06-01_2024-06-30.csv.gz",
        "out_2024-06-01_2024-08-31.csv.gz",
    ]


def test_rows_are_tried_on_one_period_at_a_time():
    with pytest.raises(DefinitionError, match="several periods"):
        testing.evaluate(asking(MAY, JUNE), {})


def test_a_dataset_is_no_measures_and_the_other_way_round():
    with pytest.raises(DefinitionError, match="a dataset, not measures"):
        testing.evaluate_measures(asking(MAY), {})
