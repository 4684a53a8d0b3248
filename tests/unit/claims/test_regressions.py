"""A regression is described by columns, and fitted as statsmodels and lifelines would."""

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from lifelines import CoxPHFitter

from output_checker import claims
from output_checker.claims import bands, levels_of, wire
from output_checker.errors import ClaimError


def people(size=400):
    drawn = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "patient_id": range(size),
            "age": drawn.integers(18, 90, size),
            "sex": drawn.choice(["female", "male"], size),
            "arm": drawn.choice(["a", "b", "c"], size),
            "quintile": drawn.integers(1, 6, size),
            "ill": drawn.random(size) < 0.4,
            "visits": drawn.poisson(2, size),
            "days": drawn.integers(1, 60, size),
        }
    )
    frame["bmi"] = 20 + 0.1 * frame.age + drawn.normal(size=size)
    frame.loc[3, "bmi"] = None
    return frame


PEOPLE = people()
AS_NUMBERS = PEOPLE.assign(ill=PEOPLE.ill.astype(int))


@pytest.fixture
def make(tmp_path):
    (tmp_path / "output").mkdir()
    (tmp_path / "output/dataset.parquet").write_bytes(b"the cohort")

    def run(frame=PEOPLE, **options):
        claims.regression(frame, path="output/m.csv", folder=tmp_path, **options)
        body = json.loads((tmp_path / "output/m.claim.json").read_bytes())
        return wire.from_json(body)

    return run


def numbers(claim):
    found = {(c.term, c.level): (c.estimate, c.se) for c in claim.model.coefficients}
    return sorted(found.values())


def pairs(params, errors):
    return [
        pytest.approx(pair, rel=1e-5, abs=1e-6)
        for pair in sorted(zip(params, errors, strict=True))
    ]


def of_statsmodels(name):
    match name:
        case "linear":
            return smf.ols("bmi ~ age + sex + C(quintile)", PEOPLE).fit()
        case "logistic":
            formula = "ill ~ age + sex + C(arm, Treatment('b'))"
            return smf.logit(formula, AS_NUMBERS).fit(disp=0)
        case "binomial":
            family = sm.families.Binomial()
            return smf.glm("ill ~ 1 + age", AS_NUMBERS, family=family).fit()
        case "poisson":
            return smf.poisson("visits ~ sex", PEOPLE).fit(disp=0)
        case "arrays":
            return sm.OLS(PEOPLE.visits, sm.add_constant(PEOPLE[["age", "days"]])).fit()


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("linear", "linear"),
        ("logistic", "logistic"),
        ("binomial", "logistic"),
        ("poisson", "poisson"),
        ("arrays", "linear"),
    ],
)
def test_a_statsmodels_fit_is_fitted_again_from_its_columns(make, name, family):
    fit = of_statsmodels(name)
    claim = make(fit=fit)
    assert claim.model.family == family
    assert claim.cells == {(): {"n": fit.nobs}}
    assert claim.model.residual_df == fit.df_resid
    assert numbers(claim) == pairs(fit.params, fit.bse)


def test_a_reference_level_of_a_formula_comes_first(make):
    claim = make(fit=of_statsmodels("logistic"))
    (arm,) = (term for term in claim.model.terms if term.column == "arm")
    assert arm.levels == ("b", "a", "c")


def test_a_poisson_fit_with_an_exposure_needs_its_column(make):
    family = sm.families.Poisson()
    glm = smf.glm("visits ~ age", PEOPLE, family=family, exposure=PEOPLE.days)
    fit = glm.fit()
    assert numbers(make(fit=fit, time="days")) == pairs(fit.params, fit.bse)
    with pytest.raises(ClaimError, match="isn't this model"):
        make(fit=fit)


@pytest.mark.filterwarnings("ignore:Starting with pandas")  # lifelines' own
@pytest.mark.parametrize("formula", [None, "age + C(arm)"])
def test_a_cox_fit_of_lifelines_has_ties_by_efron(make, formula):
    columns = PEOPLE[["days", "ill", "age", "arm"] if formula else ["days", "ill", "age"]]
    fit = CoxPHFitter().fit(columns, "days", "ill", formula=formula)
    claim = make(fit=fit)
    assert (claim.model.outcome.column, claim.model.time) == ("ill", "days")
    assert numbers(claim) == pairs(fit.params_, fit.standard_errors_)


