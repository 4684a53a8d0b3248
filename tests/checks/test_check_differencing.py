"""Nearly the same people twice: the difference is about the few others."""

import hashlib
import shutil

import pytest

from output_checker.check import Dataset
from output_checker.claims import bands
from output_checker.differencing import entry, incidence, totals
from output_checker.differencing.memory import Memory, Past
from output_checker.differencing.model import Damaged
from output_checker.errors import ReportChanged
from output_checker.report import Verdict
from tests.a_cohort import DATASET, DEFAULT, EXACT, Desk, finding, people
from tests.a_past import TABLE, Institute, differences


def said(finding):
    """The finding's words with those of its attacks."""
    return " ".join([finding.reason, *finding.attack])


def two_tables(tmp_path, where, **more):
    frame = people({("a", 20): 50, ("a", 95): 4, ("b", 30): 60}, "row", "age")
    desk = Desk(tmp_path, frame)
    desk.crosstab(path="output/t.csv", rows="row", **more)
    desk.crosstab(path="output/u.csv", rows="row", where=where)
    return desk.report(EXACT)


def test_leaving_out_few_people_is_for_people_to_judge(tmp_path):
    report = two_tables(tmp_path, [("age", "<", 90)])
    for name in ("output/t.csv", "output/u.csv"):
        found = finding(report[name], "differencing", Verdict.REVIEW)
        assert found.cells == ("a",)


def test_leaving_out_many_people_tells_nothing_about_few(tmp_path):
    report = two_tables(tmp_path, [("age", ">", 25), ("age", "<", 90)])
    assert not [f for f in report["output/t.csv"].findings if f.check == "differencing"]


def test_the_same_people_are_the_same_in_whatever_order_they_are_described(tmp_path):
    frame = people({("a", 20): 50, ("b", 30): 60, ("c", 40): 70}, "row", "age")
    desk = Desk(tmp_path, frame)
    where = [("age", "<", 90), ("row", "!=", "c")]
    desk.crosstab(path="output/t.csv", rows="row", where=where)
    desk.crosstab(path="output/u.csv", rows="row", where=where[::-1])
    assert all(file.verdict is Verdict.PASS for file in desk.report().values())


def test_few_people_between_two_ways_of_cutting_a_column_are_for_people_to_judge(tmp_path):
    desk = Desk(tmp_path, people({(20,): 50, (39,): 3, (45,): 60}, "age"))
    desk.crosstab(path="output/t.csv", rows=bands("age", [38]))
    desk.crosstab(path="output/u.csv", rows=bands("age", [40]))
    for file in desk.report().values():
        assert finding(file, "differencing", Verdict.REVIEW).cells


def told(tmp_path, frame, *tables):
    """For each table, what is said about the others."""
    desk = Desk(tmp_path, frame)
    for n, table in enumerate(tables):
        desk.crosstab(path=f"output/{n}.csv", **table)
    return [
        [said(f) for f in file.findings if f.check == "differencing"]
        for file in desk.report(EXACT).values()
    ]


def test_two_ways_of_cutting_with_enough_people_between_tell_nothing(tmp_path):
    frame = people({(20,): 50, (39,): 12, (45,): 60}, "age")
    cuts = [{"rows": bands("age", [38])}, {"rows": bands("age", [40])}]
    assert told(tmp_path, frame, *cuts) == [[], []]


def test_a_copied_column_is_compared_by_its_people(tmp_path):
    frame = people({(20,): 50, (39,): 3, (45,): 60}, "age")
    frame = frame.assign(years=frame.age)
    one, other = told(
        tmp_path, frame, {"rows": bands("age", [38])}, {"rows": bands("years", [40])}
    )
    assert one
    assert other


def test_one_person_less_is_noticed_in_tables_by_other_columns(tmp_path):
    """No cell of one is a cell of the other, but their totals differ by one."""
    frame = people(
        {("f", "n", 18): 1, ("f", "n", 20): 30, ("f", "s", 20): 30,
         ("m", "n", 20): 30, ("m", "s", 20): 30},
        "sex", "region", "age",
    )  # fmt: skip
    one, other = told(
        tmp_path, frame, {"rows": "sex"}, {"rows": "region", "where": [("age", ">", 18)]}
    )
    assert one
    assert other


