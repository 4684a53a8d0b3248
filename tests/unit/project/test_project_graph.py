"""Orders and circles of actions."""

from __future__ import annotations

import pytest

from job_runner.errors import ProjectError
from job_runner.project import Action, Project, Run, graph


def a_study(**needs: str) -> Project:
    """Actions by name, each with the names it needs between blanks."""
    run = Run("r", "v1", ())
    actions = {
        name: Action(name, run, tuple(said.split()), (), None, None, 1)
        for name, said in needs.items()
    }
    return Project(5, actions)


DIAMOND = a_study(report="left right", left="rows", right="rows", rows="", other="")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["rows"], "rows"),
        (["left"], "rows left"),
        (["report"], "rows left right report"),
        (["right", "left"], "rows left right"),
        (["run_all"], "rows left right report other"),
        (["run_all", "rows"], "rows left right report other"),
        ([], ""),
    ],
)
def test_needs_come_first_and_else_the_order_of_the_file(
    wanted: list[str], expected: str
) -> None:
    assert graph.order(DIAMOND, wanted) == tuple(expected.split())


def test_an_action_called_run_all_runs_with_all() -> None:
    assert graph.order(a_study(run_all="", b=""), ["run_all"]) == ("run_all", "b")


@pytest.mark.parametrize(
    ("name", "remedy"), [("reprot", "Did you mean 'report'"), ("zzz", "Name actions")]
)
def test_an_unknown_action_is_refused_with_the_nearest(name: str, remedy: str) -> None:
    with pytest.raises(ProjectError) as refused:
        graph.order(DIAMOND, ["rows", name])
    assert refused.value.problem == f"the project has no action '{name}'"
    assert refused.value.remedy.startswith(remedy)


def test_a_circle_is_named_from_an_action_back_to_itself() -> None:
    assert list(graph.cycles({"a": ["b"], "b": ["c"], "c": ["b"]})) == [("b", "c", "b")]
    assert list(graph.cycles({"a": ["a"]})) == [("a", "a")]
    assert not list(graph.cycles({"a": ["b", "c"], "b": ["c"], "c": ["unknown"]}))


def test_a_chain_of_ten_thousand_needs_no_deep_stack() -> None:
    chain = {f"a{i}": f"a{i + 1}" for i in range(9_999)} | {"a9999": ""}
    assert graph.order(a_study(**chain), ["a0"])[0] == "a9999"
    assert not list(graph.cycles({name: need.split() for name, need in chain.items()}))
