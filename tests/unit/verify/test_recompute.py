"""A claim is counted again from the cohort file, or it is said why it can't be."""

import datetime as dt
import hashlib
import json
import random

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from output_checker.claims import bands, is_present, wire, year
from output_checker.claims.model import Claim
from output_checker.report import Verdict, Verification
from output_checker.verify import cohort
from output_checker.verify.cohort import Dataset, Unverifiable
from tests.a_cohort import DATASET, EXACT, Desk, finding, people, shown

dice = random.Random(7)
PEOPLE = pd.DataFrame(
    {
        "patient_id": range(1, 401),
        "sex": [dice.choice(["female", "male", None]) for _ in range(400)],
        "age": [dice.choice([None, *range(10, 90)]) for _ in range(400)],
        "ill": [dice.choice([True, False, None]) for _ in range(400)],
        "weight": [dice.choice([None, dice.gauss(70, 12)]) for _ in range(400)],
        "seen": [
            dice.choice([None, dt.date(2019 + n % 4, 1 + n % 12, 3)]) for n in range(400)
        ],
    }
)
AGES = bands("age", [18, 40.5, 65])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("study"), PEOPLE)


@pytest.mark.parametrize(
    "table",
    [
        {"rows": "sex"},
        {"rows": "ill", "columns": ["sex"]},
        {"rows": AGES, "columns": [year("seen"), is_present("weight")]},
        {"rows": ["sex", "ill"], "margins": False},
        {"rows": "sex", "missing": "excluded"},
        {"rows": AGES, "missing": "excluded", "columns": "ill"},
        {"rows": bands("weight", [60, 80])},
        {"rows": "sex", "where": [("age", ">=", 18), ("age", "<", 70.5)]},
        {"rows": "sex", "where": [("age", "!=", 40), ("ill", "==", True)]},
        {"rows": "ill", "where": [("sex", "in", ["female"]), ("age", "not in", [20, 30])]},
        {"rows": "ill", "where": [("sex", "not in", []), ("weight", "is present")]},
        {"rows": "sex", "where": [("ill", "is missing"), ("seen", "is present")]},
        {
            "rows": "sex",
            "where": [("seen", ">", "2020-06-01")],
        },
        {"rows": "sex", "where": [("seen", "in", [dt.date(2020, 2, 3), "2021-03-03"])]},
    ],
)
def test_pandas_and_the_checker_count_the_same(study, table):
    study.crosstab(**table)
    assert study.file().verification is Verification.VERIFIED


@pytest.mark.parametrize("value", ["weight", "age"])
@pytest.mark.parametrize("by", ["sex", AGES, [year("seen"), "ill"]])
def test_pandas_and_the_checker_measure_the_same(study, value, by):
    study.summary(value=value, by=by)
    assert study.file().verification is Verification.VERIFIED


def test_odd_names_of_columns_are_only_names(tmp_path):
    names = [
        'x" FROM cohort; DROP TABLE cohort; --',
        "d0",
        "v",
        "a'b\\",
        "sélection 1",
        "n",
    ]
    frame = people({tuple("abcdef"): 20, tuple("abcxyz"): 30}, *names)
    desk = Desk(tmp_path, frame)
    for name in names:
        desk.crosstab(rows=name, title="Odd", where=[(name, "!=", "'; DROP TABLE cohort")])
        assert desk.file().verification is Verification.VERIFIED


def test_not_a_number_is_a_missing_value(tmp_path):
    frame = people({("a",): 30, ("b",): 30}, "row")
    frame["weight"] = pd.Series([float(n) for n in range(60)], dtype="float64")
    desk = Desk(tmp_path, frame)
    values = pa.array([*map(float, range(59)), float("nan")])
    table = pa.table(
        {"patient_id": range(60), "row": ["a"] * 30 + ["b"] * 30, "weight": values}
    )
    pq.write_table(table, desk.dataset)
    desk.sha256 = hashlib.sha256(desk.dataset.read_bytes()).hexdigest()
    desk.summary(value="weight", by="row", frame=pd.read_parquet(desk.dataset))
    assert shown(desk.file(EXACT))["b",] == 29


