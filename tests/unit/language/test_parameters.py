"""Parameters are read from what stands after --; permissions go with the question."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import get_parameter, load
from cohort_dsl.errors import DefinitionError
from tests.a_definition import IMPORTS, write

POPULATION = "dataset.define_population(is_there)\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(study: Path, ask: str, *arguments: str) -> object:
    """What the definition gets by ``ask``."""
    checks = "import pathlib; pathlib.Path('got').write_text(repr(found))\n"
    code = f"{IMPORTS}{POPULATION}import datetime\nfound = {ask}\n{checks}"
    load.definition(write(study, code), arguments)
    return (study / "got").read_text()


@pytest.mark.parametrize(
    ("ask", "arguments", "found"),
    [
        ("get_parameter('start')", ["--start", "2024-01-01"], "'2024-01-01'"),
        ("get_parameter('start_date')", ["--start-date=x=y"], "'x=y'"),
        ("get_parameter('start_date')", ["--start_date", "x"], "'x'"),
        ("get_parameter('--start-date')", ["--start_date", "x"], "'x'"),
        ("get_parameter('n', type=int)", ["--n", "-5"], "-5"),
        ("get_parameter('n', default=3)", ["--n", "5"], "5"),
        ("get_parameter('n', default=3)", [], "3"),
        ("get_parameter('n', default=None)", [], "None"),
        ("get_parameter('n', default=None)", ["--n", "5"], "'5'"),
        ("get_parameter('n', type=int)", ["--n", "5", "--n", "6"], "6"),
        ("get_parameter('all', type=bool)", ["--all", "False"], "False"),
        ("get_parameter('all', default=False)", ["--all", "yes"], "True"),
        (
            "get_parameter('d', type=datetime.date)",
            ["--d", "2024-02-29"],
            "datetime.date(2024, 2, 29)",
        ),
        ("get_parameter('codes', type=lambda s: s.split(','))", ["--codes", "a,b"], None),
    ],
)
def test_a_parameter_is_read_as_its_type(study, ask, arguments, found):
    assert given(study, ask, *arguments) == (found or "['a', 'b']")


@pytest.mark.parametrize(
    ("ask", "arguments", "problem", "remedy"),
    [
        (
            "get_parameter('start_date')",
            [],
            "the definition was given no --start-date",
            "strongroom check analysis/definition.py -- --start-date VALUE, and at the "
            "end of the run line in project.yaml: -- --start-date VALUE. "
            "Or give it a default.",
        ),
        ("get_parameter('n')", ["--n"], "--n is given without a value", "Write --n VALUE."),
        ("get_parameter('n')", ["--n", "--m"], "--n is given without", "Write --n VALUE."),
        (
            "get_parameter('n', type=int)",
            ["--n", "x"],
            '--n is "x", which is no int',
            "--n",
        ),
        ("get_parameter('n', 1.5)", ["--n", "x"], 'is "x", which is no float', "--n VALUE"),
        ("get_parameter('n', type=bool)", ["--n", "perhaps"], "which is no bool", "--n"),
        (
            "get_parameter('d', type=datetime.date)",
            ["--d", "2024"],
            '"2024" is no date',
            "YYYY-MM-DD",
        ),
        (
            "get_parameter('index_date', default=1)",
            ["--indx-date", "2"],
            "the definition was given --indx-date, which it doesn't ask for",
            "Did you mean --index-date?",
        ),
        ("get_parameter('a', 1)", ["--zzzz", "2"], "which it doesn't ask for", "for --a."),
    ],
)
def test_a_parameter_that_is_missing_or_wrong_is_told(
    study, ask, arguments, problem, remedy
):
    with pytest.raises(DefinitionError) as caught:
        given(study, ask, *arguments)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert caught.value.where.startswith("analysis/definition.py")


def test_who_reads_the_arguments_without_asking_for_parameters_is_left_alone(study):
    code = IMPORTS + POPULATION + "import sys\nassert sys.argv[1:] == ['--own', '1']\n"
    load.definition(write(study, code), ["--own", "1"])


def test_outside_a_definition_a_parameter_has_its_default():
    assert get_parameter("certainly-not-given", default=7) == 7


def test_permissions_that_are_claimed_go_with_the_question(study):
    code = IMPORTS + POPULATION + "claim_permissions('b_x', 'a')\nclaim_permissions('a')\n"
    assert load.definition(write(study, code)).permissions == ("a", "b_x")
    assert load.definition(write(study, IMPORTS + POPULATION)).permissions == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("claim_permissions()", "no permission is claimed"),
        ("claim_permissions('Event level')", '"Event level" can\'t name a permission'),
        ("claim_permissions(1)", "1 can't name a permission"),
    ],
)
def test_a_permission_has_a_name_as_in_the_sites_policy(study, line, problem):
    with pytest.raises(DefinitionError) as caught:
        load.definition(write(study, IMPORTS + POPULATION + line))
    assert caught.value.problem == problem
    assert "site's policy" in caught.value.remedy or "claim_permissions" in line
