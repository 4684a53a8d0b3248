"""The evaluate command in this process; tests/journeys runs it on a bare Python."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cohort_dsl import evaluate
from cohort_dsl.model import wire
from tests.a_definition import IMPORTS, write


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_stands_after_two_dashes_is_for_the_definition(study):
    code = IMPORTS + "import sys\ndataset.define_population(is_there)\n"
    path = write(study, code + "assert sys.argv[1:] == ['--output', '--', 'x']\n")
    stderr = io.StringIO()
    arguments = [str(path), "--output", "q.json", "--", "--output", "--", "x"]
    assert evaluate.main(arguments, stderr) == 0
    assert stderr.getvalue() == ""
    assert wire.loads((study / "q.json").read_bytes()).variables == {}


def test_a_mistake_is_written_as_errors_are_everywhere(study):
    stderr = io.StringIO()
    path = write(study, IMPORTS)
    assert evaluate.main([str(path), "--output", "q.json"], stderr) == evaluate.MISTAKE
    assert stderr.getvalue() == (
        "analysis/definition.py line 3: the dataset has no population\n"
        "  Say who is in it: dataset.define_population(...).\n"
    )
    assert [file.name for file in study.iterdir()] == ["analysis"]


def test_a_wrong_call_says_how_to_call(study, capsys):
    with pytest.raises(SystemExit, match="2"):
        evaluate.main(["definition.py"], io.StringIO())
    assert "usage: python -m cohort_dsl.evaluate" in capsys.readouterr().err
