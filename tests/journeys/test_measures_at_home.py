"""Measures, a dataset of periods, and event tables, run at home on made-up people."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli.dummies import DummySource
from cohort_dsl import formats, load
from cohort_dsl.model import wire
from job_runner.executors.fake import FakeEngine, Inside
from job_runner.jobs.job import Failure, State
from job_runner.local import run as local
from job_runner.local import studies
from job_runner.local.home import Ran
from tests.a_site import COHORT
from tests.journeys.test_local_run import a_home

MEASURES = """\
from ehrql import INTERVAL, create_measures, months
from ehrql.tables.core import clinical_events as events, patients

seen = events.where(events.date.is_during(INTERVAL))

measures = create_measures()
measures.configure_dummy_data(population_size=100)
measures.define_defaults(
    denominator=patients.age_on(INTERVAL.start_date) >= 18,
    intervals=months(3).starting_on("2022-01-01"),
)
measures.define_measure("seen", seen.exists_for_patient())
measures.define_measure("events", seen.count_for_patient(), group_by={"sex": patients.sex})
"""
PERIODS = """\
from ehrql import INTERVAL, create_dataset, years
from ehrql.tables.core import clinical_events as events, patients

dataset = create_dataset()
dataset.configure_dummy_data(population_size=20)
dataset.define_periods(years(2).starting_on("2021-01-01"))
dataset.define_population(patients.age_on(INTERVAL.start_date) >= 18)
dataset.events = events.where(events.date.is_during(INTERVAL)).count_for_patient()
"""
EVENTS = """\
from ehrql import create_dataset
from ehrql.tables.core import clinical_events as events, patients