def test_a_table_less_two_others_shows_whom_they_leave_out(tmp_path):
    frame = people(
        {("a", "f"): 3, ("b", "f"): 20, ("b", "m"): 20, ("c", "f"): 20, ("c", "m"): 20},
        "row", "sex",
    )  # fmt: skip
    all_, b, c = told(
        tmp_path, frame,
        {"rows": "sex"}, *({"rows": "sex", "where": [("row", "==", row)]} for row in "bc"),
    )  # fmt: skip
    for one in (all_, b, c):
        (reason,) = one
        assert "leaves 3 patients." in reason


def test_rare_groups_that_are_hidden_are_not_told_twice(tmp_path):
    """Two tables by different columns, each with its own small cell."""
    counts = {("a", "x"): 40, ("b", "x"): 40, ("a", "y"): 40, ("b", "y"): 40,
              ("r", "x"): 2, ("r", "y"): 1, ("a", "z"): 2, ("b", "z"): 2}  # fmt: skip
    frame = people(counts, "row", "column")
    assert told(tmp_path, frame, {"rows": "row"}, {"rows": "column"}) == [[], []]


def test_tables_of_different_cohorts_are_compared_by_their_people(tmp_path):
    desk = Desk(tmp_path, people({("a",): 50, ("b",): 60}, "row"))
    desk.crosstab(path="output/t.csv", rows="row")
    other = tmp_path / "output" / "other.parquet"
    desk.frame.iloc[1:].to_parquet(other)
    desk.crosstab(
        path="output/u.csv",
        frame=desk.frame.iloc[1:],
        rows="row",
        dataset="output/other.parquet",
    )
    sha256 = hashlib.sha256(other.read_bytes()).hexdigest()
    datasets = {
        DATASET: Dataset(desk.dataset, desk.sha256),
        "output/other.parquet": Dataset(other, sha256),
    }
    files = ["output/t.csv", "output/u.csv"]
    for file in desk.report(EXACT, files=files, datasets=datasets).values():
        assert "leaves 1 patient." in said(finding(file, "differencing", Verdict.REVIEW))


def test_a_column_of_the_databases_own_name_hides_nobody(tmp_path):
    """DuckDB calls a row's place rowid, unless there is such a column, in any letters."""
    frame = people({("a", 20): 50, ("a", 95): 4, ("b", 30): 60}, "row", "age")
    for found in told(
        tmp_path, frame.assign(RowId=0), {"rows": "row"},
        {"rows": "row", "where": [("age", "<", 90)]},
    ):  # fmt: skip
        (reason,) = found
        assert "leaves 4 patients." in reason


def test_any_number_of_tables_of_the_same_people_tells_nothing(tmp_path):
    frame = people({("a",): 50, ("b",): 60}, "row")
    assert not any(told(tmp_path, frame, *([{"rows": "row"}] * 60)))


# --- Earlier releases -------------------------------------------------------------------

OLD = people({("f", 17): 4, ("f", 30): 40, ("m", 30): 50}, "sex", "age")


def test_a_group_from_eighteen_and_then_from_seventeen(tmp_path):
    """The difference is the few who are seventeen, in numbers that a reviewer can check."""
    site = Institute(tmp_path)
    site.released(OLD, rows="sex", where=[("age", ">=", 18)])
    (found,) = differences(site.checked(OLD, rows="sex", where=[("age", ">=", 17)]))
    assert found.verdict is Verdict.REVIEW
    assert found.cells == ("f",)
    assert found.reason == (
        "Together with other tables this one tells of fewer than 10 patients."
    )
    assert found.attack == (
        "plus 'f' here (44); less 'f' output/t.csv of release r1 (40): leaves 4 patients.",
    )
    assert found.remedy.startswith("Round the new counts, or count the same people")


MANY = people({(f"r{n}", f"c{m}"): 30 for n in range(4) for m in range(3)}, "row", "column")


def test_a_table_that_is_run_again_after_leaving_out_seven_people(tmp_path):
    """Those alone in a cell are singled out, the others with their neighbours."""
    site = Institute(tmp_path)
    gone = [1, 2, 31, 61, 91, 121, 151]
    site.released(MANY, rows="row", columns="column")
    again = MANY[~MANY.patient_id.isin(gone)]
    (found,) = differences(site.checked(again, rows="row", columns="column"))
    assert said(found).count("leaves 1 patient.") == 3
    assert "3 further sums" in found.reason
    assert {"r0, c0", "r0, c1", "r0, c2", "r1, c0"} < set(found.cells)


