"""What somebody tries who has a whole release of rates, percentiles, bands or life tables.

The attacker has every line that leaves, knows the policy, and adds and subtracts as he
likes. Exact counts (EXACT) give him the most to work with.
"""

import math

import numpy as np
import pandas as pd
import pytest

from output_checker.report import Verdict
from tests.a_cohort import DEFAULT, EXACT, Desk, finding, people

SMALL = range(1, 10)


def lines(file):
    """What leaves of a table: by its levels the measures that have a number."""
    assert file.table is not None
    return {
        cell.levels: {m: v for m, v in cell.values.items() if v is not None}
        for cell in file.table.cells
    }


def adds_up(shown, wanted):
    """Can a wish be had from what is shown, by adding and subtracting, for all people?"""
    if not shown:
        return False
    known = np.array(shown, dtype=float).T
    weights = np.linalg.lstsq(known, wanted, rcond=None)[0]
    return bool(np.linalg.norm(known @ weights - wanted) < 1e-6)


# -- rates ------------------------------------------------------------------------------


def rates_of(tmp_path, counts, policy=EXACT, **more):
    desk = Desk(tmp_path, people(counts, "row", "ill"))
    desk.make("rates", numerator="ill", by="row", **more)
    return desk.file(policy)


def test_a_rate_times_its_denominator_is_the_rounded_numerator_and_not_the_true_one(
    tmp_path,
):
    """12 of 71 and 31 of 101: multiplying gives 10 and 30 again, to the last digit."""
    inner = {("a", True): 12, ("a", False): 59, ("b", True): 31, ("b", False): 70}
    found = lines(rates_of(tmp_path, inner, DEFAULT))
    for levels, true in ((("a",), (12, 71)), (("b",), (31, 101))):
        line = found[levels]
        product = line["rate per 1000"] * line["denominator"] / 1000
        assert product == pytest.approx(line["numerator"], rel=1e-3)
        assert (line["numerator"], line["denominator"]) != true
        fitting = {
            (a, b)
            for b in range(line["denominator"] - 2, line["denominator"] + 3)
            for a in range(b + 1)
            if float(f"{1000 * a / b:.4g}") == line["rate per 1000"]
        }
        assert true not in fitting  # whoever takes the digits for the truth is misled


def test_those_without_it_are_not_the_denominator_less_the_numerator(tmp_path):
    """97 of 100 have it: three who haven't. A rate of 100 per 100 less nothing."""
    inner = {("a", True): 97, ("a", False): 3, ("b", True): 80, ("b", False): 70}
    file = rates_of(tmp_path, inner)
    assert set(lines(file)["a",]) != {"numerator", "denominator", "rate per 1000"}
    assert "a, no" in [
        cell for f in file.findings if f.check == "threshold" for cell in f.cells
    ]


def test_a_hidden_numerator_is_not_the_total_less_the_others(tmp_path):
    inner = {("a", True): 4, ("a", False): 50}
    inner |= {(row, ill): 40 for row in "bc" for ill in (True, False)}
    found = lines(rates_of(tmp_path, inner))
    without = [levels for levels, line in found.items() if "numerator" not in line]
    assert len(without) >= 2


def test_a_crosstab_of_the_same_people_does_not_show_what_the_rates_hide(tmp_path):
    inner = {("a", True): 4, ("a", False): 50}
    inner |= {(row, ill): 40 + ill for row in "bc" for ill in (True, False)}
    desk = Desk(tmp_path, people(inner, "row", "ill"))
    desk.make("rates", "output/rates.csv", numerator="ill", by="row")
    desk.crosstab("output/cross.csv", rows="row", columns="ill")
    report = desk.report(EXACT)
    cross = lines(report["output/cross.csv"])
    for levels, line in lines(report["output/rates.csv"]).items():
        assert ("numerator" in line) == ("n" in cross[*levels, "yes"])
        assert ("denominator" in line) == ("n" in cross[*levels, None])


def test_person_time_that_two_people_make_up_is_not_told(tmp_path):
    frame = people({("a", True): 12, ("a", False): 12, ("b", True): 30}, "row", "ill")
    frame["years"] = [900.0, 800.0, *([0.5] * 11), *([0.75] * 11), *([1.0, 1.5, 2.0] * 10)]
    desk = Desk(tmp_path, frame)
    desk.make("rates", numerator="ill", by="row", time="years", margins=False)
    file = desk.file(EXACT)
    assert "years" not in lines(file)["a",]
    assert finding(file, "dominance", Verdict.PASS).cells == ("a, total",)