def test_columns_may_be_named_instead(make):
    claim = make(
        outcome="ill",
        family="logistic",
        terms=[bands("age", [40, 65]), levels_of("quintile", "3"), "sex"],
        where=[("days", ">", 5)],
    )
    assert [t.levels for t in claim.model.terms] == [
        ("under 40", "40 to under 65", "65 or over"),
        ("3", "1", "2", "4", "5"),
        ("female", "male"),
    ]
    assert claim.title == "ill explained by age, quintile, sex"


def test_a_yes_or_no_is_compared_with_no(make):
    (term,) = make(outcome="bmi", terms="ill").model.terms
    assert term.levels == ("no", "yes")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "no outcome"),
        ({"outcome": "ill", "terms": "age"}, "outcome of a linear model is a number"),
        ({"outcome": "sex", "terms": "age", "family": "logistic"}, "isn't a yes/no"),
        ({"outcome": "bmi", "terms": ["age", "age"]}, "no one best answer"),
        ({"outcome": "bmi", "terms": ["bmi"]}, "twice"),
        ({"outcome": "bmi", "terms": levels_of("arm", "z")}, "nobody has arm z"),
        ({"outcome": "ill", "terms": "age", "family": "cox"}, "has no time"),
        ({"outcome": "bmi", "terms": "age", "time": "days"}, "against its rule"),
        ({"outcome": "bmi", "terms": "age", "family": "ridge"}, "no known family"),
        ({"outcome": "visits", "terms": [], "family": "poisson"}, "no terms"),
        ({"outcome": "bmi", "terms": "patient_id"}, "no column"),
        ({"fit": object()}, "no known kind"),
    ],
)
def test_what_cannot_be_fitted_is_told_at_once(make, options, problem):
    with pytest.raises(ClaimError, match=problem):
        make(**options)


def test_who_predicts_perfectly_has_no_estimate(make):
    frame = PEOPLE.assign(sure=PEOPLE.ill)
    for terms in ("sure", ["age", "sure"]):
        with pytest.raises(ClaimError, match="no one best answer"):
            make(frame, outcome="ill", terms=terms, family="logistic")


def test_a_count_that_nobody_has_cannot_be_explained(make):
    with pytest.raises(ClaimError, match="no one best answer"):
        make(PEOPLE.assign(visits=0), outcome="visits", terms="age", family="poisson")


@pytest.mark.parametrize(
    ("fit", "problem"),
    [
        (lambda: smf.ols("bmi ~ np.log(age)", PEOPLE).fit(), "isn't a column"),
        (lambda: smf.ols("bmi ~ age*days", PEOPLE).fit(), "isn't a column"),
        (lambda: smf.ols("bmi ~ age", PEOPLE).fit(cov_type="HC1"), "robust"),
        (lambda: smf.ols("bmi ~ age", PEOPLE[:100]).fit(), "isn't this model"),
        (lambda: smf.probit("ill ~ age", AS_NUMBERS).fit(disp=0), "Probit"),
        (
            lambda: smf.wls("bmi ~ age", PEOPLE, weights=PEOPLE.days).fit(),
            "WLS isn't described",
        ),
        (
            lambda: sm.OLS(PEOPLE.days, (PEOPLE.sex == "male").rename("male")).fit(),
            "'male', which isn't a column",
        ),
    ],
)
def test_a_fit_that_its_columns_do_not_describe_is_refused(make, fit, problem):
    with pytest.raises(ClaimError, match=problem):
        make(fit=fit())


def test_a_first_step_that_is_far_too_long_is_shortened(make):
    """One person has nearly all of the time, and a rate unlike all others'."""
    frame = PEOPLE.assign(years=[1e4, *[1.0] * (len(PEOPLE) - 1)])
    glm = smf.glm("visits ~ age", frame, family=sm.families.Poisson(), exposure=frame.years)
    fit = glm.fit(maxiter=200)
    assert numbers(make(frame, fit=fit, time="years")) == pairs(fit.params, fit.bse)


def test_times_that_no_rate_makes_sense_of_are_told(make):
    frame = PEOPLE.assign(years=1e30)
    with pytest.raises(ClaimError, match="no one best answer"):
        make(frame, outcome="visits", terms="age", family="poisson", time="years")
