"""Rates, percentiles, histograms and life tables say what was counted; the rest follows."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import survival_table_from_events

from output_checker import claims
from output_checker.claims import is_present, wire
from output_checker.errors import ClaimError

PEOPLE = pd.DataFrame(
    {
        "patient_id": range(1, 13),
        "sex": ["f", "m"] * 6,
        "ill": [
            True,
            False,
            True,
            False,
            True,
            None,
            False,
            False,
            True,
            True,
            False,
            False,
        ],
        "days": [10, 40, 70, 100, 20, 50, 80, 10, 30, 60, 95, 5],
        "bmi": [20.0, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, None],
        "died": [None, "2020-01-01"] + [None] * 10,
    }
)


@pytest.fixture
def make(tmp_path):
    """Calls a function of claims in a folder with the people; the claim and the table."""
    (tmp_path / "output").mkdir()
    PEOPLE.to_parquet(tmp_path / "output/dataset.parquet")

    def run(name, frame=PEOPLE, **options):
        function = getattr(claims, name)
        table = function(frame, path="output/t.csv", folder=tmp_path, **options)
        body = json.loads((tmp_path / "output/t.claim.json").read_bytes())
        return wire.from_json(body), table

    return run


def numbers(claim):
    return {levels: values["n"] for levels, values in claim.cells.items()}


def lines(table):
    return [tuple(line) for line in table.to_numpy().tolist()]


def test_a_rate_is_of_those_who_are_known_to_have_it_or_not(make):
    claim, table = make("rates", numerator="ill", by="sex", per=100)
    assert numbers(claim)["f", "yes"] == 4
    assert numbers(claim)["m", None] == 5
    assert lines(table) == [
        ("f", 4, 6, pytest.approx(66.667, abs=0.001)),
        ("m", 1, 5, 20.0),
        ("Total", 5, 11, pytest.approx(45.4545, abs=0.001)),
    ]
    assert list(table.columns) == ["sex", "numerator", "denominator", "rate per 100"]


def test_denominators_are_claimed_even_where_other_totals_are_not(make):
    claim, table = make("rates", numerator="ill", by="sex", margins=False)
    assert set(claim.cells) == {(s, i) for s in "fm" for i in ("yes", "no", None)}
    assert len(table) == 2


def test_a_rate_may_be_of_everybody(make):
    _, table = make("rates", numerator=is_present("died"))
    assert lines(table) == [(1, 12, pytest.approx(1000 / 12))]


def test_person_time_is_summed_over_all_and_told_for_no_part(make):
    claim, table = make("rates", numerator="ill", by="sex", time="days", per=1000)
    assert claim.cells["f", None] == {"n": 6, "time": 305.0}
    assert claim.cells["f", "yes"] == {"n": 4, "time": None}
    assert lines(table)[0] == ("f", 4, 305.0, 4 / 305 * 1000)


def test_percentiles_are_those_of_pandas(make):
    claim, _ = make("percentiles", value="bmi", by="sex", at=(2.5, 50))
    of_f = PEOPLE[PEOPLE.sex == "f"]["bmi"]
    assert claim.measures == ("n", "p2.5", "p50")
    assert claim.cells["f",] == {
        "n": 6,
        "p2.5": of_f.quantile(0.025),
        "p50": of_f.median(),
    }
    assert claim.cells["m",]["n"] == 5


def test_a_histogram_shows_every_band_also_that_of_nobody(make):
    claim, _ = make("histogram", value="bmi", edges=[10, 22, 25], missing="excluded")
    assert claim.figure == "histogram"
    assert numbers(claim) == {
        ("under 10",): 0,
        ("10 to under 22",): 2,
        ("22 to under 25",): 3,
        ("25 or over",): 6,
        (None,): 11,
    }


def test_a_life_table_counts_who_is_left_from_step_to_step(make):
    claim, table = make("survival", time="days", event="ill", steps=[30, 60, 90])
    assert claim.figure == "survival"
    assert numbers(claim)["30 to under 60", "yes"] == 1
    assert numbers(claim)[None, None] == 11
    events, at_risk, censored = (
        table[c].tolist() for c in ("events", "at risk", "censored")
    )
    assert at_risk == [11, 7, 5, 2]
    assert events[:3] == [2, 1, 2]
    assert censored[:3] == [2, 1, 1]
    shares = [1 - 2 / 10, 1 - 1 / 6.5, 1 - 2 / 4.5]
    assert table["survival"].tolist()[:3] == pytest.approx(np.cumprod(shares).tolist())


def test_at_risk_events_and_censored_are_those_of_lifelines_life_table(make):
    drawn = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "patient_id": range(200),
            "days": drawn.integers(0, 360, 200) + 0.5,
            "ill": drawn.random(200) < 0.4,
        }
    )
    _, table = make("survival", frame, time="days", event="ill", steps=range(60, 360, 60))
    theirs = survival_table_from_events(
        frame.days, frame.ill, intervals=range(0, 361, 60), collapse=True
    )
    assert table["events"].tolist()[:5] == theirs["observed"].tolist()[:5]
    assert table["at risk"].tolist()[:5] == theirs["at_risk"].tolist()[:5]


def test_a_kaplan_meier_fit_names_its_columns_by_their_values(make):
    known = PEOPLE.dropna(subset=["ill"])
    fit = KaplanMeierFitter().fit(known.days, known.ill.astype(bool))
    claim, _ = make("survival", fit=fit, steps=[30, 60], by="sex")
    assert [d.column for d in claim.dimensions] == ["sex", "days", "ill"]


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("rates", {"numerator": "sex"}, "isn't a yes/no"),
        ("rates", {"numerator": "days"}, "isn't a yes/no"),
        ("rates", {"numerator": "ill", "per": 7}, "isn't of the form"),
        ("rates", {"numerator": "ill", "time": "sex"}, "isn't a number"),
        ("rates", {"numerator": "ill", "by": ["a", "b", "c", "d"]}, "at most 3"),
        ("percentiles", {"value": "bmi", "by": "sex", "at": (0, 50)}, "one person's"),
        ("percentiles", {"value": "bmi", "by": "sex", "at": (100,)}, "one person's"),
        ("percentiles", {"value": "bmi", "by": "sex", "at": (99.9,)}, "isn't of the form"),
        ("percentiles", {"value": "bmi", "by": "sex", "at": ()}, "isn't of the form"),
        ("percentiles", {"value": "ill", "by": "sex"}, "count in disguise"),
        (
            "summary",
            {"value": "bmi", "by": "sex", "measures": ["n", "max"]},
            "one person's",
        ),
        ("histogram", {"value": "sex", "edges": [1]}, "isn't a number"),
        ("histogram", {"value": "bmi", "edges": []}, "need edges"),
        ("histogram", {"value": "bmi", "edges": [9], "figure": "bar"}, "isn't of the form"),
        ("survival", {"steps": [30]}, "no time, or no event"),
        (
            "survival",
            {"time": "days", "event": "ill", "steps": [0, 9]},
            "isn't of the form",
        ),
        ("survival", {"time": "days", "event": "sex", "steps": [9]}, "isn't a yes/no"),
        ("survival", {"fit": object(), "steps": [9]}, "isn't a KaplanMeierFitter"),
    ],
)
def test_what_cannot_be_claimed_is_told_at_once(make, name, options, problem):
    with pytest.raises(ClaimError, match=problem):
        make(name, **options)


def test_a_fit_of_other_people_is_not_taken_for_these(make):
    fit = KaplanMeierFitter().fit([1, 2, 3], [1, 0, 1])
    with pytest.raises(ClaimError, match="no pairs"):
        make("survival", fit=fit, steps=[30])


def test_times_below_zero_are_refused(make):
    with pytest.raises(ClaimError, match="below zero"):
        make("survival", PEOPLE.assign(days=-1), time="days", event="ill", steps=[30])


def test_an_arrow_table_is_a_frame_too(make):
    frame = pa.Table.from_pandas(PEOPLE)
    one, _ = make("rates", frame, numerator="ill", by="sex")
    other, _ = make("rates", numerator="ill", by="sex")
    assert one == other


def test_what_is_not_a_table_is_refused(make):
    with pytest.raises(ClaimError, match="isn't a table"):
        make("crosstab", [1, 2], rows="sex")


def test_edges_may_be_numpys(make):
    one, _ = make("histogram", value="bmi", edges=np.arange(20, 30, 5))
    other, _ = make("histogram", value="bmi", edges=[20, 25])
    assert one == other


def test_what_is_infinite_is_no_number(make):
    frame = PEOPLE.assign(bmi=PEOPLE.bmi.replace(20.0, np.inf))
    with pytest.raises(ClaimError, match="isn't one"):
        make("summary", frame, value="bmi", by="sex")
    with pytest.raises(ClaimError, match="wrong form"):
        make("crosstab", rows="sex", where=[("bmi", ">", float("nan"))])


def test_two_columns_of_one_name_are_refused(make):
    frame = pd.concat([PEOPLE, PEOPLE["sex"]], axis=1)
    with pytest.raises(ClaimError, match="two columns of one name"):
        make("crosstab", frame, rows="sex")


def test_an_index_that_repeats_itself_changes_nothing(make):
    again = pd.concat([PEOPLE[:6], PEOPLE[6:].reset_index(drop=True)])
    one, _ = make("rates", again, numerator="ill", by="sex", time="days")
    other, _ = make("rates", numerator="ill", by="sex", time="days")
    assert one == other
