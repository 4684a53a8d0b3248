"""R's functions write the claims and tables that Python's write."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from output_checker import claims
from output_checker.claims import bands, is_present, levels_of, year
from output_checker.verify import claim_file
from tests.r import NO_R, RSCRIPT

pytestmark = pytest.mark.skipif(RSCRIPT is None, reason=NO_R)
SOURCE = Path(claims.__file__).with_name("claims.R")
AGES = bands("age", [18, 40.5, 65])
CASES = {
    "by one": ("crosstab", {"rows": "sex"}, 'crosstab(people, rows="sex", %s)'),
    "by four": (
        "crosstab",
        {"rows": [AGES, "sex"], "columns": [year("seen"), is_present("bmi")]},
        'crosstab(people, rows=list(bands("age", c(18, 40.5, 65)), "sex"),'
        ' columns=list(year("seen"), is_present("bmi")), %s)',
    ),
    "bands of nobody": (
        "crosstab",
        {"rows": bands("age", [1, 18, 300]), "columns": "sex"},
        'crosstab(people, rows=bands("age", c(1, 18, 300)), columns="sex", %s)',
    ),
    "inner": (
        "crosstab",
        {"rows": ["quintile", "ill"], "margins": False, "missing": "excluded"},
        'crosstab(people, rows=c("quintile", "ill"), margins=FALSE,'
        ' missing="excluded", %s)',
    ),
    "some": (
        "crosstab",
        {
            "rows": "ill",
            "where": [
                ("age", ">=", 18),
                ("sex", "in", ["female", 'mâle "2"']),
                ("sex", "not in", ["x"]),
                ("bmi", "is present"),
                ("seen", ">", "2019-06-01"),
                ("quintile", "!=", 3),
            ],
            "figure": "line",
            "title": "Îll, of some",
        },
        'crosstab(people, rows="ill", where=list(list("age", ">=", 18),'
        ' list("sex", "in", c("female", "mâle \\"2\\"")), list("sex", "not in", "x"),'
        ' list("bmi", "is present"), list("seen", ">", as.Date("2019-06-01")),'
        ' list("quintile", "!=", 3)), figure="line", title="Îll, of some", %s)',
    ),
    "means": (
        "summary",
        {"value": "bmi", "by": ["sex", "quintile"]},
        'summary(people, value="bmi", by=c("sex", "quintile"), %s)',
    ),
    "rates": (
        "rates",
        {"numerator": "ill", "by": "sex", "per": 100_000},
        'rates(people, numerator="ill", by="sex", per=100000, %s)',
    ),
    "person-time": (
        "rates",
        {"numerator": is_present("seen"), "by": ["sex", "ill"], "time": "days"},
        'rates(people, numerator=is_present("seen"), by=c("sex", "ill"), time="days", %s)',
    ),
    "all": ("rates", {"numerator": "ill"}, 'rates(people, numerator="ill", %s)'),
    "percentiles": (
        "percentiles",
        {"value": "bmi", "by": "sex", "at": (2.5, 50, 90)},
        'percentiles(people, value="bmi", by="sex", at=c(2.5, 50, 90), %s)',
    ),
    "histogram": (
        "histogram",
        {"value": "bmi", "edges": [5, 20, 25], "by": "sex", "missing": "excluded"},
        'histogram(people, value="bmi", edges=c(5, 20, 25), by="sex",'
        ' missing="excluded", %s)',
    ),
    "curves": (
        "survival",
        {"time": "days", "event": "ill", "steps": range(60, 420, 60), "by": "sex"},
        'survival(people, time="days", event="ill", steps=seq(60, 360, 60), by="sex", %s)',
    ),
    "curve": (
        "survival",
        {"time": "days", "event": "ill", "steps": [90], "margins": False},
        'survival(people, time="days", event="ill", steps=90, margins=FALSE, %s)',
    ),
    "linear": (
        "regression",
        {"outcome": "bmi", "terms": ["age", "sex", levels_of("quintile", "3")]},
        'regression(people, outcome="bmi", terms=list("age", "sex",'
        ' levels_of("quintile", "3")), %s)',
    ),
    "logistic": (
        "regression",
        {"outcome": "ill", "terms": [AGES, levels_of("quintile")], "family": "logistic"},
        'regression(people, outcome="ill", terms=list(bands("age", c(18, 40.5, 65)),'
        ' levels_of("quintile")), family="logistic", %s)',
    ),
    "poisson": (
        "regression",
        {"outcome": "visits", "terms": "ill", "family": "poisson", "time": "days"},
        'regression(people, outcome="visits", terms="ill", family="poisson",'
        ' time="days", %s)',
    ),
    "cox": (
        "regression",
        {"outcome": "ill", "terms": ["age", "sex"], "family": "cox", "time": "days"},
        'regression(people, outcome="ill", terms=c("age", "sex"), family="cox",'
        ' time="days", %s)',
    ),
    "a fit of lm": (
        "regression",
        {"outcome": "bmi", "terms": ["age", levels_of("quintile")]},
        "regression(people, fit=lm(bmi ~ age + factor(quintile), people), %s)",
    ),
    "a fit of glm": (
        "regression",
        {"outcome": "ill", "terms": ["age", "sex"], "family": "logistic"},
        "regression(people, fit=glm(ill ~ age + sex, binomial, people), %s)",
    ),
    "a fit of coxph": (
        "regression",
        {"outcome": "ill", "terms": ["age"], "family": "cox", "time": "days"},
        "regression(people, fit=survival::coxph(survival::Surv(days, ill) ~ age, people),"
        " %s)",
    ),
}
PATH = 'path="no.csv"'
REFUSED = {
    'crosstab(people, rows="sexx", %s)': "no column 'sexx'",
    'crosstab(rbind(people, people), rows="sex", %s)': "several rows for a patient",
    'crosstab(people[-1], rows="sex", %s)': "no column patient_id",
    'crosstab(people, rows="bmi", %s)': "too many different values",
    'crosstab(people, rows=year("age"), %s)': "isn't a date",
    'crosstab(people, rows="sex", where=list(list("age", "like", 1)), %s)': "'like'",
    'crosstab(people, rows="sex", where=list(list("age", ">", 999)), %s)': "nobody is left",
    'rates(people, numerator="sex", %s)': "isn't a yes/no",
    'summary(people, value="ill", by="sex", %s)': "count in disguise",
    'percentiles(people, value="bmi", by="sex", at=100, %s)': "one person's value",
    'histogram(people, value="bmi", edges=c(2, 1), %s)': "rise",
    'survival(transform(people, days=-1), "days", "ill", steps=9, %s)': "below zero",
    'regression(people, outcome="bmi", terms=c("age", "age"), %s)': "no one best answer",
    "regression(people, fit=lm(bmi ~ log(age), people), %s)": "isn't a column",
    "regression(people, fit=lm(bmi ~ age, people[1:50, ]), %s)": "isn't this model",
}


def a_cohort(size: int = 300) -> pd.DataFrame:
    dice = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "patient_id": range(1, size + 1),
            "sex": dice.choice(["female", 'mâle "2"', None], size, p=[0.5, 0.4, 0.1]),
            "age": dice.integers(5, 95, size),
            "quintile": pd.array(dice.integers(1, 12, size), dtype="Int64"),
            "ill": dice.choice([True, False, None], size),
            "visits": dice.poisson(2, size),
            "days": dice.integers(1, 365, size),
            "bmi": dice.normal(25, 4, size).round(3),
            "seen": pd.to_datetime("2019-01-01")
            + pd.to_timedelta(dice.integers(0, 900, size), "D"),
        }
    )
    frame.loc[::17, ["bmi", "quintile"]] = None
    frame["seen"] = frame["seen"].dt.date.where(dice.random(size) < 0.8, None)
    return frame


PEOPLE = a_cohort()
IN_R = f"""
source("{SOURCE}", encoding = "UTF-8")
people <- read.csv("people.csv", na.strings = "", encoding = "UTF-8", colClasses = c(
  sex = "character", ill = "logical", seen = "Date"))