def test_the_person_time_of_a_hidden_group_is_not_the_total_less_the_others(tmp_path):
    frame = people({("a", True): 2, ("a", False): 3, ("b", True): 30, ("b", False): 30,
                    ("c", True): 20, ("c", False): 40}, "row", "ill")  # fmt: skip
    frame["years"] = [1 + n * 0.37 % 3 for n in range(len(frame))]
    desk = Desk(tmp_path, frame)
    desk.make("rates", numerator="ill", by="row", time="years")
    found = lines(desk.file(EXACT))
    assert len([levels for levels, line in found.items() if "years" not in line]) >= 2


# -- histograms and life tables -----------------------------------------------------------


def followed(*groups):
    """(how many, days, died) of people, by group."""
    rows = [(day, died) for count, day, died in groups for _ in range(count)]
    frame = pd.DataFrame(rows, columns=["days", "died"])
    frame.insert(0, "patient_id", range(1, len(rows) + 1))
    return frame


STEPS = [30, 60, 90]


def test_the_furthest_person_of_a_histogram_is_somewhere_beyond_and_no_more(tmp_path):
    """Three over 100: zeros further on would tell between which edges they are."""
    ages = {(30,): 40, (50,): 60, (70,): 40, (105,): 3}
    desk = Desk(tmp_path, people(ages, "age"))
    desk.make("histogram", value="age", edges=[40, 60, 80, 100, 110, 120], margins=False)
    found = lines(desk.file(EXACT))
    last = ["80 to under 100", "100 to under 110", "110 to under 120", "120 or over"]
    assert [levels[0] for levels, line in found.items() if not line] == last


def test_bands_with_nobody_beyond_enough_people_are_shown(tmp_path):
    desk = Desk(tmp_path, people({(30,): 40, (50,): 60}, "age"))
    desk.make("histogram", value="age", edges=[20, 40, 60, 80])
    assert all(lines(desk.file(EXACT)).values())


def test_the_nearest_person_of_a_histogram_is_no_more_known(tmp_path):
    desk = Desk(tmp_path, people({(15,): 3, (30,): 40, (50,): 60}, "age"))
    desk.make("histogram", value="age", edges=[5, 10, 20, 40], margins=False)
    hidden = [levels[0] for levels, line in lines(desk.file(EXACT)).items() if not line]
    assert hidden == ["under 5", "5 to under 10", "10 to under 20"]


def test_those_at_risk_at_the_end_are_not_the_first_less_all_who_left(tmp_path):
    """Four are left after the last step; 150 less all shown would say so."""
    frame = followed(
        (40, 10, True), (36, 20, False), (30, 40, True), (20, 70, True), (20, 70, False),
        (4, 200, False),
    )  # fmt: skip
    desk = Desk(tmp_path, frame)
    desk.make("survival", time="days", event="died", steps=STEPS)
    file = desk.file(EXACT)
    found = lines(file)
    assert "at risk" not in found["90 or over",]
    left = sum(line.get("events", 0) + line.get("censored", 0) for line in found.values())
    assert len(frame) - left not in SMALL


def test_a_step_at_which_few_left_is_not_the_fall_of_those_at_risk(tmp_path):
    frame = followed(
        (40, 10, True), (30, 20, False), (3, 40, True), (25, 40, False), (20, 70, True),
        (20, 70, False), (40, 200, False),
    )  # fmt: skip
    desk = Desk(tmp_path, frame)
    desk.make("survival", time="days", event="died", steps=STEPS)
    found = lines(desk.file(EXACT))
    middle = found["30 to under 60",]
    assert "events" not in middle
    assert "survival" not in middle
    after = found["60 to under 90",].get("at risk", math.nan)
    assert middle.get("at risk", math.nan) - after - middle.get("censored", 0) not in SMALL


def test_a_curve_that_went_on_after_a_hidden_step_would_tell_its_events(tmp_path):
    """Three of 108 at risk die, and 25 are censored: it ends before these. What two more
    numbers would tell, 80 at risk afterwards and the survival of four digits."""
    frame = followed(
        (40, 10, True), (30, 20, False), (3, 40, True), (25, 40, False), (20, 70, True),
        (20, 70, False), (40, 200, False),
    )  # fmt: skip
    desk = Desk(tmp_path, frame)
    desk.make("survival", time="days", event="died", steps=STEPS)
    found = lines(desk.file(EXACT))
    before, at_risk = found["under 30",]["survival"], found["30 to under 60",]["at risk"]
    assert set(found["30 to under 60",]) == {"at risk", "censored"}
    assert set(found["60 to under 90",]) == {"events", "censored"}

    def after(events, left):
        return float(f"{before * (1 - events / (at_risk - (left - events) / 2)):.4g}")

    left = at_risk - 80
    assert left - found["30 to under 60",]["censored"] == 3
    shown = after(3, left)  # that of no other number, were those censored hidden, too
    assert [e for e in range(left + 1) if after(e, left) == shown] == [3]


