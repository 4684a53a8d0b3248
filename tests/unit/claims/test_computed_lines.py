"""Numbers that follow from counts follow from the shown ones only."""

import pytest

from output_checker.claims import computed
from output_checker.claims.model import AsIs, Bands, Claim, Dimension

YES_NO = Dimension("ill", AsIs(), missing_is_a_level=False, levels=("yes", "no"))
STEPS = Bands((30.0, 60.0))


def a_claim(kind, dimensions, **changes):
    return Claim(
        **{
            "kind": kind,
            "title": "A table",
            "dataset": "output/dataset.parquet",
            "dataset_sha256": "0" * 64,
            "population": (),
            "dimensions": dimensions,
            "margins": False,
            "value": None,
            "measures": ("n",),
            "cells": {},
            **changes,
        }
    )


def shown(claim, counts):
    """The lines, where cells not among the counts are hidden."""
    cells = {levels: {"n": n} for levels, n in counts.items()}
    return computed.lines(claim, cells.get).lines


def values(lines):
    return [list(line.values.values()) for line in lines]


RATES = a_claim("rates", (Dimension("sex", levels=("f", "m")), YES_NO), per=1000)


def test_a_rate_is_computed_from_the_counts_as_they_are_shown():
    found = shown(RATES, {("f", "yes"): 5, ("f", None): 20, ("m", None): 0})
    assert values(found) == [[5, 20, 250.0], [None, 0, None]]


def test_a_hidden_numerator_hides_the_rate_and_nothing_else():
    found = shown(RATES, {("f", None): 20, ("m", "yes"): 3})
    assert [line.hidden for line in found] == [
        {"numerator", "rate per 1000"},
        {"denominator", "rate per 1000"},
    ]


def test_a_rate_of_nobody_has_no_meaning_and_hides_nothing():
    found = shown(RATES, {("f", "yes"): 0, ("f", None): 0})
    assert values(found)[0] == [0, 0, None]
    assert found[0].hidden == frozenset()


TIME = Dimension("days", STEPS, missing_is_a_level=False, levels=STEPS.labels())
CURVE = a_claim("survival", (TIME, YES_NO))
FIRST, SECOND, BEYOND = STEPS.labels()


def test_survival_ends_where_a_count_is_hidden():
    found = shown(CURVE, {(None, None): 100, (FIRST, "yes"): 10, (FIRST, "no"): 20})
    assert values(found) == [
        [100, 10, 20, pytest.approx(1 - 10 / 90)],
        [70, None, None, None],
        [None, None, None, None],
    ]
    assert found[1].hidden == {"events", "censored", "survival"}
    assert found[2].hidden == {"at risk"}


def test_rounded_counts_never_leave_fewer_than_nobody_at_risk():
    counts = {(None, None): 10, (FIRST, "yes"): 10, (FIRST, "no"): 5}
    counts |= {(SECOND, "yes"): 0, (SECOND, "no"): 0}
    found = shown(CURVE, counts)
    assert values(found)[1] == [0, 0, 0, None]
    assert found[1].hidden == frozenset()


def test_other_tables_are_their_cells():
    table = a_claim("crosstab", (Dimension("sex", levels=("f", "m")),))
    found = shown(table, {("f",): 5})
    assert values(found) == [[5], [None]]
    assert found[1].hidden == {"n"}
