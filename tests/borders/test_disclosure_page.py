"""The page about `strongroom disclosure` shows what it says, and names every key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from output_checker.suppress import disclosure, protected, read
from tests.a_command import strongroom

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "disclosure.md").read_text(encoding="utf-8")
SCHEMA = json.loads(
    (ROOT / "output_checker/suppress/problem-v1.schema.json").read_text(encoding="utf-8")
)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    path = tmp_path / "problem.json"
    path.write_text(blocks("json")[0], encoding="utf-8")
    return path


@pytest.mark.parametrize(("word", "code"), [("audit", 7), ("protect", 0)])
def test_the_example_is_told_as_the_page_shows(word: str, code: int, problem: Path) -> None:
    """To print it anew: copy what this expected."""
    (shown,) = [
        b for b in blocks("text") if b.startswith(f"$ strongroom disclosure {word}")
    ]
    said = strongroom("disclosure", word, problem)
    assert said.code == code
    assert said.out == shown.split("\n", 1)[1]


def test_the_python_of_the_page_runs(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(problem.parent)
    space: dict[str, object] = {}
    exec(blocks("python")[0], space)
    outcome = space["outcome"]
    assert isinstance(outcome, disclosure.Outcome)
    assert outcome.proven


def named(heading: str) -> set[str]:
    """The keys in the first column of the table below a line."""
    table = PAGE.split(f"\n{heading}\n\n", 1)[1].split("\n\n", 1)[0]
    return {
        k for row in table.splitlines() for k in re.findall(r"`(\w+)`", row.split("|")[1])
    }


def test_every_key_of_a_problem_is_told() -> None:
    told = PAGE.split("\n## What a problem says\n", 1)[1].split("\nOf a cell:", 1)[0]
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| `")]
    assert {k for row in rows for k in re.findall(r"`(\w+)`", row)} == set(
        SCHEMA["properties"]
    )
    assert named("Of a cell:") == set(SCHEMA["$defs"]["cell"]["properties"])


def test_every_key_that_is_printed_is_told(problem: Path) -> None:
    told = disclosure.as_json(protected(read(problem)))
    assert named("## What is printed with --json") == set(told)
    primaries = told["primaries"]
    assert isinstance(primaries, list)
    assert named("Of a primary cell:") == set(primaries[0])
