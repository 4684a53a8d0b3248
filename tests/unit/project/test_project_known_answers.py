"""Verdicts known from elsewhere; source: known_answers.json says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_runner.project import ProjectErrors, parse

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