def test_a_histogram_less_a_life_table_leaves_nobody_small(tmp_path):
    """Its bands are the steps: a band less its events would be those censored."""
    frame = followed(
        (40, 10, True), (4, 20, False), (30, 40, True), (25, 40, False), (20, 70, True),
        (20, 70, False), (40, 200, False),
    )  # fmt: skip
    desk = Desk(tmp_path, frame)
    desk.make("survival", "output/s.csv", time="days", event="died", steps=STEPS)
    desk.make("histogram", "output/h.csv", value="days", edges=STEPS)
    report = desk.report(EXACT)
    bands = pd.cut(frame.days, [-1, 30, 60, 90, 1e9], right=False).cat.codes
    names = ["under 30", "30 to under 60", "60 to under 90", "90 or over"]
    shown = []
    for (name,), line in lines(report["output/h.csv"]).items():
        if line:
            shown.append([name is None or names[b] == name for b in bands])
    for (name,), line in lines(report["output/s.csv"]).items():
        here = np.array([names[b] == name for b in bands])
        if "events" in line:
            shown.append(here & frame.died)
        if "censored" in line:
            shown.append(here & ~frame.died)
        if "at risk" in line:
            shown.append(np.array(bands >= names.index(name)))
    wanted = np.array((bands == 0) & ~frame.died, dtype=float)
    assert not adds_up(shown, wanted)


def test_two_histograms_a_year_apart_are_told_to_the_reviewers(tmp_path):
    """Under 40 in one less under 39 in the other: five people of 39."""
    ages = {(age,): 20 for age in range(20, 39)} | {(39,): 5, (50,): 100}
    desk = Desk(tmp_path, people(ages, "age"))
    desk.make("histogram", "output/a.csv", value="age", edges=[30, 40])
    desk.make("histogram", "output/b.csv", value="age", edges=[30, 39])
    report = desk.report(EXACT)
    told = finding(report["output/b.csv"], "differencing", Verdict.REVIEW)
    assert "30 to under 39" in told.cells
    assert finding(report["output/a.csv"], "differencing", Verdict.REVIEW)


# -- percentiles --------------------------------------------------------------------------


def costs(tmp_path, groups, at=(25, 50, 75)):
    frame = people({(name,): len(values) for name, values in groups.items()}, "row")
    frame["cost"] = [float(v) for values in groups.values() for v in values]
    desk = Desk(tmp_path, frame)
    desk.make("percentiles", value="cost", by="row", at=at)
    return frame, desk.file(EXACT)


def test_percentiles_of_all_and_of_all_but_a_few_are_not_both_shown(tmp_path):
    """Else these two would lie around what the few have."""
    groups = {"a": range(100, 300), "b": range(5000, 5004), "c": range(200, 260)}
    found = lines(costs(tmp_path, groups)[1])
    assert not found["b",]
    assert not (found["a",] and found["c",] and found[None,])


def test_every_percentile_that_is_shown_stands_for_ten_people(tmp_path):
    """99 numbers of 400 people whose costs are all different: each stands for ten."""
    groups = {"a": [1000 + n * n / 7 for n in range(400)], "b": range(200, 300)}
    frame, file = costs(tmp_path, groups, at=range(1, 100))
    values = frame.cost[frame.row == "a"].to_numpy()
    line = lines(file)["a",]
    assert len(line) > 90
    for measure, shown in line.items():
        if measure != "n":
            crowds = [
                (np.floor(values / step + 0.5) * step == shown).sum()
                for step in (s * 10**p for p in range(4) for s in (1, 2, 5))
            ]
            assert max(crowds) >= EXACT.threshold


def test_the_ends_of_a_group_are_kept_back(tmp_path):
    """p1 of 400 people lies between the fourth and the fifth."""
    groups = {"a": [1000 + n * n / 7 for n in range(400)], "b": range(200, 300)}
    line = lines(costs(tmp_path, groups, at=(1, 2, 50, 98, 99))[1])["a",]
    assert set(line) == {"n", "p50"}