attach(claims, warn.conflicts = FALSE)
"""


def in_r(folder: Path, lines: list[str]) -> str:
    (folder / "script.R").write_text("\n".join([IN_R, *lines, ""]), encoding="utf-8")
    done = subprocess.run(
        [str(RSCRIPT), "--vanilla", "script.R"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A folder in which both have made all tables: R's in ``r``, Python's in ``py``."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "output").mkdir()
    PEOPLE.to_parquet(folder / "output/dataset.parquet")
    PEOPLE.to_csv(folder / "people.csv", index=False)
    calls = [text % f'path="r/{name}.csv"' for name, (_, _, text) in CASES.items()]
    in_r(folder, calls)
    for name, (function, options, _) in CASES.items():
        getattr(claims, function)(PEOPLE, path=f"py/{name}.csv", folder=folder, **options)
    return folder


@pytest.mark.parametrize("name", CASES)
def test_the_claims_are_the_same(study, name):
    ours, theirs = (
        (study / who / f"{name}.claim.json").read_bytes() for who in ("py", "r")
    )
    assert alike(json.loads(ours), json.loads(theirs))
    assert alike_claims(ours, theirs)


@pytest.mark.parametrize("name", CASES)
def test_the_tables_are_the_same(study, name):
    ours, theirs = (pd.read_csv(study / who / f"{name}.csv") for who in ("py", "r"))
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=1e-6)


def alike_claims(ours: bytes, theirs: bytes) -> bool:
    one, other = (claim_file.loads(data, where="claim") for data in (ours, theirs))
    return one.dimensions == other.dimensions and set(one.cells) == set(other.cells)


def alike(one, other) -> bool:
    """Equal, where fractions may differ in their last digits."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(alike(*pair) for pair in pairs)
    if isinstance(one, float) or isinstance(other, float):
        numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return numbers and math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return type(one) is type(other) and one == other


def test_what_cannot_be_claimed_is_told_at_once(study):
    end = r"\n===\n"
    calls = [
        f"cat(tryCatch({call % PATH}, error=conditionMessage), '{end}')" for call in REFUSED
    ]
    told = in_r(study, calls).split("===\n")
    for words, problem in zip(told, REFUSED.values(), strict=False):
        assert problem in words
    assert not (study / "no.claim.json").exists()


def test_a_data_table_is_a_frame_too(study):
    make = 'crosstab(data.table::as.data.table(people), rows="sex", path="dt.csv")'
    in_r(study, [make])
    assert (study / "dt.claim.json").read_bytes() == (
        study / "r/by one.claim.json"
    ).read_bytes()
