"""What is left of totals, here and in earlier releases, may be of few: exactly, or nearly.

No table has it as a cell, and nobody is few: so neither dominance nor counts say anything.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from output_checker.differencing import ceiling, of_few, totals
from output_checker.differencing.audit import audit
from output_checker.differencing.model import Cell, Counted, Dominance
from output_checker.errors import ReportChanged
from output_checker.report import Verdict
from tests.a_past import Institute, differences
from tests.checks.test_check_differencing import said

COST = {"value": "cost", "by": "sex", "measures": ("n", "mean")}
YOUNG = [("age", "<", 90)]


def a_cohort(old, *, young=120, each=100.0):
    """Young people of both sexes who cost about as much, and old women of these costs."""
    sex = ["f", "m"] * (young // 2) + ["f"] * len(old)
    cost = [each + n % 7 for n in range(young)] + list(old)
    age = [40] * young + [95] * len(old)
    frame = pd.DataFrame({"sex": sex, "age": age, "cost": cost})
    frame.insert(0, "patient_id", range(1, len(frame) + 1))
    return frame


def found(tmp_path, frame, *, then=None, **again):
    """What is said of the young after all of them, or otherwise."""
    site = Institute(tmp_path)
    assert differences(site.released(frame, **COST)) == []
    return differences(site.checked(frame if then is None else then, **{**COST, **again}))


ONE_HAS_MOST = [5000.0, *[3.0] * 14]


def test_those_who_are_left_out_are_many_and_one_has_most(tmp_path):
    (one,) = found(tmp_path, a_cohort(ONE_HAS_MOST), where=YOUNG)
    assert one.verdict is Verdict.REVIEW
    assert (
        one.reason == "Together with other tables this one tells a total that few make up."
    )
    assert "'f' output/t.csv of release r1 (75)" in said(one)
    assert "less 'f' here (60)" in said(one)
    assert (
        "n times mean leaves a total of cost of 15 patients, most of which few have."
        in said(one)
    )
    assert one.remedy.startswith("Count the same people in the same groups")


@pytest.mark.parametrize(
    "old",
    [
        [300.0] * 15,  # alike
        [5000.0, 4000.0, 3000.0, *[2000.0] * 12],  # two of these have a fifth
    ],
)
def test_those_who_are_left_out_are_many_and_share_what_they_have(tmp_path, old):
    assert found(tmp_path, a_cohort(old), where=YOUNG) == []


def test_few_of_those_who_are_left_out_have_anything(tmp_path):
    """Four of twenty-four, as much each: nobody dominates, and together they are few."""
    (one,) = found(tmp_path, a_cohort([50.0] * 4 + [0.0] * 20), where=YOUNG)
    assert (
        "n times mean leaves a total of cost of 4 patients, and of others who have none."
        in said(one)
    )


@pytest.mark.parametrize("old", [[4.0, *[0.0] * 20], [0.5] * 4 + [0.0] * 20])
def test_what_is_rounded_off_the_means_protects_what_is_less(tmp_path, old):
    """Of 60 times about 10,000 to four digits nobody knows the last hundreds."""
    assert found(tmp_path, a_cohort(old, each=10_000.0), where=YOUNG) == []


def test_the_same_again_or_other_columns_tell_nothing(tmp_path):
    frame = a_cohort(ONE_HAS_MOST)
    assert found(tmp_path, frame, by=["sex"]) == []
    other = tmp_path / "other"
    other.mkdir()
    again = frame.assign(weight=frame.cost)
    assert (
        found(other, again.assign(weight=frame.index % 9), value="weight", where=YOUNG)
        == []
    )


def test_people_who_came_since_hide_nobody_where_they_have_little(tmp_path):
    """What twelve new women have isn't known, but that all whom a third table counts, they
    among these, have as little."""
    site = Institute(tmp_path)
    old = a_cohort(ONE_HAS_MOST)
    new, more = (
        pd.DataFrame({"sex": "f", "age": 41, "cost": [1.0, 2.0, 3.0] * 4})
        .assign(patient_id=range(start, start + 12))
        for start in (900, 950)
    )  # fmt: skip
    site.released(old, **COST)
    young = pd.concat([old[old.age < 90], new])
    assert differences(site.released(young, **COST)) == []
    (one,) = differences(site.checked(pd.concat([new, more]), **COST))
    assert "a total of cost" in said(one)
    assert "most of which few have" in said(one)
    assert "r1" in said(one)
    assert "r2" in said(one)


def test_what_may_be_less_than_nothing_is_told_by_exact_sums_alone(tmp_path):
    frame = a_cohort([-5000.0, *[3.0] * 14])
    (one,) = found(tmp_path, frame, where=YOUNG)
    assert "most of which few have" in said(one)


def test_a_cohort_that_is_gone_is_known_by_what_was_kept(tmp_path):
    """The rich one isn't in the new cohort at all."""
    frame = a_cohort(ONE_HAS_MOST)
    assert found(tmp_path, frame, then=frame[frame.age < 90])


