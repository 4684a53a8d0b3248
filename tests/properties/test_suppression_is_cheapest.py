"""The answer is safe, and no cheaper pattern is: shown by trying all of them."""

import itertools
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checker.suppress.audit import audit
from output_checker.suppress.solve import Unprotectable, solve
from tests.cell_tables import a_problem, cheapest_by_trying, with_totals

VALUES = st.sampled_from([0, 1, 1, 2, 3, 5, 8, 13])
THRESHOLD = 4


@st.composite
def problems(draw, shape, *, whole):
    levels = [[f"{d}{n}" for n in range(size)] for d, size in enumerate(shape)]
    inner = {key: draw(VALUES) for key in itertools.product(*levels)}
    cells = with_totals(inner)
    small = [key for key, value in cells.items() if 0 < value < THRESHOLD]
    needs = {key: (max(1, cells[key] - 1), THRESHOLD, THRESHOLD - 1) for key in small}
    zeros = [key for key, value in cells.items() if not value]
    assume(small and max(cells.values()) >= THRESHOLD)
    return a_problem(cells, small, needs, least=1, whole=whole, fixed=zeros)


def compare(problem):
    cheapest = cheapest_by_trying(problem)
    if cheapest is None:
        with pytest.raises(Unprotectable):
            solve(problem, seconds=60, clock=time.monotonic)
        return
    solution = solve(problem, seconds=60, clock=time.monotonic)
    assert audit(problem, solution.hidden) == ()
    assert solution.cost == pytest.approx(cheapest)
    assert solution.proven


@settings(max_examples=30, deadline=None)
@given(problems((5,), whole=True))
def test_in_one_row(problem):
    compare(problem)


@settings(max_examples=20, deadline=None)
@given(problems((2, 2), whole=True))
def test_in_a_square(problem):
    compare(problem)


@settings(max_examples=15, deadline=None)
@given(problems((3, 2), whole=False))
def test_in_a_rectangle_with_fractions(problem):
    assume(len(problem.free) <= 8)
    compare(problem)


@settings(max_examples=10, deadline=None)
@given(problems((2, 2), whole=True))
def test_the_same_problem_has_the_same_answer(problem):
    answers = set()
    for _ in range(2):
        try:
            answers.add(solve(problem, seconds=60, clock=time.monotonic))
        except Unprotectable:
            answers.add(None)
    assert len(answers) == 1
