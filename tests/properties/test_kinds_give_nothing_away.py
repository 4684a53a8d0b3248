"""Whoever has the printed lines of rates, histograms and life tables finds nobody small.

He tries every table of whole numbers whose lines would have been printed so. For each
small cell, of those that aren't printed too, some of these tables say that it isn't
small, and what they say spreads over more than "hidden" itself tells.
"""

import itertools
import time
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checker.claims.model import Bands, Dimension
from output_checker.suppress.primary import in_small_group
from output_checker.suppress.protect import protect
from output_checker.suppress.rounding import rounded
from output_checker.suppress.shown import table
from tests.cell_tables import a_table_that_agrees, with_totals
from tests.claimed_tables import DEFAULT, counted

POLICIES = [replace(DEFAULT, threshold=3, round_to=base) for base in (1, 2)]
COUNTS = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 6, 9])
YES_NO = Dimension("ill", missing_is_a_level=False, levels=("yes", "no"))
ROW = Dimension("row", levels=("a", "b", "c"))


def banded(*edges):
    bands = Bands(edges)
    return Dimension("days", bands, missing_is_a_level=False, levels=bands.labels())


def rates(margins):
    return {"kind": "rates", "per": 100, "dimensions": (ROW, YES_NO), "margins": margins}


def histogram(margins):
    return {"kind": "histogram", "dimensions": (banded(1, 2, 3, 4),), "margins": margins}


def survival(margins):
    return {"kind": "survival", "dimensions": (banded(1, 2, 3), YES_NO), "margins": margins}


@st.composite
def tables(draw, kind):
    claim = kind(draw(st.booleans()))
    levels = [d.levels for d in claim["dimensions"]]
    inner = {key: draw(COUNTS) for key in itertools.product(*levels)}
    assume(sum(inner.values()) >= 3)
    return levels, inner, counted(inner, **claim)


def printed(released):
    """The claimed cells that the lines tell, with the number that stands there."""
    for line in released.cells:
        numbers = {m: None if line.hides(m) else v for m, v in line.values.items()}
        match released.kind:
            case "rates":
                yield (*line.levels, "yes"), numbers["numerator"]
                yield (*line.levels, None), numbers["denominator"]
            case "survival":
                if line.levels[-1].startswith("under"):
                    yield (None, None), numbers["at risk"]
                if not line.levels[-1].endswith("or over"):
                    yield (*line.levels, "yes"), numbers["events"]
                    yield (*line.levels, "no"), numbers["censored"]
            case _:
                yield line.levels, numbers["n"]


def attack(levels, inner, found, policy):
    released = table(found, protect([found], policy, time.monotonic), policy)
    cells, most = with_totals(inner), sum(inner.values()) + 4
    known = dict.fromkeys(cells, (0, most))
    for key, number in printed(released):
        could = [
            n
            for n in range(most + 9)
            if (n == 0 or n >= policy.threshold) and rounded(n, policy) == number
        ]
        hidden = (0 if in_small_group(found, key, policy) else 1, most)
        known[key] = hidden if number is None else (could[0], could[-1])

    def may_be(key, low, high):
        low, high = max(low, known[key][0]), min(high, known[key][1])
        return low <= high and a_table_that_agrees({**known, key: (low, high)}, levels)

    for key in (key for key, n in cells.items() if 0 < n < policy.threshold):
        least = next(n for n in range(cells[key] + 1) if may_be(key, n, n))
        assert may_be(key, policy.threshold, most), (key, inner)
        assert may_be(key, least + policy.threshold - 1, most), (key, inner)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from(POLICIES))
def test_rates(data, policy):
    attack(*data.draw(tables(rates)), policy)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from(POLICIES))
def test_histograms(data, policy):
    attack(*data.draw(tables(histogram)), policy)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(POLICIES[:1]))
def test_life_tables(data, policy):
    attack(*data.draw(tables(survival)), policy)
