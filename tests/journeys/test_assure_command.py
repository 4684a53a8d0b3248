"""``strongroom assure``: a definition tried on patients that its author made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.a_command import strongroom

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

TESTS = """\
from datetime import date
from dataset_definition import dataset, medications, patients

test_data = {
    1: {
        patients: {"date_of_birth": date(1950, 3, 1), "sex": "female"},
        medications: [{"date": "2020-03-01", "code": "140587"}],
        "expected_in_population": True,
        "expected_columns": {"age": 70, "sex": "female", "start_year": 2020},
    },
    2: {
        patients: {"date_of_birth": date(1950, 3, 1), "sex": "female"},
        medications: [],
        "expected_in_population": False,
    },
}
"""


@pytest.fixture
def study(docker_engine: object, cohort_image: str, tmp_path: Path) -> Path:
    assert strongroom("init", tmp_path / "study").code == 0
    return tmp_path / "study"


def test_expectations_are_held_against_what_the_definition_says(study):
    file = study / "analysis" / "test_dataset.py"
    file.write_text(TESTS)
    said = strongroom("assure", file)
    assert (said.code, said.out) == (0, f"{file}: 2 patients, all as expected\n"), said
    file.write_text(TESTS.replace('"age": 70', '"age": 71'))
    said = strongroom("assure", file, "--json")
    assert said.code == 13
    assert said.json["mismatches"] == [
        {"patient": 1, "column": "age", "expected": 71, "found": 70}
    ]
    assert said.error["problem"] == "1 of 2 patients aren't as expected"
    file.write_text(TESTS.replace('"start_year"', '"strat_year"'))
    said = strongroom("assure", file)
    assert (said.code, "Did you mean start_year?" in said.err) == (3, True)
