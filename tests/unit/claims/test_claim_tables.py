"""Tables that an action makes say exactly what was counted, and how."""

import datetime as dt
import hashlib
import json
import subprocess
import sys

import pandas as pd
import pytest

from output_checker.claims import bands, crosstab, is_present, summary, wire, year
from output_checker.errors import ClaimError

PEOPLE = pd.DataFrame(
    {
        "patient_id": [1, 2, 3, 4, 5, 6],
        "sex": ["female", "female", "male", "male", "male", None],
        "age": [17, 18, 40, 41, 70, None],
        "ill": [True, False, True, None, False, False],
        "quintile": pd.Series([1, 2, None, 1, 5, 10], dtype="Int64"),
        "seen": [
            dt.date(2020, 1, 1),
            dt.date(2021, 2, 1),
            None,
            *[dt.date(2020, 5, 1)] * 3,
        ],
        "bmi": [20.0, 22.0, 30.0, None, 24.0, 26.0],
    }
)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "output").mkdir()
    PEOPLE.to_parquet(tmp_path / "output/dataset.parquet")
    return tmp_path


@pytest.fixture
def count(study):
    def run(rows, frame=PEOPLE, **options):
        crosstab(frame, rows=rows, path="output/t.csv", folder=study, **options)
        return cells(study)

    return run


def cells(study):
    claim = wire.from_json(json.loads((study / "output/t.claim.json").read_bytes()))
    return {levels: values["n"] for levels, values in claim.cells.items()}


def test_people_are_counted_by_every_level_and_in_total(count):
    assert count("sex") == {("female",): 2, ("male",): 3, ("(missing)",): 1, (None,): 6}


def test_totals_can_be_left_out(count):
    assert count("sex", margins=False) == {("female",): 2, ("male",): 3, ("(missing)",): 1}


def test_people_without_a_value_can_be_left_out(count):
    assert count("sex", missing="excluded") == {("female",): 2, ("male",): 3, (None,): 5}


def test_combinations_that_nobody_has_count_zero(count):
    table = count("sex", columns="ill")
    assert table["female", "(missing)"] == 0
    assert table["male", None] == 3
    assert table[None, "no"] == 3
    assert len(table) == 4 * 4


def test_whole_numbers_are_told_without_a_point_and_in_order(count):
    assert list(count("quintile")) == [
        *[("1",), ("2",), ("5",), ("10",)],
        ("(missing)",),
        (None,),
    ]


def test_bands_years_and_presence_are_derived_in_the_claim(count):
    table = count([bands("age", [18, 40]), year("seen")], columns=is_present("bmi"))
    assert table["18 to under 40", "2021", "yes"] == 1
    assert table["40 or over", "2020", "no"] == 1
    assert table[None, None, None] == 6


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        (("age", ">=", 18), 4),
        (("age", "<", 18), 1),
        (("age", "!=", 18), 4),
        (("sex", "in", ["female", "male"]), 5),
        (("sex", "not in", ["female"]), 3),
        (("sex", "==", "male"), 3),
        (("ill", "==", True), 2),
        (("bmi", "is present"), 5),
        (("bmi", "is missing"), 1),
        (("seen", ">", dt.date(2020, 1, 1)), 4),
        (("seen", "==", "2020-05-01"), 3),
        (("age", "<=", 18), 2),
    ],
)
def test_a_condition_is_met_only_by_people_who_have_a_value(count, condition, kept):
    assert count("sex", where=[condition])[(None,)] == kept


def test_a_summary_counts_only_those_who_have_the_value(study):
    table = summary(PEOPLE, value="bmi", by="sex", path="output/t.csv", folder=study)
    male = table[table["sex"] == "male"].iloc[0]
    assert (male["n"], male["mean"]) == (2, 27.0)
    assert male["sd"] == pytest.approx(4.2426407)


def test_one_person_has_no_standard_deviation(study):
    summary(PEOPLE, value="bmi", by="sex", path="output/t.csv", folder=study)
    body = json.loads((study / "output/t.claim.json").read_bytes())
    found = {cell["levels"][0]: cell["values"] for cell in body["cells"]}
    assert found["(missing)"] == {"n": 1, "mean": 26.0, "sd": None}


def test_the_claim_names_the_dataset_by_its_hash(count, study):
    count("sex")
    body = json.loads((study / "output/t.claim.json").read_bytes())
    data = (study / "output/dataset.parquet").read_bytes()
    assert body["dataset"] == {
        "file": "output/dataset.parquet",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def test_a_csv_lies_beside_the_claim(count, study):
    count("sex", where=[("age", ">", 17)])
    assert (study / "output/t.csv").read_text().splitlines() == [
        *["sex,n", "female,1", "male,3", "Total,4"]
    ]


def test_a_claim_comes_back_from_its_file_as_it_was(count, study):
    count([bands("age", [18, 40])], where=[("sex", "in", ["male"])], figure="bar")
    data = (study / "output/t.claim.json").read_bytes()
    assert wire.dumps(wire.from_json(json.loads(data))) == data


def test_a_column_called_value_or_with_odd_letters_is_only_a_name(count, study):
    odd = PEOPLE.rename(columns={"sex": "value", "ill": 'x"; DROP TABLE people; --'})
    table = count("value", columns='x"; DROP TABLE people; --', frame=odd, title="Odd")
    assert table[None, None] == 6


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rows": "patient_id"}, "no column 'patient_id'"),
        ({"rows": "sexx"}, "no column 'sexx'"),
        ({"rows": "bmi"}, None),
        ({"rows": "age", "frame": PEOPLE.assign(age=0.5)}, "too many different values"),
        ({"rows": "seen"}, "too many different values"),
        ({"rows": year("age")}, "isn't a date"),
        ({"rows": year("sex")}, "isn't a date"),
        ({"rows": bands("sex", [1])}, "isn't a number"),
        ({"rows": [*["sex", "age", "ill"], "quintile", "seen"]}, "one to four"),
        ({"rows": []}, "one to four"),
        ({"rows": "sex", "missing": "ignored"}, "'level' or 'excluded'"),
        ({"rows": "sex", "figure": "pie"}, "Figures of this kind: bar, line"),
        ({"rows": "sex", "where": [("age", ">", 100)]}, "nobody is left"),
        ({"rows": "sex", "where": [("age", ">", "old")]}, "can't be compared"),
        ({"rows": "sex", "where": [("seen", ">", "spring")]}, "is a date"),
        (
            {"rows": "sex", "frame": PEOPLE.drop(columns="patient_id")},
            "no column patient_id",
        ),
        ({"rows": "sex", "frame": PEOPLE.assign(patient_id=1)}, "several rows"),
        ({"rows": "sex", "dataset": "output/none.parquet"}, "can't be read"),
    ],
)
def test_what_cannot_be_claimed_is_told_at_once(count, study, changes, problem):
    if problem is None:  # whole numbers with a missing one: floats in pandas, still whole
        assert count(**changes)[("20",)] == 1
        return
    with pytest.raises(ClaimError, match=problem):
        count(**changes)
    assert not (study / "output/t.claim.json").exists()


def test_only_csv_tables_are_written(study):
    with pytest.raises(ClaimError, match=r"isn't a \.csv"):
        crosstab(PEOPLE, rows="sex", path="output/t.txt", folder=study)


def test_the_mean_of_a_yes_or_no_is_a_count_in_disguise(study):
    with pytest.raises(ClaimError, match="count in disguise"):
        summary(PEOPLE, value="ill", by="sex", path="output/t.csv", folder=study)


def test_importing_claims_needs_nothing_but_the_standard_library():
    code = (
        "import sys, output_checker.claims; print({'pandas', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
