"""What the search for hidden cells refuses, and what it does when time is up."""

import json
import time

import pytest

from output_checker.suppress import by_cell, cheapest_moves, loads, protected
from output_checker.suppress import solve as solve_module
from output_checker.suppress.audit import audit
from output_checker.suppress.problem import Layer, Problem
from output_checker.suppress.solve import Unprotectable, solve
from tests.bench.disclosure_problems import linked, table
from tests.cell_tables import a_problem, with_totals

ROW = with_totals({("a",): 3, ("b",): 20, ("c",): 30})
NEEDS = {("a",): (2, 10, 9)}


def test_a_cell_cannot_be_hidden_and_fixed():
    with pytest.raises(ValueError, match="both hidden and shown"):
        a_problem(ROW, [("a",)], NEEDS, fixed=[("a",)])


@pytest.mark.parametrize("possible", [(4.0, 9.0), (0.0, 2.0)])
def test_a_true_number_lies_where_anyone_may_believe_it_to_be(possible):
    with pytest.raises(ValueError, match="isn't where it is said to be"):
        Layer("row", (0,), (3.0,), (possible,), ((3.0, 3.0),), (), ())


def test_what_cannot_be_protected_is_told():
    problem = a_problem(ROW, [("a",)], NEEDS, fixed=[("b",), ("c",), (None,)])
    with pytest.raises(Unprotectable):
        solve(problem, seconds=60, clock=time.monotonic)


def test_nothing_needs_hiding_where_nothing_is_small():
    solution = solve(a_problem(ROW, [], {}), seconds=60, clock=time.monotonic)
    assert (solution.hidden, solution.cost, solution.proven) == (frozenset(), 0, True)


@pytest.mark.parametrize("allowed", [1, 2, 5, 20])
def test_when_time_is_up_the_answer_is_safe_and_not_called_the_cheapest(allowed):
    inner = {(f"{i}", f"{j}"): 3 + 9 * i + 7 * j for i in range(6) for j in range(6)}
    cells = with_totals(inner)
    small = [key for key, value in cells.items() if value < 20]
    needs = {key: (cells[key] - 1, 20, 19) for key in small}
    problem = a_problem(cells, small, needs)
    ticks = iter([0.0] * allowed)
    solution = solve(problem, seconds=1, clock=lambda: next(ticks, 1e9))
    assert audit(problem, solution.hidden) == ()
    best = solve(problem, seconds=60, clock=time.monotonic)
    assert solution.bound <= best.cost <= solution.cost
    assert not solution.proven or solution.cost == best.cost


@pytest.mark.parametrize("allowed", [1, 20, 60, 100, 150, 400])
def test_whenever_time_is_up_a_safe_pattern_is_told_with_an_honest_gap(allowed):
    stated = loads(json.dumps(table((12, 8))).encode(), where="table")
    ticks = iter([0.0] * allowed)
    outcome = protected(stated, seconds=1, clock=lambda: next(ticks, 1e9))
    assert outcome.safe
    best = protected(stated, seconds=60)
    assert best.proven
    assert outcome.bound <= best.cost <= outcome.cost
    assert outcome.gap == pytest.approx((outcome.cost - outcome.bound) / outcome.cost)


def test_looking_nearby_first_costs_no_proof(monkeypatch):
    """As with tables of 30,000 cells, where nobody looks at all columns for each cell."""
    stated = loads(json.dumps(linked(14, 5, 4)).encode(), where="table")
    best = protected(stated, seconds=60)
    monkeypatch.setattr(cheapest_moves, "MANY", 0)
    monkeypatch.setattr(by_cell, "LONG", 4)
    monkeypatch.setattr(solve_module, "THINNED_FIRST", 0)
    again = protected(stated, seconds=60)
    assert again.safe
    assert (again.cost, again.proven) == (best.cost, True)


def test_what_is_hidden_anyway_costs_nothing():

    problem = Problem((1.0,), frozenset({0}), frozenset(), ())
    assert solve(problem, seconds=1, clock=time.monotonic).hidden == {0}