def forged(desk, **changes):
    """The claim that is there, changed as a hand would change it."""
    path = desk.folder / "output/t.claim.json"
    body = json.loads(path.read_bytes())
    for key, value in changes.items():
        at = body
        *steps, last = key.split("__")
        for step in steps:
            at = at[int(step) if step.isdigit() else step]
        at[last] = value
    path.write_text(json.dumps(body))
    return finding(desk.file(), "truth", Verdict.FAIL)


def condition(column, operator, value):
    return [{"column": column, "operator": operator, "value": value}]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dimensions__0__column": "nobody"}, "no column 'nobody'"),
        ({"dimensions__0__column": "patient_id"}, "no column 'patient_id'"),
        ({"dimensions__0__column": "SEX"}, "no column 'SEX'"),
        ({"dimensions__0__column": "weight"}, "can't be divided into groups by 'as is'"),
        ({"dimensions__0__column": "seen"}, "can't be divided into groups by 'as is'"),
        ({"dimensions__0__derivation": {"kind": "year"}}, "divided into groups by 'year'"),
        ({"population": condition("age", "==", "old")}, "compares it with something else"),
        ({"population": condition("age", "==", True)}, "compares it with something else"),
        ({"population": condition("ill", "==", 1)}, "compares it with something else"),
        ({"population": condition("age", "<", 10**400)}, "a number that nothing can have"),
        ({"population": condition("sex", "==", 3)}, "compares it with something else"),
        ({"population": condition("seen", ">", "2020-02-31")}, "something else"),
        ({"population": condition("seen", ">", "20200201")}, "something else"),
        ({"population": condition("age", ">", 1000)}, "nobody is counted"),
        ({"population": condition("age", "in", [])}, "nobody is counted"),
        ({"dataset__file": "output/other.parquet"}, "didn't extract for this job"),
        ({"dataset__file": "../../etc/passwd"}, "didn't extract for this job"),
        ({"dataset__sha256": "0" * 64}, "another version of the dataset"),
    ],
)
def test_what_cannot_be_recomputed_is_told_with_a_remedy(study, changes, reason):
    study.crosstab(rows="sex")
    found = forged(study, **changes)
    assert reason in found.reason
    assert found.remedy.endswith(".")
    assert study.file().verification is Verification.UNVERIFIABLE


@pytest.mark.parametrize("value", ["sex", "ill", "seen"])
def test_only_numbers_have_means(study, value):
    study.summary(value="age", by="sex")
    assert "has no mean" in forged(study, value=value).reason


@pytest.mark.parametrize("large", [float("inf"), float("-inf"), 1e200])
def test_values_too_large_to_compute_with_are_not_named(tmp_path, large):
    frame = people({("a",): 30}, "row")
    frame["weight"] = [large, *map(float, range(29))]
    desk = Desk(tmp_path, frame)
    desk.summary(value="weight", by="row", measures=("n",))
    found = finding(desk.file(), "truth", Verdict.FAIL)
    assert found.reason == "weight is far too large for somebody"


@pytest.mark.parametrize("small", [5e-324, -1e-310, 1e-160])
@pytest.mark.parametrize("kind", ["summary", "percentiles"])
def test_values_that_are_hardly_numbers_are_refused_with_the_reason(tmp_path, kind, small):
    """Their squares vanish: a deviation of such values would be told as 0."""
    frame = people({("a",): 30}, "row")
    frame["weight"] = [small, *map(float, range(29))]
    desk = Desk(tmp_path, frame)
    desk.make(kind, value="weight", by="row")
    found = finding(desk.file(), "truth", Verdict.FAIL)
    assert found.reason.startswith("weight is nearer to zero for somebody than any")
    assert "make them zero" in found.remedy


def test_small_numbers_are_numbers(tmp_path):
    frame = people({("a",): 30}, "row").assign(weight=[n * 1e-90 for n in range(30)])
    desk = Desk(tmp_path, frame)
    desk.summary(value="weight", by="row", measures=("n", "mean", "sd"))
    assert desk.file(EXACT).verification is Verification.VERIFIED


def test_a_column_of_another_kind_is_refused(tmp_path):
    frame = people({("a",): 30}, "row")
    frame["list"] = [[1, 2]] * 30
    desk = Desk(tmp_path, frame)
    desk.crosstab(rows="row")
    assert "type that the checker" in forged(desk, dimensions__0__column="list").reason


