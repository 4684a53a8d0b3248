"""A claimed model is fitted again to the cohort, or it is said why it can't be."""

import json

import numpy as np
import pytest
import statsmodels.formula.api as smf
from lifelines import CoxPHFitter

from output_checker import report_text
from output_checker.claims import bands, is_present, levels_of, year
from output_checker.report import Verdict, Verification
from output_checker.verify import refit
from tests.a_cohort import DEFAULT, EXACT, Desk, finding
from tests.a_model import a_cohort

FRAME = a_cohort()
FRAME.loc[::17, "days"] = np.nan
FRAME.loc[5, "sex"] = None
FRAME["seen"] = FRAME.age.map(lambda age: f"{2000 + age % 3}-05-01").astype("datetime64[s]")
FRAME["seen"] = FRAME.seen.mask(FRAME.index % 5 == 0)
MODELS = {
    "numbers": {"outcome": "cost", "terms": ["age", "days"]},
    "levels": {"outcome": "cost", "terms": ["sex", levels_of("visits", "3"), "ill"]},
    "bands": {"outcome": "cost", "terms": [bands("age", [40, 60]), year("seen")]},
    "presence": {"outcome": "cost", "terms": [is_present("seen"), "age"]},
    "conditions": {"outcome": "cost", "terms": "age", "where": [("days", ">", 9)]},
    "logistic": {"outcome": "ill", "terms": ["age", "arm"], "family": "logistic"},
    "poisson": {"outcome": "visits", "terms": ["arm", "age"], "family": "poisson"},
    "person-time": {
        "outcome": "visits",
        "terms": ["arm", "age"],
        "family": "poisson",
        "time": "days",
    },
    "cox": {"outcome": "ill", "terms": ["arm", "age"], "family": "cox", "time": "days"},
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_of_the_cohort_is_verified(tmp_path, model):
    desk = Desk(tmp_path, FRAME)
    desk.make("regression", **model)
    file = desk.file(EXACT)
    assert file.verification is Verification.VERIFIED
    assert file.table is not None


def released(tmp_path, **model):
    desk = Desk(tmp_path, FRAME)
    desk.make("regression", **model)
    cells = desk.file(EXACT).table.cells
    return {
        c.levels: (c.values["estimate"], c.values["se"])
        for c in cells
        if c.values["se"] is not None
    }


def to_four_digits(params, errors):
    return [
        (float(f"{one:.4g}"), float(f"{se:.4g}"))
        for one, se in zip(params, errors, strict=True)
    ]


def test_what_leaves_is_what_statsmodels_finds_to_four_digits(tmp_path):
    fit = smf.ols("cost ~ age + C(arm)", FRAME).fit()
    ours = released(tmp_path, outcome="cost", terms=["age", "arm"])
    assert sorted(ours.values()) == sorted(to_four_digits(fit.params, fit.bse))


@pytest.mark.filterwarnings("ignore:Starting with pandas")  # lifelines' own
def test_a_hazard_is_what_lifelines_finds(tmp_path):
    frame = FRAME[["days", "ill", "age"]].dropna()
    fit = CoxPHFitter().fit(frame, "days", "ill")
    ours = released(tmp_path, outcome="ill", terms="age", family="cox", time="days")
    (found,) = ours.values()
    (expected,) = zip(fit.params_, fit.standard_errors_, strict=True)
    assert found == pytest.approx(expected, rel=1e-3)


def test_the_references_are_there_without_an_error(tmp_path):
    desk = Desk(tmp_path, FRAME)
    desk.make("regression", **MODELS["logistic"])
    lines = [(c.levels, c.values["estimate"]) for c in desk.file(EXACT).table.cells]
    assert [levels for levels, _ in lines] == [
        ("(intercept)", ""),
        ("age", ""),
        ("arm", "a"),
        ("arm", "b"),
        ("arm", "c"),
    ]
    assert dict(lines)["arm", "a"] == 0.0


def changed(desk, change):
    path = desk.folder / "output/t.claim.json"
    body = json.loads(path.read_bytes())
    change(body)
    path.write_text(json.dumps(body))
    return desk.file(EXACT)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda b: b["model"]["coefficients"][2].update(estimate=9.0), ("arm: b",)),
        (lambda b: b["model"]["coefficients"][0].update(se=9.0), ("(intercept)",)),
        (lambda b: b["model"].update(residual_df=7), ("residual df",)),
        (lambda b: b["cells"][0]["values"].update(n=299), ("n",)),
        (lambda b: b.update(population=[AGED]), ("n", "(intercept)")),
    ],
)
def test_numbers_that_the_cohort_does_not_give_are_named(tmp_path, change, named):
    desk = Desk(tmp_path, FRAME)
    desk.make("regression", **MODELS["logistic"])
    file = changed(desk, change)
    assert file.verification is Verification.MISMATCH
    assert set(named) <= set(finding(file, "truth", Verdict.FAIL).cells)


