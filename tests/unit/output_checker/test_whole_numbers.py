"""What whole numbers give away beyond fractions, and a solver that gives no answer."""

from __future__ import annotations

import json
from typing import Any

import highspy
import pytest

from output_checker.errors import ProblemError
from output_checker.suppress import audited, loads, protected
from output_checker.suppress.attack import Attacker, SolverFailed
from tests.plain_audit import found_out, interval

Json = dict[str, Any]


def triangles(many: int, upper: float, **more: Any) -> Json:
    """Of three cells no two are more than 3 together: all are 4.5 at most, or 4 if whole.

    Each triangle by itself, the sum of its cells hidden.
    """
    cells, equations, primaries = [], [], []
    for n in range(many):
        cells += [{"id": f"{c}{n}", "value": 1} for c in "abc"]
        cells += [
            {"id": f"{pair}{n}", "value": 2, "shown": [0, 3]} for pair in ("ab", "bc", "ac")
        ]
        cells.append({"id": f"all{n}", "value": 3})
        equations += [
            {f"{x}{y}{n}": -1, f"{x}{n}": 1, f"{y}{n}": 1} for x, y in ("ab", "bc", "ac")
        ]
        equations.append({f"all{n}": -1, **{f"{c}{n}": 1 for c in "abc"}})
        primaries.append({"id": f"all{n}", "upper": upper})
    return {
        "format": "disclosure-problem",
        "version": 1,
        "cells": cells,
        "equations": equations,
        "primaries": primaries,
        "pattern": [cell["id"] for cell in cells if len(cell["id"]) != 3],
        **more,
    }


def judged(problem: Json) -> Any:
    return audited(loads(json.dumps(problem).encode(), where="made"))


@pytest.mark.parametrize("many", [1, 4])
@pytest.mark.parametrize(("upper", "integer", "safe"),
    [(1, True, True), (1.5, True, False), (1.5, False, True), (2, False, False)],
)  # fmt: skip
def test_fractions_may_reach_where_whole_numbers_do_not(many, upper, integer, safe):
    problem = triangles(many, upper, integer=integer)
    problem["pattern"] = [i for i in problem["pattern"] if len(i) == 2] + [
        f"all{n}" for n in range(many)
    ]
    assert judged(problem).safe == safe
    found = interval(problem, problem["pattern"], "all0", whole=integer)
    assert found[1] == pytest.approx(4 if integer else 4.5)


def test_more_is_hidden_where_only_whole_numbers_give_a_cell_away():
    problem = triangles(1, 1.5, integer=True)
    del problem["pattern"]
    outcome = protected(loads(json.dumps(problem).encode(), where="made"))
    assert outcome.proven
    assert any(id_.startswith(("ab", "bc", "ac")) for id_ in outcome.secondary)
    assert found_out(problem, outcome.hidden, whole=True) == []


def test_an_insider_attacks_in_whole_numbers_too():
    problem = triangles(1, 1, integer=True, singles=[["a0"]])
    problem["pattern"] = ["a0", "b0", "c0", "all0"]
    outcome = judged(problem)
    assert outcome.safe == (found_out(problem, problem["pattern"], whole=True) == [])


def test_a_solver_without_an_answer_is_never_an_answer(monkeypatch):
    def lost(self: Attacker, model: highspy.Highs, costs: object) -> None:
        raise SolverFailed("no solution")

    problem = triangles(1, 1)
    stated = loads(json.dumps(problem).encode(), where="made")
    monkeypatch.setattr(Attacker, "_solve", lost)
    with pytest.raises(SolverFailed):
        audited(stated)
    with pytest.raises(ProblemError, match="no choice of hidden cells"):
        protected(stated)