dataset = create_dataset()
dataset.configure_dummy_data(population_size=20)
dataset.define_population(patients.age_on("2021-01-01") >= 18)
dataset.add_event_table("seen", date=events.date, sex=patients.sex)
"""
PROJECT = """\
version: 5
actions:
  measure:
    run: ehrql:v1 generate-measures analysis/measures.py --output output/measures.csv
    outputs:
      moderately_sensitive:
        measures: output/measures.csv
  extract:
    run: ehrql:v1 generate-dataset analysis/periods.py --output output/cohort.parquet
    outputs:
      highly_sensitive:
        cohorts: output/cohort_*.parquet
  list:
    run: ehrql:v1 generate-dataset analysis/events.py --output output/people.parquet
    outputs:
      highly_sensitive:
        people: output/people.parquet
        events: output/people_events/*.parquet
"""


def evaluates(definition: str, kind: str, asked: str = ""):
    """What ``python -m cohort_dsl.evaluate`` does, in this process."""

    def run(inside: Inside) -> int:
        path = inside.path(f"analysis/{definition}.py")
        inside.write("/result/query.json", wire.dumps(load.definition(path, (), kind)))
        return 0

    words = ("python3", "-m", "cohort_dsl.evaluate", f"analysis/{asked or definition}.py")
    return (*words, "--output", "/result/query.json", "--asks", kind), run


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis/measures.py").write_text(MEASURES)
    (tmp_path / "analysis/periods.py").write_text(PERIODS)
    (tmp_path / "analysis/events.py").write_text(EVENTS)
    (tmp_path / "project.yaml").write_text(PROJECT)
    return tmp_path


def run(study: Path, action: str, told: list[str] | None = None, **programs) -> Ran:
    asked = [("measures", "measures"), ("periods", "dataset"), ("events", "dataset")]
    both = dict(evaluates(*one) for one in asked)
    images = {"strongroom/cohort:v1": (COHORT,)}
    engine = FakeEngine(images=images, programs=both | programs.get("programs", {}))
    source = DummySource(told=(told if told is not None else []).append)
    found = studies.opened(study, [action])
    [ran] = local.run(found, replace(a_home(engine), source=source))
    return ran


def test_measures_are_counted_over_their_intervals_and_rounded(study):
    told: list[str] = []
    ran = run(study, "measure", told)
    assert (ran.state, ran.outputs) == (State.SUCCEEDED, ("output/measures.csv",))
    rows = list(csv.DictReader((study / "output/measures.csv").read_text().splitlines()))
    assert [row["interval_start"] for row in rows if row["measure"] == "seen"] == [
        "2022-01-01",
        "2022-02-01",
        "2022-03-01",
    ]
    assert all(int(row["numerator"]) % 5 == 0 for row in rows)
    assert any(int(row["numerator"]) for row in rows)
    assert {row["sex"] for row in rows if row["measure"] == "events"} >= {"female", "male"}
    assert told == [
        "measures.csv: numbers below 10 are 0, others are rounded to 5 (policy default); "
        "a site has its own"
    ]


def test_exact_numbers_are_refused_where_the_output_is_moderately_sensitive(study):
    exact = f"{MEASURES}measures.configure_disclosure_control(enabled=False)\n"
    (study / "analysis/measures.py").write_text(exact)
    ran = run(study, "measure")
    assert ran.failure is Failure.NOT_ALLOWED
    assert "turns disclosure control off" in ran.told
    assert not (study / "output").exists()


def test_exact_numbers_may_stay_with_peoples_rows(study):
    exact = f"{MEASURES}measures.configure_disclosure_control(enabled=False)\n"
    (study / "analysis/measures.py").write_text(exact)
    project = PROJECT.replace("moderately_sensitive", "highly_sensitive")
    (study / "project.yaml").write_text(project)
    told: list[str] = []
    assert run(study, "measure", told).state is State.SUCCEEDED
    rows = list(csv.DictReader((study / "output/measures.csv").read_text().splitlines()))
    assert any(int(row["denominator"]) % 5 for row in rows)
    assert "numbers are as they are" in told[0]


def test_a_dataset_of_periods_has_a_cohort_file_for_each(study):
    ran = run(study, "extract")
    assert ran.outputs == (
        "output/cohort_2021-01-01.parquet",
        "output/cohort_2022-01-01.parquet",
    )
    for path in ran.outputs:
        assert pq.read_table(study / path).column_names == ["patient_id", "events"]
        assert os.stat(study / path).st_size


def test_event_tables_lie_beside_the_cohort_file(study):
    ran = run(study, "list")
    assert ran.outputs == ("output/people.parquet", "output/people_events/seen.parquet")
    people, seen = (pq.read_table(study / path) for path in ran.outputs)
    assert people.num_rows == 20
    assert seen.column_names == ["patient_id", "date", "sex"]
    assert set(seen["patient_id"].to_pylist()) <= set(people["patient_id"].to_pylist())
    assert seen.num_rows > 0


@pytest.mark.parametrize("ending", formats.FORMATS)
def test_every_format_of_a_dataset_is_made(study, ending):
    (study / "project.yaml").write_text(PROJECT.replace(".parquet", ending))
    assert run(study, "extract").outputs == (
        f"output/cohort_2021-01-01{ending}",
        f"output/cohort_2022-01-01{ending}",
    )
    assert run(study, "list").state is State.SUCCEEDED


def test_an_event_table_that_is_not_declared_is_told(study):
    kept = "        events: output/people_events/*.parquet\n"
    assert kept in PROJECT
    (study / "project.yaml").write_text(PROJECT.replace(kept, ""))
    ran = run(study, "list")
    assert ran.failure is Failure.DEFINITION_ERROR
    assert (
        "would be output/people_events/seen.parquet, which the action doesn't" in ran.told
    )
    assert not (study / "output/people.parquet").exists()


@pytest.mark.parametrize(
    ("action", "left"),
    [("measure", ("periods", "dataset")), ("extract", ("measures", "measures"))],
)
def test_a_box_that_leaves_the_other_kind_of_question_is_refused(study, action, left):
    named = "measures" if action == "measure" else "periods"
    kind = "measures" if action == "measure" else "dataset"
    words, _ = evaluates(named, kind)
    _, other = evaluates(*left)
    ran = run(study, action, programs={words: other})
    assert ran.failure is Failure.DEFINITION_ERROR
    assert "asks for something else" in ran.told
