"""What is true of a whole group is true of each person in it."""

import pytest

from output_checker.claims import bands, is_present
from output_checker.report import Verdict
from tests.a_cohort import EXACT, Desk, people, shown

GROUPS = {("a", "yes"): 30, ("a", "no"): 40, ("b", "yes"): 50}
NOBODY = "Nobody in a group is in a category"
EVERYBODY = "Everybody in a group is in one category"
THE_SAME = "Everybody in a group has the same value"
AT_ONCE = "Everybody in a group leaves in one step"


def reviewed(file):
    return {
        f.reason.split(":")[0]: f.cells
        for f in file.findings
        if (f.check, f.verdict) == ("class disclosure", Verdict.REVIEW)
    }


def crossed(tmp_path, counts, **table):
    desk = Desk(tmp_path, people(counts, "row", "column"))
    desk.crosstab(rows="row", columns="column", **table)
    return desk.file()


def test_none_and_all_of_a_group_are_for_people_to_judge(tmp_path):
    file = crossed(tmp_path, GROUPS)
    assert reviewed(file) == {EVERYBODY: ("a, no", "b, yes"), NOBODY: ("b, no",)}
    assert file.verdict is Verdict.REVIEW


def test_an_empty_cell_is_shown_as_empty(tmp_path):
    assert shown(crossed(tmp_path, GROUPS))["b", "no"] == 0


def test_some_of_every_group_tells_nothing(tmp_path):
    assert reviewed(crossed(tmp_path, {**GROUPS, ("b", "no"): 20})) == {}


def test_a_group_of_few_is_hidden_wholly_instead(tmp_path):
    few = {**GROUPS, ("b", "yes"): 5, ("c", "yes"): 60, ("c", "no"): 70}
    assert reviewed(crossed(tmp_path, few)) == {}


def test_everybody_in_the_cohort_is_a_group_too(tmp_path):
    desk = Desk(tmp_path, people({("yes",): 50}, "ill"))
    desk.crosstab(rows="ill")
    assert reviewed(desk.file()) == {EVERYBODY: ("yes",), NOBODY: ("no",)}


@pytest.mark.parametrize(
    ("rows", "condition"),
    [("ill", ("ill", "==", "yes")), (is_present("ill"), ("ill", "is present"))],
)
def test_what_the_population_is_chosen_by_tells_nothing(tmp_path, rows, condition):
    desk = Desk(tmp_path, people({("yes",): 50}, "ill"))
    desk.crosstab(rows=rows, where=[condition])
    assert reviewed(desk.file()) == {}


def test_that_a_value_is_known_doesnt_give_which_it_is(tmp_path):
    desk = Desk(tmp_path, people({("yes",): 50}, "ill"))
    desk.crosstab(rows="ill", where=[("ill", "is present")])
    assert reviewed(desk.file()) == {EVERYBODY: ("yes",), NOBODY: ("no",)}


def test_a_range_leaves_several_levels_and_does_tell(tmp_path):
    desk = Desk(tmp_path, people({(3,): 50}, "stage"))
    desk.crosstab(rows="stage", where=[("stage", ">=", 1)])
    assert reviewed(desk.file()) == {EVERYBODY: ("3",)}


def test_the_same_value_for_a_whole_group_is_told_by_its_mean(tmp_path):
    frame = people({("a",): 30, ("b",): 30}, "row")
    frame["visits"] = [7] * 30 + list(range(20, 50))
    desk = Desk(tmp_path, frame)
    desk.summary(value="visits", by="row", measures=("n", "mean"))
    assert reviewed(desk.file()) == {THE_SAME: ("a",)}


def test_reviewers_are_told_what_to_ask_for(tmp_path):
    found = [f for f in crossed(tmp_path, GROUPS).findings if f.check == "class disclosure"]
    assert all("Merge levels, or explain" in f.remedy for f in found)


def test_a_life_table_tells_of_a_group_but_not_of_those_who_leave_at_a_step(tmp_path):
    """In a, nobody dies. In b, all who leave early die: nobody else is known to leave."""
    inner = {
        ("a", 10, False): 30, ("a", 99, False): 40,
        ("b", 10, True): 30, ("b", 50, True): 20, ("b", 50, False): 20,
        ("b", 99, False): 40,
    }  # fmt: skip
    desk = Desk(tmp_path, people(inner, "arm", "days", "died"))
    desk.make("survival", time="days", event="died", steps=[30, 60], by="arm")
    found = reviewed(desk.file(EXACT))
    assert found[EVERYBODY] == ("a, total, no", "b, total, yes")
    assert found[NOBODY] == ("a, total, yes",)


