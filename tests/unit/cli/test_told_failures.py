"""A site tells a failure by one word; here is what it means and what to do."""

import pytest

from cli import exits
from cli.__main__ import main
from cli.failures import REASONS, JobsFailed
from job_runner.jobs.job import Failure
from tests.a_command import tree_that_raises


def test_every_failure_is_explained_but_that_of_an_action_that_never_began():
    assert set(REASONS) == set(Failure) - {Failure.DEPENDENCY_FAILED}


@pytest.mark.parametrize("why", REASONS)
def test_a_failure_is_told_with_place_problem_and_remedy(why, capsys):
    code = main(["go"], tree_that_raises(JobsFailed({"tables": why})))
    reason = REASONS[why]
    told = f"action tables: {reason.problem}\n  {reason.remedy}\n"
    assert capsys.readouterr().err == told
    assert code == exits.EXIT_CODES[reason.kind]


CODES = [
    ({"a": Failure.DEFINITION_ERROR}, 3),
    ({"a": Failure.NOT_ALLOWED}, 5),
    ({"a": Failure.NONZERO_EXIT}, 6),
    ({"a": Failure.CANCELLED}, 6),
    ({"a": Failure.UNMATCHED_OUTPUTS}, 7),
    ({"a": Failure.WAREHOUSE_ERROR}, 9),
    ({"a": Failure.NOT_SERVED}, 9),
    ({"a": Failure.PLATFORM_ERROR}, 10),
    ({"a": Failure.DEFINITION_ERROR, "b": Failure.DEPENDENCY_FAILED}, 3),
    ({"a": Failure.REFUSED_OUTPUTS, "b": Failure.UNMATCHED_OUTPUTS}, 7),
    ({"a": Failure.DEFINITION_ERROR, "b": Failure.NONZERO_EXIT}, 6),
]


@pytest.mark.parametrize(("failed", "code"), CODES)
def test_the_code_is_that_of_the_kind_or_that_of_failed_actions(failed, code):
    assert exits.code_of(JobsFailed(failed)) == code


def test_only_actions_that_failed_by_themselves_are_told():
    failed = {"a": Failure.TIMEOUT, "b": Failure.DEPENDENCY_FAILED}
    assert [error.where for error in JobsFailed(failed).errors] == ["action a"]


@pytest.mark.parametrize("why", sorted(set(REASONS) - {Failure.NOT_ALLOWED}, key=str))
def test_at_home_nobody_is_sent_home_or_to_a_custodian(why):
    (error,) = JobsFailed({"tables": why}, at_home=True).errors
    assert "at home" not in error.remedy
    assert "custodian" not in error.remedy


def test_at_home_the_log_is_named():
    (error,) = JobsFailed({"tables": Failure.NONZERO_EXIT}, at_home=True).errors
    assert "metadata/logs/tables.log" in error.remedy
