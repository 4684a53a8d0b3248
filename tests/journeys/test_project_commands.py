"""What an author learns of a project file from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.a_command import strongroom

PROJECT = """\
version: 4
actions:
  extract:
    run: cohort:v1 generate-dataset d.py --output output/d.parquet
    outputs: {highly_sensitive: {d: output/d.parquet}}
  table:
    run: python:v1 a.py
    needs: [extract]
    outputs: {moderately_sensitive: {t: output/t.csv}}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "project.yaml").write_text(PROJECT)
    (tmp_path / "analysis").mkdir()
    return tmp_path


def test_a_project_that_holds_is_listed(study: Path) -> None:
    said = strongroom("project", "check", "--study", study / "analysis")
    assert said.code == 0
    assert said.out.splitlines() == [
        f"{study}/project.yaml: 2 actions",
        "action   image      needs",
        "extract  cohort:v1",
        "table    python:v1  extract",
        "This file is of version 4; 5 is the newest.",
    ]
    told = strongroom("project", "check", study / "project.yaml", "--json").json
    assert told["actions"] == ["extract", "table"]


def test_every_mistake_is_told_with_its_place_for_people_and_programs(study: Path) -> None:
    wrong = study / "other.yaml"
    wrong.write_text(PROJECT.replace("[extract]", "[extrcat]").replace("output/t", "/t"))
    said = strongroom("project", "check", wrong)
    assert said.code == 4
    assert said.err.splitlines() == [
        f"{wrong}, line 8, column 13: there is no action 'extrcat'",
        "  Did you mean 'extract'? Name an action of this file.",
        f"{wrong}, line 9, column 41: the path '/t.csv' isn't relative",
        "  Name it from the study's folder, for example `output/table.csv`.",
    ]
    told = strongroom("project", "check", wrong, "--json")
    assert told.code == 4
    assert [(one["line"], one["column"]) for one in told.error["errors"]] == [
        (8, 13),
        (9, 41),
    ]


def test_a_project_is_drawn_in_each_form(study: Path) -> None:
    def drawn(*words: str) -> str:
        said = strongroom("project", "graph", "--study", study, *words)
        assert said.code == 0
        return said.out

    assert drawn().splitlines()[1] == "└─ table (may be released, once it is reviewed)"
    assert drawn("--format", "mermaid").startswith("flowchart LR\n")
    assert drawn("--format", "svg").startswith("<svg ")
    told = strongroom("project", "graph", "--study", study, "--json").json
    assert told[1] == {"action": "table", "level": 2, "needs": ["extract"]}
