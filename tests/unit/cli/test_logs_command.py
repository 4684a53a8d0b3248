"""What is shown of logs where there is little to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands.looking import NONE_RAN
from job_runner.workspaces.workspace import local_workspace
from tests.a_command import strongroom

PROJECT = """
version: 5
actions:
  one:
    run: python:v2 python one.py
    outputs: {moderately_sensitive: {table: output/one.csv}}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "project.yaml").write_text(PROJECT)
    return tmp_path


def test_before_anything_ran_it_is_said_how_to_begin(study):
    assert strongroom("logs", "--study", study).out == f"{NONE_RAN}\n"
    assert strongroom("logs", "--study", study, "--json").json == []
    assert "it hasn't run yet" in strongroom("logs", "one", "--study", study).err


def test_an_action_that_printed_nothing_is_told_apart_from_a_lost_log(study):
    path = local_workspace(study).log_path("one")
    path.parent.mkdir(parents=True)
    path.touch()
    said = strongroom("logs", "one", "--study", study)
    assert (said.code, said.out) == (0, "one printed nothing.\n")
    assert strongroom("logs", "one", "--study", study, "--json").json["log"] == ""
