"""Verdicts known from elsewhere; known_answers.json says from where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_runner.project import ProjectErrors, child, parse
from job_runner.project.mistakes import Mistakes
from job_runner.project.reading import read
from job_runner.project.tree import understood

CASES = json.loads(Path(__file__).with_name("known_answers.json").read_text())["cases"]


@pytest.mark.parametrize(
    "text", [pytest.param(c["yaml"], id=c["id"]) for c in CASES if c["valid"]]
)
def test_what_a_compatible_parser_accepts_is_accepted(text: str) -> None:
    assert parse(text).version in range(1, 6)


@pytest.mark.parametrize(
    "text", [pytest.param(c["yaml"], id=c["id"]) for c in CASES if not c["valid"]]
)
def test_what_a_compatible_parser_refuses_is_refused(text: str) -> None:
    with pytest.raises(ProjectErrors):
        parse(text)


def test_all_of_them_are_here() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) == 69
    assert sum(case["valid"] for case in CASES) == 33


@pytest.mark.parametrize("text", [pytest.param(c["yaml"], id=c["id"]) for c in CASES])
def test_a_sites_child_reads_the_same(text: str) -> None:
    told, ours = Mistakes(""), Mistakes("")
    assert understood(json.loads(child.answer(text.encode())), told) == read(text, ours)
    assert list(map(str, told.found)) == list(map(str, ours.found))