AGED = {"column": "age", "operator": ">", "value": 25}


def test_other_levels_than_the_cohorts_are_named_before_anything_is_fitted(tmp_path):
    desk = Desk(tmp_path, FRAME)
    few = FRAME[FRAME.arm != "c"]
    desk.make("regression", frame=few, **MODELS["logistic"])
    file = desk.file(EXACT)
    assert file.verification is Verification.MISMATCH
    assert "arm: c" in finding(file, "truth", Verdict.FAIL).cells


def unverifiable(file):
    assert file.verification is Verification.UNVERIFIABLE
    found = finding(file, "truth", Verdict.FAIL)
    assert found.remedy
    return found.reason


COHORTS = {
    "a term predicts": (FRAME.assign(age=FRAME.ill * 10 + 1), "predicts the outcome perf"),
    "terms alike": (FRAME.assign(age=1), "some terms follow from others"),
    "hardly a number": (FRAME.assign(age=FRAME.age * 1e-160), "age is nearer to zero for"),
    "far too large": (FRAME.assign(age=1e200), "age is far too large for somebody"),
    "words": (FRAME.assign(age="old"), "isn't a number"),
    "nobody": (FRAME.assign(age=None), "age"),
    "few people": (FRAME[:3], "no more people than coefficients"),
}


@pytest.mark.parametrize(("cohort", "reason"), COHORTS.values(), ids=COHORTS)
def test_where_the_cohort_has_no_one_answer_it_is_said_why(tmp_path, cohort, reason):
    desk = Desk(tmp_path, cohort)
    desk.make(
        "regression", frame=FRAME, outcome="ill", terms=["age", "visits"], family="logistic"
    )
    assert reason in unverifiable(desk.file(EXACT))


def test_yes_and_no_are_numbers_where_the_claim_says_so(tmp_path):
    """Of R's logicals, for one."""
    desk = Desk(tmp_path, FRAME)
    frame = FRAME.assign(ill=FRAME.ill.astype(int))
    desk.make("regression", frame=frame, outcome="cost", terms=["ill", "age"])
    assert desk.file(EXACT).verification is Verification.VERIFIED


@pytest.mark.parametrize(
    ("bound", "limit", "reason"),
    [
        ("MOST_COLUMNS", 2, "more than 2 coefficients"),
        ("MOST_NUMBERS", 600, "3 coefficients of 282 people"),
        ("MOST_TIMES", 5, "more than 5 different times"),
    ],
)
def test_how_large_a_model_may_be(tmp_path, monkeypatch, bound, limit, reason):
    monkeypatch.setattr(refit, bound, limit)
    desk = Desk(tmp_path, FRAME)
    desk.make("regression", **MODELS["cox"])
    assert reason in unverifiable(desk.file(EXACT))


def test_no_persons_row_can_be_printed(tmp_path):
    people = refit._People(np.array([1.5]), (), None, np.array([1.0]))
    assert repr(people) == "<1 people of a model>"


READABLE = """
output/t.csv: pass (verified)
  ill explained by age, sex (patients; everyone in the cohort; with a value of each column \
of the model)
    term         level   estimate  se        n    residual df
    (intercept)          0.03561   0.3591    300  297
    age                  0.004354  0.006717  300  297
    sex          female  0                   300  297
    sex          male    0.02917   0.2351    300  297
  Each group of the model, and those in it with and without the outcome, are 10 patients \
or more; n is rounded as counts are; estimates and errors have 4 significant digits, and \
fewer where these would tell the counts behind them.
"""


def test_a_model_reads_well_on_a_terminal(tmp_path):
    desk = Desk(tmp_path, FRAME)
    desk.make("regression", outcome="ill", terms=["age", "sex"], family="logistic")
    assert "\n".join(report_text.of_file(desk.file(DEFAULT))) == READABLE.strip()
