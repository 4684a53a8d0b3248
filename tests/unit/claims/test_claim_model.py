"""A claim can only say what can be recomputed."""

import pytest

from output_checker.claims.model import Bands, Claim, Condition, Dimension, IsPresent, Year
from output_checker.errors import ClaimError


def a_claim(**changes):
    return Claim(
        **{
            "kind": "crosstab",
            "title": "Patients by sex",
            "dataset": "output/dataset.parquet",
            "dataset_sha256": "0" * 64,
            "population": (),
            "dimensions": (Dimension("sex", levels=("female", "male")),),
            "margins": False,
            "value": None,
            "measures": ("n",),
            "cells": {("female",): {"n": 12}, ("male",): {"n": 13}},
            **changes,
        }
    )


def test_bands_name_every_number_once():
    assert Bands((18, 40.5)).labels() == ("under 18", "18 to under 40.5", "40.5 or over")


def test_a_dimension_is_named_after_its_column_and_what_is_made_of_it():
    dimensions = [Dimension("a"), Dimension("a", Year()), Dimension("a", IsPresent())]
    assert [d.name for d in dimensions] == ["a", "year of a", "a is present"]


@pytest.mark.parametrize("edges", [(), (1.0, 1.0), (2.0, 1.0), (float("nan"),)])
def test_edges_that_make_no_bands_are_refused(edges):
    with pytest.raises(ClaimError):
        Bands(edges)


@pytest.mark.parametrize(
    ("operator", "value"),
    [("like", "x"), ("in", "x"), ("==", ("x",)), ("is present", 1), ("<", None)],
)
def test_a_condition_outside_the_closed_list_is_refused(operator, value):
    with pytest.raises(ClaimError):
        Condition("age", operator, value)


def test_a_condition_reads_as_a_person_would_say_it():
    conditions = [
        Condition("age", ">=", 18),
        Condition("sex", "in", ("female", "male")),
        Condition("bmi", "is present"),
    ]
    assert [str(c) for c in conditions] == [
        "age >= 18",
        "sex in female, male",
        "bmi is present",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"dimensions": (Dimension("sex"), Dimension("sex"))},
        {"value": "bmi"},
        {"kind": "summary"},
        {"measures": ("n", "mean")},
        {"kind": "summary", "value": "bmi", "measures": ("mean",)},
        {"kind": "summary", "value": "bmi", "measures": ("n", "median")},
        {"title": ""},
        {"title": "=cmd()"},
        {"title": "two\nlines"},
        {"title": "<script>"},
        {"title": "x" * 121},
    ],
)
def test_a_claim_that_makes_no_sense_is_refused_at_birth(changes):
    with pytest.raises(ClaimError):
        a_claim(**changes)
