"""A check tells everything that isn't as promised, in counts and shares."""

import json
from datetime import date

import pytest

from cohort_dsl.mappings.check import percent, rounded
from cohort_dsl.mappings.report import Status
from tests.an_omop import HEAD_OF_OURS, TABLES, opened

TODAY = date(2024, 1, 1)
PERSON = {"person_id": 1, "gender_concept_id": 8507, "year_of_birth": 1950}


def checked(path, rows, tables=TABLES, **other):
    with opened(path, {"person": [PERSON], **rows}, tables, **other) as warehouse:
        return warehouse.check(TODAY)


def table(report, name):
    return next(one for one in report.tables if one.table == name)


def about(report, name, column=None):
    """What is said of a table or of its column, as (status, sentence)."""
    found = table(report, name)
    if column is None:
        return [(f.status, f.sentence) for f in found.findings]
    [one] = [c for c in found.columns if c.column == column]
    return [(f.status, f.sentence) for f in one.findings]


def conditions(*rows):
    return {"condition_occurrence": [{"person_id": 1, **row} for row in rows]}


def test_a_warehouse_as_promised_is_ready(tmp_path):
    report = checked(tmp_path, {})
    assert report.ok
    assert about(report, "patients") == []
    assert about(report, "diagnoses") == [(Status.WARNING, "It has no rows.")]
    assert report.lines()[-1] == "The warehouse, mapped as omop, is ready."


def test_what_is_missing_makes_it_not_ready(tmp_path):
    tables = {**TABLES, "note": "column0 VARCHAR", "care_site": "column0 VARCHAR"}
    report = checked(tmp_path, {}, tables)
    assert not report.ok
    assert about(report, "documents") == [
        (
            Status.MISSING,
            "The table note has no column person_id: if the site has nothing of it, "
            "name documents in empty_tables.",
        )
    ]
    assert table(report, "visits").status is Status.WRONG
    [(status, sentence)] = about(report, "visits", "care_site")
    assert status is Status.MISSING
    assert "name visits.care_site in empty_tables" in sentence
    assert (
        report.lines()[-1]
        == "The warehouse, mapped as omop, isn't ready: visits, documents."
    )


def test_what_is_declared_empty_is_said_and_is_fine(tmp_path):
    tables = {**TABLES, "note": "column0 VARCHAR", "care_site": "column0 VARCHAR"}
    report = checked(tmp_path, {}, tables, empty=["documents", "visits.care_site"])
    assert report.ok
    assert about(report, "documents") == [(Status.EMPTY, "Declared empty by the site.")]
    assert about(report, "visits", "care_site")[0][0] is Status.EMPTY
    assert about(report, "registrations", "organisation") == [
        (Status.EMPTY, "The mapping has nothing for it.")
    ]
    assert table(report, "visits").status is Status.WARNING  # no rows, and nothing worse


def test_several_rows_of_one_patient_are_wrong(tmp_path):
    report = checked(tmp_path, {"person": [PERSON, PERSON]})
    told = (Status.WRONG, "Some patients have several rows, where one is meant.")
    assert told in about(report, "patients")
    assert not report.ok


def test_a_join_that_multiplies_rows_is_wrong(tmp_path):
    """Two concepts of one id would count every diagnosis twice."""
    concept = {"concept_id": 5, "concept_code": "1", "vocabulary_id": "SNOMED"}
    rows = {"concept": [concept, concept], **conditions({"condition_concept_id": 5})}
    report = checked(tmp_path, rows)
    told = (Status.WRONG, "A joined table has several rows where one is meant.")
    assert about(report, "diagnoses") == [told]


def test_rows_without_a_known_patient_are_told(tmp_path):
    report = checked(tmp_path, conditions({"person_id": 2}, {"person_id": None}, {}))
    assert about(report, "diagnoses") == [
        (Status.WARNING, "About 10 rows have no patient; they are left out."),
        (
            Status.WARNING,
            "About 10 rows are of people who aren't among the patients; they are left out.",
        ),
    ]
    assert report.ok