def test_a_dataset_changed_after_the_runner_recorded_it_is_refused(study, tmp_path):
    desk = Desk(tmp_path, PEOPLE)
    desk.crosstab(rows="sex")
    desk.dataset.write_bytes(desk.dataset.read_bytes() + b" ")
    found = finding(desk.file(), "truth", Verdict.FAIL)
    assert "isn't the file that the runner recorded" in found.reason


def test_a_dataset_that_is_gone_or_a_link_is_refused(tmp_path):
    desk = Desk(tmp_path, PEOPLE)
    desk.crosstab(rows="sex")
    elsewhere = desk.dataset.rename(tmp_path / "elsewhere.parquet")
    assert "isn't there" in finding(desk.file(), "truth", Verdict.FAIL).reason
    desk.dataset.symlink_to(elsewhere)
    assert "isn't there" in finding(desk.file(), "truth", Verdict.FAIL).reason


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (PEOPLE.assign(patient_id=1), "several rows for a patient"),
        (pd.concat([PEOPLE, PEOPLE.head(1)]), "several rows for a patient"),
        (PEOPLE.assign(patient_id=[None, *range(399)]), "several rows for a patient"),
        (PEOPLE.head(1).assign(patient_id=None), "several rows for a patient"),
        (PEOPLE.drop(columns="patient_id"), "no patient_id"),
    ],
)
def test_a_dataset_without_one_row_per_patient_is_refused(tmp_path, frame, reason):
    desk = Desk(tmp_path, frame)
    with pytest.raises(Unverifiable, match=reason), opened(desk):
        pass


def test_rows_may_come_in_any_order(tmp_path):
    with opened(Desk(tmp_path, PEOPLE.sample(frac=1, random_state=3))) as found:
        assert found.ask("SELECT count(*) FROM cohort") == [(400,)]


def test_only_the_columns_that_somebody_asks_for_are_read(study):
    only = frozenset({"sex", "age", "height"})
    with cohort.opened(Dataset(study.dataset, study.sha256), only) as found:
        assert set(found.columns) == {"patient_id", "sex", "age"}


def test_two_tables_of_one_job_find_the_columns_of_both(tmp_path):
    desk = Desk(tmp_path, PEOPLE)
    desk.crosstab("output/a.csv", rows="sex", where=[("ill", "is present")])
    desk.summary("output/b.csv", value="weight", by=AGES)
    verified = {file.verification for file in desk.report(EXACT).values()}
    assert verified == {Verification.VERIFIED}


def opened(desk):
    return cohort.opened(Dataset(desk.dataset, desk.sha256))


@pytest.mark.parametrize("name", ["x.parquet", "x.feather", "x.dta", "x.csv.gz"])
def test_a_dataset_that_is_not_what_its_name_says_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"patient_id\n1\n")
    sha256 = hashlib.sha256(b"patient_id\n1\n").hexdigest()
    with (
        pytest.raises(Unverifiable, match="isn't a cohort file"),
        cohort.opened(Dataset(tmp_path / name, sha256)),
    ):
        pass


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY cohort TO '/tmp/out.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "ATTACH '/tmp/x.duckdb'",
    ],
)
def test_the_cohorts_database_reaches_nothing_else(study, sql):
    with opened(study) as found, pytest.raises(Unverifiable):
        found.ask(sql)


def test_a_cohort_prints_its_shape_only(study):
    with opened(study) as found:
        assert repr(found) == "<cohort of 6 columns>"


def test_several_tables_of_one_dataset_are_read_at_once(study):
    study.crosstab(path="output/u.csv", rows="sex")
    study.crosstab(path="output/t.csv", rows="ill")
    report = study.report()
    assert [f.verification for f in report.values()] == [Verification.VERIFIED] * 2
    (study.folder / "output/u.csv").unlink()
    (study.folder / "output/u.claim.json").unlink()
    assert DATASET not in report


def test_a_claim_that_was_read_is_the_claim_that_was_written(study):
    study.crosstab(rows="sex")
    data = (study.folder / "output/t.claim.json").read_bytes()
    assert isinstance(wire.from_json(json.loads(data)), Claim)
