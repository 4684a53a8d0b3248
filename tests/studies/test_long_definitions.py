"""Long definitions, as authors of OpenSAFELY studies write them, run as they are."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest

import dummy_data
from cohort_dsl import load
from cohort_dsl.model import wire
from cohort_dsl.testing import evaluate

STUDIES = Path(__file__).parent
DEFINITION = Path("analysis/dataset_definition.py")
TODAY = datetime.date(2024, 1, 1)

WORDS = {
    "diabetes": ["--index-date", "2023-03-31", "--size", "30"],
    "vaccines": ["--start-date", "2021-02-01", "--doses=3"],
    "hospital": [],
}


@pytest.fixture(params=WORDS)
def study(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(STUDIES / request.param, tmp_path / request.param))
    monkeypatch.chdir(folder)
    return folder


def asked(study: Path) -> Any:
    return load.definition(DEFINITION, WORDS[study.name])


def test_a_long_definition_is_a_question(study):
    query = asked(study)
    assert len(query.variables) >= 40
    assert wire.loads(wire.dumps(query)) == query


def test_only_the_import_lines_change_for_our_name(study):
    before = wire.dumps(asked(study))
    for file in (study / "analysis").iterdir():
        file.write_text(file.read_text().replace("from ehrql", "from cohort_dsl"))
    assert "ehrql" not in (study / DEFINITION).read_text()
    assert wire.dumps(asked(study)) == before


def test_dummy_patients_satisfy_it_and_duckdb_answers_as_the_referee(study):
    query = asked(study)
    tables = dummy_data.generate(query, size=15, seed=3, reference_date=TODAY)
    rows = {name: table.to_pylist() for name, table in tables.items()}
    found = evaluate(query, rows)
    assert found == evaluate(query, rows, engine="reference")
    assert len(found) >= 15


def test_arguments_and_parameters_reach_the_definition(monkeypatch):
    monkeypatch.chdir(STUDIES / "diabetes")
    assert load.definition(DEFINITION, ["--size", "7"]).dummy_data.population_size == 7
    monkeypatch.chdir(STUDIES / "vaccines")
    query = load.definition(DEFINITION, ["--doses", "2"])
    assert "dose_2_date" in query.variables
    assert "dose_3_date" not in query.variables
    assert query.permissions == ("vaccination_study",)
