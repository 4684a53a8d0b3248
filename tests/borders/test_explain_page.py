"""The page about `strongroom explain` shows what it says, and every key of its JSON."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

from cohort_dsl import testing
from cohort_dsl.explain import as_json, explain, explain_on, lines
from cohort_dsl.load import question_of
from cohort_dsl.model.question import Question

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.S)
    assert found
    return found[1]


def the_question() -> Question:
    space: dict[str, Any] = {}
    exec(block("python"), space)
    return question_of(space["dataset"])


def test_the_example_is_told_as_the_page_shows():
    """Only how much SQL it is may differ. To print it anew: copy what this expected."""
    sizes = re.compile(r"\d+ statements, [\d.]+ kB")
    said = "".join(f"{line}\n" for line in lines(explain(the_question())))
    assert sizes.sub("", said) == sizes.sub("", block("text"))


def keys_of(heading: str) -> set[str]:
    table = PAGE.split(f"\n{heading}\n\n", 1)[1].split("\n\n", 1)[0]
    return {key for row in table.splitlines() for key in _named(row.split("|")[1])}


def _named(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_every_key_is_told():
    question = the_question()
    with testing.in_memory(question, {}) as warehouse:
        told = as_json(
            question, explain_on(question, warehouse, itertools.count().__next__)
        )
    top = (
        "`--json` prints an object. What isn't known without a backend is null without one."
    )
    assert keys_of(top) == set(told)
    assert keys_of("A plan:") == set(told["plans"][0])
    [*_, step] = told["plans"][0]["steps"]
    assert keys_of("A step:") == set(step)
    [row] = [line for line in PAGE.splitlines() if line.startswith("| `statements` | of")]
    assert set(_named(row.split("|")[2])) == set(step["statements"][0])