def life_table(tmp_path, counts, **table):
    desk = Desk(tmp_path, people(counts, "arm", "days", "died"))
    desk.make("survival", time="days", event="died", steps=[30, 60], by="arm", **table)
    return reviewed(desk.file(EXACT))


OTHERS = {("z", 10, True): 30, ("z", 10, False): 20, ("z", 40, True): 25,
          ("z", 40, False): 30, ("z", 99, False): 50}  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ({("a", 10, True): 30, ("a", 10, False): 40}, ("a, under 30, total",)),
        ({("a", 40, True): 30, ("a", 40, False): 40}, ("a, 30 to under 60, total",)),
        ({("a", 10, True): 50}, ("a, under 30, total",)),
        (  # 40 are at risk in the second step, and all of them die in it
            {("a", 10, True): 30, ("a", 10, False): 20, ("a", 40, True): 40},
            ("a, 30 to under 60, yes",),
        ),
        (  # that all who are left are followed no longer is the study's end
            {("a", 10, True): 30, ("a", 10, False): 20, ("a", 40, False): 40},
            None,
        ),
        ({("a", 10, True): 30, ("a", 10, False): 20, ("a", 99, False): 40}, None),
    ],
)
def test_a_curve_that_falls_to_zero_tells_of_all_who_were_there(tmp_path, inner, told):
    assert life_table(tmp_path, inner | OTHERS).get(AT_ONCE) == told


def test_where_nobody_is_there_nobody_leaves(tmp_path):
    inner = {("a", 10, True): 30, ("a", 10, False): 40, ("b", 10, True): 4}
    found = life_table(tmp_path, inner, margins=False)
    assert found[AT_ONCE] == ("a, under 30, total",)


AGES = bands("age", [18, 65])
OF_BOTH = ("under 18", None)
ADULTS = {(20,): 30, (70,): 20}


@pytest.mark.parametrize(
    ("counts", "where", "told"),
    [
        (ADULTS, (), {NOBODY: ("under 18",)}),
        (ADULTS, [("age", ">=", 18)], {}),
        (ADULTS, [("age", ">=", 17)], {NOBODY: ("under 18",)}),
        (ADULTS, [("age", "in", [20, 70])], {}),
        (ADULTS, [("age", "!=", 40)], {NOBODY: ("under 18",)}),
        ({(20,): 30}, [("age", ">", 18), ("age", "<", 65)], {}),
        ({(20,): 30}, [("age", "<=", 64.5), ("age", ">=", 18)], {}),
        ({(20,): 30}, [("age", "==", 20)], {}),
        (
            {(20,): 30},
            [("age", ">=", 18)],
            {EVERYBODY: ("18 to under 65",), NOBODY: ("65 or over",)},
        ),
        ({(20,): 30, (None,): 20}, (), {NOBODY: ("under 18", "65 or over")}),
        ({(20,): 30, (None,): 20, (70,): 30}, [("age", "is missing")], {}),
    ],
)
def test_a_band_that_the_population_leaves_out_is_empty_by_definition(
    tmp_path, counts, where, told
):
    desk = Desk(tmp_path, people(counts, "age"))
    desk.crosstab(rows=AGES, where=where)
    assert reviewed(desk.file()) == told


def test_a_band_of_nobody_is_shown_as_such_in_every_kind_of_table(tmp_path):
    inner = {
        ("a", 20, True): 30, ("a", 70, False): 20, ("b", 20, False): 40,
        ("b", 30, True): 20, ("b", 70, True): 30,
    }  # fmt: skip
    frame = people(inner, "row", "age", "ill")
    frame["cost"] = [n % 17 for n in range(len(frame))]
    desk = Desk(tmp_path, frame)
    desk.crosstab("output/c.csv", rows=AGES, columns="row")
    desk.summary("output/s.csv", value="cost", by=AGES)
    desk.make("rates", "output/r.csv", numerator="ill", by=AGES)
    desk.make("percentiles", "output/p.csv", value="cost", by=AGES)
    found = desk.report(EXACT)
    for file in found.values():
        assert file.table is not None
        (empty,) = (
            cell for cell in file.table.cells if cell.levels in (("under 18",), OF_BOTH)
        )
        assert not empty.hidden
        assert {value for value in empty.values.values() if value is not None} == {0}