def test_the_same_table_again_tells_nothing_new(tmp_path):
    site = Institute(tmp_path)
    for _ in range(3):
        assert differences(site.released(MANY, rows="row", columns="column")) == []


def test_the_same_people_under_another_definition_are_the_same(tmp_path):
    """Another cohort file, in another order, with the group spelt in another way."""
    site = Institute(tmp_path)
    site.released(OLD, rows="sex", where=[("age", ">=", 18)])
    other = OLD[OLD.age > 20].sample(frac=1, random_state=1).rename(columns={"sex": "s"})
    assert differences(site.checked(other, rows="s")) == []


def test_three_tables_that_only_together_single_out_one(tmp_path):
    """Each two of them share so many, or leave out so many, that they tell nothing."""
    frame = people(
        {("a", "x", 1): 20, ("b", "x", 1): 20, ("a", "y", 1): 20, ("b", "y", 2): 1},
        "row", "column", "year",
    )  # fmt: skip
    site = Institute(tmp_path)
    first = frame.assign(all="all")
    assert differences(site.released(first[first.row == "a"], rows="all")) == []
    assert differences(site.released(first[first.column == "x"], rows="all")) == []
    both = first[(first.row == "a") & (first.column == "x")]
    assert differences(site.released(both, rows="all")) == []
    (found,) = differences(site.checked(first, rows="all"))
    assert "leaves 1 patient." in said(found)
    assert all(f"release r{n}" in said(found) for n in (1, 2, 3))


def test_a_cohort_that_was_deleted_since_is_still_remembered(tmp_path):
    site = Institute(tmp_path)
    site.released(OLD, rows="sex", where=[("age", ">=", 18)])
    shutil.rmtree(tmp_path / "job1")
    assert differences(site.checked(OLD, rows="sex", where=[("age", ">=", 17)]))


@pytest.mark.parametrize(
    ("young", "told"),
    [
        (4, "leaves 1 to 9 patients."),  # shown are 40 and then 45
        (2, None),  # 40 both times: perhaps nobody is that young
        (12, None),  # many are
    ],
)
def test_rounding_protects_or_does_not(tmp_path, young, told):
    site = Institute(tmp_path, DEFAULT)
    frame = people({("f", 17): young, ("f", 30): 40, ("m", 30): 50}, "sex", "age")
    site.released(frame, rows="sex", where=[("age", ">=", 18)])
    found = differences(site.checked(frame, rows="sex", where=[("age", ">=", 17)]))
    assert [told in said(one) for one in found] == ([True] if told else [])
    assert all(one.remedy.startswith("Count the same people") for one in found)


def test_two_rounded_numbers_may_tell_what_one_does_not(tmp_path):
    """Totals are rounded by themselves: 2 more in each cell may be 5 in the total."""
    frame = people({("f", 17): 2, ("f", 30): 40, ("m", 17): 2, ("m", 30): 42}, "sex", "age")
    site = Institute(tmp_path, DEFAULT)
    site.released(frame, rows="sex", where=[("age", ">=", 18)])
    (found,) = differences(site.checked(frame, rows="sex", where=[("age", ">=", 17)]))
    assert found.cells


def test_a_hidden_cell_is_given_away_by_a_table_that_leaves_later(tmp_path):
    """Hidden beside a complement at first; the complement's people, counted otherwise."""
    frame = people({("a",): 4, ("b",): 30, ("c",): 40}, "row")
    site = Institute(tmp_path)
    site.released(frame, rows="row")
    (found,) = differences(site.checked(frame[frame.row == "b"], rows="row"))
    assert "leaves 4 patients." in said(found)


def test_means_tell_how_many_there_are_whatever_is_rounded(tmp_path):
    frame = people({("f", 17): 2, ("f", 30): 40, ("f", 35): 40}, "sex", "age")
    site = Institute(tmp_path, DEFAULT)
    kept = [("age", ">=", 18)]
    site.released(frame.assign(value=frame.index % 30), value="value", by="sex", where=kept)
    (found,) = differences(
        site.checked(frame.assign(value=frame.index % 30), value="value", by="sex")
    )
    assert "leaves 2 patients." in said(found)


