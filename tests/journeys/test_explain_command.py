"""``strongroom explain``, from a study's definition to what its steps took."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.a_command import strongroom

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture
def study(docker_engine: object, cohort_image: str, tmp_path: Path) -> Path:
    assert strongroom("init", tmp_path / "study").code == 0
    return tmp_path / "study"


def test_a_definition_is_explained_alone_and_on_its_dummy_tables(study):
    file, tables = study / "analysis" / "dataset_definition.py", study / "dummy_tables"
    said = strongroom("explain", file)
    assert (said.code, "Finds the population" in said.out) == (0, True), said
    assert strongroom("dummy-data", file, "--size", "50", "--output", tables).code == 0
    said = strongroom("explain", file, "--backend", tables, "--sql", "--json")
    assert said.code == 0, said
    [plan] = said.json["plans"]
    assert plan["steps"][-1]["rows"] == 50
    assert "SELECT" in plan["sql"]


def test_a_mistake_and_a_folder_of_nothing_end_as_everywhere(study):
    file = study / "analysis" / "dataset_definition.py"
    said = strongroom("explain", file, "--backend", study / "analysis")
    assert (said.code, "no file of diagnoses" in said.err) == (9, True), said
    file.write_text(file.read_text().replace("diagnoses.code", "diagnoses.cod"))
    said = strongroom("explain", file)
    assert (said.code, "has no column cod" in said.err) == (3, True), said
