"""An attacker with all the time in the world doesn't find out about few people.

He knows the policy and every released cell, and tries every table of whole numbers that
would have been released so. For each small cell, some of these tables say that it isn't
small, and what they say spreads over more than "hidden" itself tells. Who is alone in a
cell, and knows it, can't tell of any other that it is small.
"""

import itertools
import time
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checker.suppress.protect import protect
from output_checker.suppress.rounding import rounded
from output_checker.suppress.shown import table
from tests.cell_tables import a_table_that_agrees, with_totals
from tests.claimed_tables import DEFAULT, counted

POLICIES = [replace(DEFAULT, threshold=3, round_to=base) for base in (1, 2, 5)]
COUNTS = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 6, 9])
SHAPES = {"row": (4,), "square": (2, 2), "cube": (2, 2, 2)}


@st.composite
def tables(draw, shape):
    levels = [[f"{d}{n}" for n in range(size)] for d, size in enumerate(SHAPES[shape])]
    inner = {key: draw(COUNTS) for key in itertools.product(*levels)}
    assume(sum(inner.values()) >= 3)
    return levels, inner


def what_anyone_knows(inner, released, policy):
    """The lowest and highest count that each cell could have, one by one."""
    cells, most = with_totals(inner), sum(inner.values()) + 4
    known = {}
    for cell in released.cells:
        if cell.hidden:
            small = any(
                0 < n < policy.threshold and covers(group, cell.levels)
                for group, n in cells.items()
            )
            known[cell.levels] = (0 if small else 1, most)
        else:
            could = [
                n
                for n in range(most + 9)
                if (n == 0 or n >= policy.threshold)
                and rounded(n, policy) == cell.values["n"]
            ]
            known[cell.levels] = (could[0], could[-1])
    return cells, known


def those_alone(cells):
    """For each person who is alone in a cell all cells in which nobody else is."""
    ones = [key for key, n in cells.items() if n == 1]
    return [
        [key, *(group for group in ones if covers(group, key))]
        for key in ones
        if None not in key
    ]


def covers(group, cell):
    """Is the cell a part of the group, and not the group itself?"""
    pairs = zip(group, cell, strict=True)
    return group != cell and all(g is None or g == c for g, c in pairs)


def attack(levels, inner, policy):
    found = counted(inner)
    released = table(found, protect([found], policy, time.monotonic), policy)
    cells, known = what_anyone_knows(inner, released, policy)

    def may_be(key, low, high, known=known):
        low, high = max(low, known[key][0]), min(high, known[key][1])
        return low <= high and a_table_that_agrees({**known, key: (low, high)}, levels)

    small = [key for key, n in cells.items() if 0 < n < policy.threshold]
    for alone in those_alone(cells):
        knows = {**known, **dict.fromkeys(alone, (1, 1))}
        for key in (key for key in small if key not in alone):
            assert may_be(key, policy.threshold, known[key][1], knows), (key, alone, inner)
    for key in small:
        least = next(n for n in range(cells[key] + 1) if may_be(key, n, n))
        most = known[key][1]
        assert may_be(key, policy.threshold, most), (key, inner)
        assert may_be(key, least + policy.threshold - 1, most), (key, inner)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(POLICIES))
def test_one_row_with_its_total(data, policy):
    attack(*data.draw(tables("row")), policy)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(POLICIES))
def test_a_square_with_all_totals(data, policy):
    attack(*data.draw(tables("square")), policy)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(POLICIES[:1]))
def test_a_cube_with_all_totals(data, policy):
    attack(*data.draw(tables("cube")), policy)