def test_what_was_checked_and_never_left_is_not_counted(tmp_path):
    """Withdrawn, returned, or still waiting."""
    site = Institute(tmp_path)
    site.checked(OLD, rows="sex", where=[("age", ">=", 18)])
    assert differences(site.checked(OLD, rows="sex", where=[("age", ">=", 17)])) == []


def test_what_is_approved_counts_as_soon_as_it_is_put_down(tmp_path):
    """Its bundle may be in the outbox already."""
    site = Institute(tmp_path)
    site.released(OLD, rows="sex", where=[("age", ">=", 18)])
    desk = site.desk(OLD)
    desk.crosstab(rows="sex", where=[("age", ">=", 17)])
    past = Past(site.memory, left=(), leaving=("r1", "r2"))
    assert differences(desk.report(EXACT, past=past)[TABLE])


# --- Totals that few people make up ------------------------------------------------------

COSTS = people({("a",): 12, ("b",): 30, ("c",): 40, ("d",): 50}, "row").assign(
    cost=[5000.0, 400.0, *(3.0 * n for n in range(1, 11)),
          *(100 + 3.0 * n for n in range(30)), *(200 + 2.0 * n for n in range(40)),
          *(150 + 2.5 * n for n in range(50))]
)  # fmt: skip
COST = {"value": "cost", "by": "row", "measures": ("n", "mean")}
BUT_A = [("row", "in", ["b", "c", "d"])]


def test_a_total_that_few_make_up_is_given_away_by_a_later_one_of_all_others(tmp_path):
    """Twelve people, so nobody is few: but one of them has nearly all of their costs."""
    site = Institute(tmp_path)
    assert differences(site.released(COSTS, **COST)) == []
    (found,) = differences(site.checked(COSTS, **COST, where=BUT_A))
    assert found.verdict is Verdict.REVIEW
    assert found.reason == (
        "Together with other tables this one tells a total that was hidden, as few make up"
        " most of it."
    )
    assert found.attack == (
        "plus 'total' output/t.csv of release r1 (132); less 'total' here (120): n times"
        " mean leaves the total of cost of 'a' output/t.csv of release r1.",
    )
    assert found.remedy.startswith("Count the same people in the same groups")


def test_a_dominated_total_is_given_away_whichever_left_first(tmp_path):
    site = Institute(tmp_path)
    site.released(COSTS, **COST, where=BUT_A)
    (found,) = differences(site.checked(COSTS, **COST))
    assert "leaves the total of cost of 'a' here." in said(found)
    site.leaves("job2")  # it was let pass, and then the same again is nothing new
    assert differences(site.checked(COSTS, **COST)) == []


@pytest.mark.parametrize(
    "table",
    [
        COST,
        {**COST, "value": "other"},  # of another column, whoever is counted
        {**COST, "where": [("row", "in", ["c", "d"])]},
        {"rows": "row", "where": BUT_A},  # that they are twelve is no secret
    ],
)
def test_other_tables_tell_nothing_of_a_dominated_total(tmp_path, table):
    site = Institute(tmp_path)
    frame = COSTS.assign(other=COSTS.index % 17)
    site.released(frame, **COST)
    assert differences(site.checked(frame, **table)) == []


def test_two_datasets_of_one_job_give_a_dominated_total_away(tmp_path):
    desk = Desk(tmp_path, COSTS)
    desk.summary(path="output/t.csv", **COST)
    other, frame = tmp_path / "output" / "other.parquet", COSTS[COSTS.row != "a"]
    frame.to_parquet(other)
    desk.summary(path="output/u.csv", frame=frame, dataset="output/other.parquet", **COST)
    sha256 = hashlib.sha256(other.read_bytes()).hexdigest()
    datasets = {
        DATASET: Dataset(desk.dataset, desk.sha256),
        "output/other.parquet": Dataset(other, sha256),
    }
    files = ["output/t.csv", "output/u.csv"]
    for file in desk.report(EXACT, files=files, datasets=datasets).values():
        assert "leaves the total of cost of 'a'" in said(
            finding(file, "differencing", Verdict.REVIEW)
        )