def test_the_share_of_rows_without_a_concept_is_told(tmp_path):
    concept = {"concept_id": 5, "concept_code": "1", "vocabulary_id": "SNOMED"}
    rows = conditions(*[{"condition_concept_id": n} for n in (5, 5, 0, 6)])
    report = checked(tmp_path, {"concept": [concept], **rows})
    assert about(report, "diagnoses", "vocabulary") == [
        (Status.WARNING, "50 % of rows have no concept: their code is the source's own.")
    ]


def test_dates_out_of_range_are_told(tmp_path):
    days = [date(1492, 1, 1), date(2024, 1, 2), TODAY, date(1880, 1, 1)]
    report = checked(tmp_path, conditions(*[{"condition_start_date": d} for d in days]))
    assert about(report, "diagnoses", "date") == [
        (Status.WARNING, "About 10 rows have a date before 1880."),
        (Status.WARNING, "About 10 rows have a date in the future."),
    ]
    assert about(report, "diagnoses", "end_date") == [
        (Status.WARNING, "No row has a value.")
    ]


def test_without_a_today_only_far_dates_are_in_the_future(tmp_path):
    rows = conditions(*[{"condition_start_date": date(y, 1, 2)} for y in (2098, 2100)])
    with opened(tmp_path, {"person": [PERSON], **rows}) as warehouse:
        report = warehouse.check()
    assert about(report, "diagnoses", "date") == [
        (Status.WARNING, "About 10 rows have a date in the future.")
    ]


def test_values_beyond_the_contracts_are_wrong_and_missing_ones_told(tmp_path):
    mapping = tmp_path / "ours.yaml"
    mapping.write_text(
        HEAD_OF_OURS
        + """\
  patients:
    from: person
    patient_id: person_id
    columns:
      date_of_birth:
      sex: "choose(year_of_birth, {1950: 'F', 1951: None}, 'female')"
      date_of_death:
"""
    )
    people = [{"person_id": n, "year_of_birth": 1949 + n % 3} for n in range(1, 301)]
    report = checked(tmp_path, {"person": people}, mapping=str(mapping))
    assert about(report, "patients", "sex") == [
        (Status.WARNING, "About 100 rows have no value, where one is meant."),
        (Status.WRONG, "33 % of rows have a value that isn't among the contract's."),
    ]
    assert about(report, "visits")[0][0] is Status.MISSING
    assert not report.ok


@pytest.mark.parametrize(
    ("count", "told"), [(0, 0), (1, 10), (4, 10), (14, 10), (15, 20), (2694, 2690)]
)
def test_counts_are_rounded_to_tens_and_something_is_never_nothing(count, told):
    assert rounded(count) == told


def test_small_shares_are_told_as_such():
    assert [percent(1, 1000), percent(1, 100), percent(1, 1)] == [
        "Less than 1 %",
        "1 %",
        "100 %",
    ]


def test_a_report_for_programs_says_the_same(tmp_path):
    report = checked(tmp_path, conditions({"person_id": 2}))
    told = json.loads(json.dumps(report.as_json()))
    assert (told["format"], told["version"]) == ("warehouse-check", 1)
    assert (told["mapping"], told["ok"]) == ("omop", True)
    assert [t["table"] for t in told["tables"]] == [t.table for t in report.tables]
    [diagnoses] = [t for t in told["tables"] if t["table"] == "diagnoses"]
    assert (diagnoses["status"], diagnoses["rows"]) == ("warning", 10)
    assert "aren't among the patients" in diagnoses["sentences"][0]
    [date_told] = [one for one in diagnoses["columns"] if one["column"] == "date"]
    assert date_told == {
        "column": "date",
        "status": "warning",
        "sentence": "No row has a value.",
        "filled_percent": 0,
        "codes": [],
        "stands_in": [
            {
                "column": "condition_occurrence.condition_start_date",
                "type": "DATE",
                "nullable": True,
            }
        ],
    }


def test_lines_name_every_table_and_the_columns_that_matter(tmp_path):
    lines = checked(tmp_path, {}, empty=["documents"]).lines()
    assert any(line.split() == ["patients", "warning", "10", "rows"] for line in lines)
    at = [line.split()[0] for line in lines if line].index("documents")
    assert lines[at].split() == ["documents", "empty"]
    assert lines[at + 1].strip() == "Declared empty by the site."
    assert lines[at + 2].startswith("clinical_events")