def test_jobs_that_leave_together_are_asked_the_same(tmp_path):
    site = Institute(tmp_path)
    frame = a_cohort(ONE_HAS_MOST)
    site.checked(frame, **COST)
    site.checked(frame, **COST, where=YOUNG)
    with pytest.raises(ReportChanged):
        site.leaves("job1", "job2")


def test_of_many_in_question_some_are_asked_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(of_few, "MOST_TRIED", 0)
    (one,) = found(tmp_path, a_cohort(ONE_HAS_MOST), where=YOUNG)
    assert "more sums than could be tried" in one.reason


def test_what_takes_too_many_steps_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(ceiling, "MOST_STEPS", 0)
    (one,) = found(tmp_path, a_cohort(ONE_HAS_MOST), where=YOUNG)
    assert one.verdict is Verdict.FAIL
    assert "what totals tell together can't be worked out" in one.reason


def test_of_a_long_sum_only_that_it_is_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(totals, "MOST_TERMS", 1)
    (one,) = found(tmp_path, a_cohort([50.0] * 4 + [0.0] * 20), where=YOUNG)
    assert "a sum of cells: n times mean leaves a total of cost of 4 patients" in said(one)


def test_values_are_kept_to_three_digits_of_those_who_are_counted(tmp_path):
    site = Institute(tmp_path)
    site.released(a_cohort([1234.5678, *[3.0] * 14]), **COST, where=[("sex", "==", "f")])
    (table,) = site.memory.released(["r1"])
    assert not table.values[table.parts == 0].any()
    assert abs(table.values.max() / 1234.5678 - 1) < 1 / 1000
    assert 1234.5678 not in table.values


# --- Beside a linear program over everybody ----------------------------------------------

RULES = Dominance(2, 90, 10)
SHARE = of_few.least_share(RULES)


def random_tables(chance, people=60, tables=3):
    """Two parts and those outside, in each; values of which some are large."""
    values = np.floor(10 ** chance.uniform(0, 4, people)).astype(np.float32)
    values[chance.random(people) < 0.3] = 0
    kinds = chance.integers(0, 3, (6, tables))
    kind = chance.integers(0, 6, people)
    keys = np.arange(1, people + 1, dtype=np.uint64)
    return values, [
        one_table(
            f"r{t}" if t else "", keys, kinds[kind, t].astype(np.int32), values, chance
        )
        for t in range(tables)
    ]


def one_table(release, keys, parts, values, chance):
    cells = []
    for part in (1, 2):
        count, total = float((parts == part).sum()), values[parts == part].sum()
        if count:
            wide = float(total) * chance.choice([0, 0.001, 0.05])
            hidden = chance.random() < 0.2
            cells.append(
                Cell((str(part),), (part,), 0 if hidden else count,
                     np.inf if hidden else count, "cost",
                     spread=(0, 0) if hidden else (-wide, wide))
            )  # fmt: skip
    own = np.where(parts > 0, values, 0).astype(np.float32)
    return Counted(release, "t", "", "", tuple(cells), keys, parts, values=own)


def most_of(tables, person, values):
    """The most that one person can have, by a program with everybody in it."""
    sums, most = [], []
    for table in tables:
        for cell in table.cells:
            if not cell.hidden:
                inside = np.isin(table.parts, cell.parts).astype(float)
                total = float(inside @ values)
                sums += [inside, -inside]
                most += [total + cell.spread[1], -(total + cell.spread[0])]
    goal = np.zeros(len(values))
    goal[person] = -1
    found = linprog(goal, A_ub=np.array(sums), b_ub=np.array(most), method="highs")
    return -found.fun if found.status == 0 else np.inf


def test_whoevers_value_is_told_closely_is_found():
    """By an outsider, who needs no value of his own; and where somebody is said to have
    most, there is one of whom that may be so."""
    closely = 0
    for seed in range(40):
        values, tables = random_tables(np.random.default_rng(seed))
        found = [a for a in audit(tables, [{0}], 1, RULES).attacks if a.of_few]
        most = {who: most_of(tables, who, values) for who in np.flatnonzero(values)}
        told = [
            who
            for who, all_ in most.items()
            if all_ < values[who] * 1.09
            and all(
                most_of(some, who, values) > values[who] / SHARE
                for some in (tables[1:], *([one] for one in tables))
            )
        ]
        closely += bool(told)
        assert found or not told
        assert not found or any(
            all_ < values[who] / SHARE + 1 for who, all_ in most.items()
        )
    assert closely