def test_jobs_that_leave_together_are_compared_by_their_totals(tmp_path):
    site = Institute(tmp_path)
    site.checked(COSTS, **COST)
    site.checked(COSTS, **COST, where=BUT_A)
    with pytest.raises(ReportChanged):
        site.leaves("job1", "job2")


def test_of_a_long_sum_of_totals_only_that_it_is_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(totals, "MOST_TERMS", 1)
    site = Institute(tmp_path)
    site.released(COSTS, **COST)
    (found,) = differences(site.checked(COSTS, **COST, where=BUT_A))
    assert "a sum of cells: n times mean leaves the total of cost of 'a'" in said(found)


def test_few_people_and_a_dominated_total_are_both_told(tmp_path):
    """Two of d were left out before, and all of a."""
    site = Institute(tmp_path)
    frame = COSTS.assign(age=[20] * 130 + [90] * 2)
    site.released(frame, **COST, where=[*BUT_A, ("age", "<", 30)])
    (found,) = differences(site.checked(frame, **COST))
    assert "of fewer than 10 patients, and a total that was hidden" in found.reason


def everywhere(site, kind):
    return [p for p in site.files() if p.parent.name == kind]


@pytest.mark.parametrize("kind", ["people", "released"])
@pytest.mark.parametrize("how", ["gone", "cut", "changed", "empty"])
def test_what_is_remembered_damaged_is_a_refusal(tmp_path, kind, how):
    site = Institute(tmp_path)
    site.released(OLD, rows="sex", where=[("age", ">=", 18)])
    for path in everywhere(site, kind):
        data = path.read_bytes()
        damaged = {
            "cut": data[: len(data) // 2],
            "changed": data.replace(b"40", b"41").replace(b"PAR", b"RAP"),
            "empty": b"",
        }
        path.unlink() if how == "gone" else path.write_bytes(damaged[how])
    other = people({("f", 30): 99}, "sex", "age")
    file = site.checked(other, rows="sex")
    found = finding(file, "differencing", Verdict.FAIL)
    assert "gone or damaged" in found.reason
    assert file.table is None


def test_past_what_can_be_gone_through_a_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(incidence, "MOST_ROWS", 4)
    site = Institute(tmp_path)
    site.released(OLD, rows="sex", where=[("age", ">=", 18)])
    file = site.checked(OLD, rows="sex", where=[("age", ">=", 17)])
    assert (
        "more than 4 different cells" in finding(file, "differencing", Verdict.FAIL).reason
    )


def test_another_sites_file_is_no_memory_of_ours(tmp_path):
    site = Institute(tmp_path)
    site.released(OLD, rows="sex")
    (file,) = everywhere(site, "released")
    with pytest.raises(Damaged):
        Memory(site.folder / "counted", b"another's").released(["r1"])
    shutil.copy(file, file.with_name("r2.json"))
    with pytest.raises(Damaged):
        site.memory.released(["r2"])


def test_what_was_put_down_before_totals_were_is_refused(tmp_path, monkeypatch):
    site = Institute(tmp_path)
    with monkeypatch.context() as older:
        older.setattr(entry, "VERSION", 1)
        site.released(OLD, rows="sex")
    file = site.checked(OLD, rows="sex")
    assert "gone or damaged" in finding(file, "differencing", Verdict.FAIL).reason


def test_nothing_of_a_person_is_in_any_file_or_message(tmp_path, capfd):
    frame = OLD.assign(
        patient_id=[f"canary-{n}" for n in OLD.patient_id], other="canary-value"
    )
    site = Institute(tmp_path)
    site.released(frame, rows="sex", where=[("age", ">=", 18)])
    file = site.checked(frame, rows="sex", where=[("age", ">=", 17)])
    written = b"".join(path.read_bytes() for path in site.files())
    told = repr(file) + repr(site.memory.released(["r1"])) + "".join(capfd.readouterr())
    plain = [
        hashlib.blake2b(who.encode(), digest_size=8).digest() for who in frame.patient_id
    ]
    assert b"canary" not in written
    assert "canary" not in told
    keys = site.memory.released(["r1"])[0].keys.astype("<u8").tobytes()
    assert not any(digest in keys for digest in plain)
    assert {path.stat().st_mode & 0o777 for path in site.files()} == {0o600}
    folders = {path.parent for path in site.files()}
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
