"""A claim has the form of its kind, or it is refused at birth."""

import pytest

from output_checker.claims.model import (
    AsIs,
    Bands,
    Claim,
    Dimension,
    Model,
    Year,
    percent_of,
)
from output_checker.claims.outcome import AsNumber, Coefficient, Variable
from output_checker.errors import ClaimError

SEX = Dimension("sex", levels=("f", "m"))
ILL = Dimension("ill", AsIs(), missing_is_a_level=False, levels=("yes", "no"))
DAYS = Bands((30.0,))
STEPS = Dimension("days", DAYS, missing_is_a_level=False, levels=DAYS.labels())
AGE = Variable("age", AsNumber())
SICK = Variable("ill", AsIs(), ("no", "yes"))
INTERCEPT, SLOPE = (
    Coefficient("(intercept)", None, 1.0, 0.1),
    Coefficient("age", None, 2.0, 0.2),
)
LOGISTIC = Model("logistic", SICK, (AGE,), None, 90, (INTERCEPT, SLOPE))


def a_claim(kind, *dimensions, **changes):
    fields = {
        "kind": kind,
        "title": "A table",
        "dataset": "output/dataset.parquet",
        "dataset_sha256": "0" * 64,
        "population": (),
        "dimensions": dimensions,
        "margins": True,
        "value": None,
        "measures": ("n",),
        "cells": {},
        **changes,
    }
    return Claim(**fields)


def a_model(**changes):
    fields = {**vars(LOGISTIC), **changes}
    return Model(**fields)


GOOD = [
    ("rates", (SEX, ILL), {"per": 1000}),
    ("rates", (ILL,), {"per": 1, "value": "days", "measures": ("n", "time")}),
    ("percentiles", (SEX,), {"value": "bmi", "measures": ("n", "p2.5")}),
    ("histogram", (STEPS, SEX), {"figure": "histogram"}),
    ("survival", (SEX, STEPS, ILL), {"figure": "survival", "margins": False}),
    ("regression", (), {"model": LOGISTIC}),
]


@pytest.mark.parametrize(("kind", "dimensions", "changes"), GOOD)
def test_what_has_the_form_of_its_kind_is_a_claim(kind, dimensions, changes):
    assert a_claim(kind, *dimensions, **changes).kind == kind


BAD = [
    ("pivot", (SEX,), {}),
    ("crosstab", (), {}),
    ("crosstab", (SEX,), {"figure": "survival"}),
    ("crosstab", (SEX,), {"per": 1000}),
    ("crosstab", (SEX,), {"model": LOGISTIC}),
    ("summary", (SEX,), {"value": "bmi", "measures": ("n", "p50")}),
    ("rates", (SEX, ILL), {}),
    ("rates", (SEX, ILL), {"per": 7}),
    ("rates", (SEX,), {"per": 1000}),
    ("rates", (), {"per": 1000}),
    ("rates", (ILL,), {"per": 1, "value": "days"}),
    ("rates", (Dimension("ill", AsIs(), True, ("yes", "no")),), {"per": 1}),
    ("rates", (Dimension("ill", Year(), False, ("yes", "no")),), {"per": 1}),
    ("percentiles", (SEX,), {"value": "bmi"}),
    ("percentiles", (SEX,), {"measures": ("n", "p50")}),
    ("percentiles", (SEX,), {"value": "bmi", "measures": ("n", "p0")}),
    ("histogram", (SEX,), {}),
    ("histogram", (Dimension("bmi", DAYS, levels=("under 30",)),), {}),
    ("histogram", (STEPS,), {"figure": "bar"}),
    ("histogram", (STEPS,), {"value": "bmi"}),
    ("survival", (STEPS, SEX), {}),
    ("survival", (ILL,), {}),
    ("survival", (SEX, ILL), {}),
    ("survival", (Dimension("days", Bands((0.0, 9.0)), False), ILL), {}),
    ("survival", (Dimension("days", DAYS), ILL), {}),
    ("regression", (SEX,), {"model": LOGISTIC}),
    ("regression", (), {}),
    ("regression", (), {"model": LOGISTIC, "margins": False}),
    ("regression", (), {"model": LOGISTIC, "figure": "bar"}),
]


@pytest.mark.parametrize(("kind", "dimensions", "changes"), BAD)
def test_what_has_another_form_is_refused(kind, dimensions, changes):
    with pytest.raises(ClaimError):
        a_claim(kind, *dimensions, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"family": "ridge"},
        {"terms": ()},
        {"outcome": AGE},
        {"outcome": Variable("sex", AsIs(), ("f", "m"))},
        {"outcome": Variable("ill", AsIs(), ("yes", "no"))},
        {"family": "linear"},
        {"family": "cox"},
        {"time": "days"},
        {"coefficients": (SLOPE,)},
        {"coefficients": (SLOPE, INTERCEPT)},
        {"terms": (AGE, AGE)},
        {"terms": (SICK,)},
        {"family": "cox", "time": "age", "coefficients": (SLOPE,)},
    ],
)
def test_a_model_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ClaimError):
        a_model(**changes)


@pytest.mark.parametrize(
    ("use", "levels"),
    [
        (AsIs(), ()),
        (AsIs(), ("a",)),
        (AsIs(), ("a", "a")),
        (AsIs(), ("a", "c", "b")),
        (AsNumber(), ("a", "b")),
    ],
)
def test_a_variable_has_levels_in_their_order_or_is_a_number(use, levels):
    with pytest.raises(ClaimError):
        Variable("x", use, levels)


@pytest.mark.parametrize(
    ("estimate", "se"), [(float("nan"), 1.0), (1.0, -1.0), (1.0, float("inf"))]
)
def test_a_coefficient_is_a_number(estimate, se):
    with pytest.raises(ClaimError):
        Coefficient("age", None, estimate, se)


def test_a_claim_names_all_columns_that_it_is_made_from():
    model = a_model(family="cox", time="days", coefficients=(SLOPE,))
    assert a_claim("regression", model=model).columns() == {"ill", "age", "days"}
    table = a_claim("percentiles", SEX, value="bmi", measures=("n", "p50"))
    assert table.columns() == {"sex", "bmi"}


@pytest.mark.parametrize(
    ("measure", "percent"),
    [("p50", 50), ("p2.5", 2.5), ("p0", None), ("p050", None), ("p100", None), ("n", None),
     ("p", None), ("p5.0", None), ("p1e1", None), ("p²5", None)],
)  # fmt: skip
def test_a_percentile_has_one_name(measure, percent):
    assert percent_of(measure) == percent
