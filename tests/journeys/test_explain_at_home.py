"""A definition is evaluated in its box, and how it is answered is told on dummy tables."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import dummy_data
from cli import dummies
from cli.commands.explain import report
from cohort_dsl.errors import DefinitionError
from cohort_dsl.evaluate import main
from cohort_dsl.model.question import Question
from job_runner.definitions.evaluation import Bench, evaluate
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside
from job_runner.site.policy import ImagePolicy
from tests.journeys.test_measures_at_home import EVENTS, MEASURES, PERIODS

LAYER = "sha256:" + "a" * 64
EVALUATE = (
    *("python3", "-m", "cohort_dsl.evaluate", "analysis/definition.py"),
    *("--output", "/result/query.json"),
)


class _Said:
    def __init__(self, inside: Inside) -> None:
        self.inside = inside

    def write(self, text: str) -> None:
        self.inside.say(text.encode())


def evaluates(inside: Inside) -> int:
    """What the command does, in this process, with the box's paths."""
    words = [str(inside.path(word)) if "/" in word else word for word in EVALUATE[3:]]
    return main(words, _Said(inside))


def asked(study: Path, definition: str) -> Question:
    file = study / "analysis" / "definition.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(definition)
    image = ImagePolicy("strongroom/cohort:v1", (LAYER,))
    engine = FakeEngine(images={image.reference: (LAYER,)}, programs={EVALUATE: evaluates})
    bench = Bench(FakeExecutor(engine, "here"), image, "a-run", max(1000, os.geteuid()))
    return evaluate(file, study, bench).question


@pytest.mark.parametrize(
    ("definition", "plans", "last"),
    [
        (MEASURES, 1, "Gives the numbers of 2 measures in all their intervals."),
        (PERIODS, 2, "Gives the cohort: the population with 1 variable side by side."),
        (EVENTS, 1, "Gives an event table: core.clinical_events, with date and sex."),
    ],
)
def test_every_kind_of_question_is_explained(tmp_path, capsys, definition, plans, last):
    question = asked(tmp_path, definition)
    tables = tmp_path / "dummy_tables"
    dummy_data.write(dummies.made_up(question), tables)
    report(question, None, as_json=True)
    planned = json.loads(capsys.readouterr().out)["plans"]
    report(question, tables, as_json=True)
    tried = json.loads(capsys.readouterr().out)["plans"]
    for told in (planned, tried):
        assert [plan["steps"][-1]["does"] for plan in told] == [last] * plans
        assert all(plan["scans"]["core.clinical_events"] == 1 for plan in told)
    assert all(plan["steps"][-1]["rows"] > 0 for plan in tried)
    report(question, tables)
    assert capsys.readouterr().out.count("In all ") == plans


def test_a_definition_with_a_mistake_is_told_as_everywhere(tmp_path):
    with pytest.raises(DefinitionError) as caught:
        asked(tmp_path, PERIODS.replace("patients.age_on", "patients.age_no"))
    assert "line 7" in caught.value.where
    assert "age_no" in caught.value.problem
