"""What a project that holds tells the rest of the runner."""

from __future__ import annotations

import json

import pytest

from job_runner.jobs.job import Kind
from job_runner.project import Action, Extraction, Level, OutputPattern, Run, parse


def the_action(body: str, version: int = 4) -> Action:
    text = f"version: {version}\nactions:\n  step:\n{body}"
    return parse(text).actions["step"]


OUTPUTS = "    outputs:\n      highly_sensitive:\n        rows: out/a.csv\n"


def test_an_action_is_all_that_the_file_says() -> None:
    action = the_action(
        "    run: >\n      python:v2 python 'my analysis.py'\n      --deep\n"
        "    dummy_data_file: dummy/a.csv\n"
        f"{OUTPUTS}      moderately_sensitive:\n        2: out/t_*.csv\n"
    )
    assert action == Action(
        name="step",
        run=Run("python", "v2", ("python", "my analysis.py", "--deep")),
        needs=(),
        outputs=(
            OutputPattern(Level.HIGHLY_SENSITIVE, "rows", "out/a.csv"),
            OutputPattern(Level.MODERATELY_SENSITIVE, "2", "out/t_*.csv"),
        ),
        config=None,
        dummy_data_file="dummy/a.csv",
        line=3,
    )
    assert action.kind is Kind.ANALYSIS
    assert action.extraction is None
    assert action.command == action.run.arguments
    assert action.run.reference == "python:v2"


def test_latest_is_the_first_version() -> None:
    assert the_action(f"    run: r:latest x\n{OUTPUTS}").run.reference == "r:v1"


def test_needs_said_twice_count_once() -> None:
    project = parse(
        "version: 5\nactions:\n"
        f"  a:\n    run: r:v1\n{OUTPUTS}"
        f"  b:\n    run: r:v1\n    needs: [a, a]\n{OUTPUTS.replace('a.csv', 'b.csv')}"
    )
    assert project.actions["b"].needs == ("a",)
    assert [action.line for action in project.actions.values()] == [3, 8]
    assert project.warnings == ()


def test_an_older_version_is_remarked_upon() -> None:
    project = parse("version: 4\nactions: {}\n")
    assert project.warnings == ("This file is of version 4; 5 is the newest.",)


def test_a_config_travels_as_json() -> None:
    config = "{a: [1, 2.5, true, FALSE, ~, yes], b: {c: '1', d: 2020-01-01, e: -3, f: 1.}}"
    action = the_action(f"    run: r:v1 x.R\n    config: {config}\n{OUTPUTS}")
    *before, option, text = action.command
    assert (*before, option) == ("x.R", "--config")
    assert json.loads(text) == {
        "a": [1, 2.5, True, False, None, "yes"],
        "b": {"c": "1", "d": "2020-01-01", "e": -3, "f": 1.0},
    }


@pytest.mark.parametrize("image", ["ehrql", "cohort"])
@pytest.mark.parametrize(
    "words",
    [
        "generate-dataset d.py --output out/a.csv",
        "generate_dataset --output=out/a.csv d.py",
        "generate-dataset --dummy-tables made d.py --output 'out/a.csv'",
        "generate-dataset --test-data-file=t.py d.py --output out/a.csv",
    ],
)
def test_our_extraction_is_known_in_every_form(image: str, words: str) -> None:
    action = the_action(f"    run: {image}:v1 {words}\n{OUTPUTS}")
    assert action.kind is Kind.EXTRACTION
    assert action.extraction == Extraction("generate-dataset", "d.py", "out/a.csv", ())


def test_words_after_two_dashes_are_the_definition_s_own() -> None:
    run = "ehrql:v1 generate-measures d.py --output out/a.csv -- --output b.csv x"
    extraction = the_action(f"    run: {run}\n{OUTPUTS}").extraction
    assert extraction == Extraction(
        "generate-measures", "d.py", "out/a.csv", ("--output", "b.csv", "x")
    )


def test_words_that_mean_nothing_are_kept_to_be_refused() -> None:
    run = "ehrql:v1 generate-dataset d.py more --dsn=x --output out/a.csv -v"
    extraction = the_action(f"    run: {run}\n{OUTPUTS}").extraction
    assert extraction is not None
    assert extraction.not_understood == ("more", "--dsn=x", "-v")


def test_an_extraction_may_name_no_definition() -> None:
    run = "ehrql:v1 generate-dataset --output out/a.csv"
    extraction = the_action(f"    run: {run}\n{OUTPUTS}").extraction
    assert extraction is not None
    assert extraction.definition is None


@pytest.mark.parametrize(
    "command",
    ["python:v1 generate-dataset", "databuilder:v1 generate-dataset --output out/a.csv",
     "ehrql:v1", "ehrql:v1 assure"],
)  # fmt: skip
def test_other_images_and_commands_are_analyses(command: str) -> None:
    assert the_action(f"    run: {command}\n{OUTPUTS}").kind is Kind.ANALYSIS
