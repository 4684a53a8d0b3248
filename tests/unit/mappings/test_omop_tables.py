"""OMOP's rows as the contract's, on small warehouses made by hand."""

from datetime import date
from pathlib import Path

import pytest

from tests.a_postgres import Server
from tests.an_omop import TABLES, opened, rows_of

PEOPLE = [{"person_id": 1, "gender_concept_id": 8532, "year_of_birth": 1950}]
DAY = date(2020, 1, 2)


@pytest.fixture(params=["duckdb", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Server:
    """Where a small warehouse is made: in a folder, or on a server."""
    if request.param == "duckdb":
        return tmp_path
    server: Server = request.getfixturevalue("postgres")
    return server


def served(place: Path | Server, table: str, rows, types=None, empty=()):
    """The rows of a contract table. ``types``: columns of other types than OMOP's."""
    tables = dict(TABLES)
    for name, changes in (types or {}).items():
        for old, new in changes.items():
            assert old in tables[name]
            tables[name] = tables[name].replace(old, new)
    with opened(place, {"person": PEOPLE, **rows}, tables, empty) as warehouse:
        return rows_of(warehouse, table)


def concept(number, code, vocabulary="SNOMED", name="a concept"):
    return {
        "concept_id": number,
        "concept_code": code,
        "vocabulary_id": vocabulary,
        "concept_name": name,
    }


# Codes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "code", "vocabulary"),
    [
        ({"condition_concept_id": 5}, "74474003", "SNOMED"),
        # An inner join to the vocabulary would lose the rows from here on.
        ({"condition_concept_id": 6}, None, None),
        ({"condition_concept_id": None}, None, None),
        ({"condition_concept_id": 0}, None, None),
        ({"condition_concept_id": 0, "condition_source_concept_id": 7}, "K92.2", "ICD10CM"),
        ({"condition_concept_id": 6, "condition_source_value": " 78791  "}, "78791", None),
        ({"condition_concept_id": 0, "condition_source_value": "  "}, None, None),
    ],
)
def test_a_row_keeps_its_place_whether_or_not_its_concept_is_known(
    place, row, code, vocabulary
):
    concepts = [
        concept(0, "No matching concept", "None"),
        concept(5, "74474003"),
        concept(7, "K92.2", "ICD10CM"),
    ]
    rows = {"concept": concepts, "condition_occurrence": [{"person_id": 1, **row}]}
    [found] = served(place, "diagnoses", rows)
    assert (found["code"], found["vocabulary"]) == (code, vocabulary)


def test_what_the_source_wrote_is_kept_without_blanks(place):
    rows = {"condition_occurrence": [{"person_id": 1, "condition_source_value": " A1 "}]}
    [found] = served(place, "diagnoses", rows)
    assert found["source_code"] == "A1"


@pytest.mark.parametrize(
    ("table", "own"),
    [
        ("procedures", "procedure_occurrence"),
        ("medications", "drug_exposure"),
        ("lab_results", "measurement"),
    ],
)
def test_every_coded_table_falls_back_on_the_sources_code(place, table, own):
    word = own.split("_")[0]
    row = {"person_id": 1, f"{word}_concept_id": 0, f"{word}_source_value": "X1"}
    [found] = served(place, table, {own: [row]})
    assert (found["code"], found["vocabulary"], found["source_code"]) == ("X1", None, "X1")


# People --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "born"),
    [
        ((1950, 3, 31), date(1950, 3, 31)),
        ((1950, 3, None), date(1950, 3, 1)),
        ((1950, None, None), date(1950, 1, 1)),
        ((1950, None, 31), date(1950, 1, 31)),
        ((1951, 2, 30), date(1951, 2, 1)),
        ((1950, 13, 1), date(1950, 1, 1)),
        ((None, 3, 1), None),
    ],
)
def test_a_date_of_birth_is_as_exact_as_is_known(place, parts, born):
    names = ("year_of_birth", "month_of_birth", "day_of_birth")
    person = {"person_id": 2, **dict(zip(names, parts, strict=True))}
    [found] = served(place, "patients", {"person": [person]})
    assert found["date_of_birth"] == born


def test_core_patients_are_born_on_the_first_of_a_month(place):
    person = {"person_id": 2, "year_of_birth": 1950, "month_of_birth": 3}
    rows = {"person": [{**person, "day_of_birth": 31}]}
    [found] = served(place, "core.patients", rows)
    assert found["date_of_birth"] == date(1950, 3, 1)


@pytest.mark.parametrize(
    ("concept_id", "sex"),
    [
        (8507, "male"),
        (8532, "female"),
        (8521, "unknown"),
        (0, "unknown"),
        (None, "unknown"),
    ],
)
def test_sex_is_never_missing(place, concept_id, sex):
    rows = {"person": [{"person_id": 2, "gender_concept_id": concept_id}]}
    [found] = served(place, "patients", rows)
    assert found["sex"] == sex


def test_of_several_deaths_the_first_counts(place):
    deaths = [
        {"person_id": 1, "death_date": day, "cause_source_value": cause}
        for day, cause in [(date(2021, 1, 1), "B"), (DAY, "A"), (None, "C")]
    ]
    rows = {"death": deaths}
    [death] = served(place, "deaths", rows)
    assert (death["date"], death["cause_code"]) == (DAY, "A")
    [patient] = served(place, "patients", rows)
    assert patient["date_of_death"] == DAY


@pytest.mark.parametrize("own", ["place_of_row", "_place", '"_PLACE"'])
def test_a_sites_own_columns_may_be_called_as_ours_are(place, own):
    """Which death comes first is a column of ours, beside all that the table has."""
    days = [date(2021, 1, 1), DAY]
    deaths = [{"person_id": 1, "death_date": day, own: 7} for day in days]
    columns = {"death": {"death_date DATE": f"death_date DATE, {own} INTEGER"}}
    [patient] = served(place, "patients", {"death": deaths}, columns)
    assert patient["date_of_death"] == DAY
    [death] = served(place, "deaths", {"death": deaths}, columns)
    assert death["date"] == DAY


def test_a_death_certificates_icd10_code_has_no_dot(place):
    rows = {
        "death": [{"person_id": 1, "cause_source_concept_id": 5}],
        "concept": [concept(5, "I21.9", "ICD10")],
    }
    [found] = served(place, "core.ons_deaths", rows)
    assert found["underlying_cause_of_death"] == "I219"


# The rest ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("concept_id", "kind"),
    [
        (9201, "inpatient"),
        (262, "inpatient"),
        (9202, "outpatient"),
        (9203, "emergency"),
        (32036, "other"),
        (0, None),
        (None, None),
    ],
)
def test_a_visit_has_a_kind(place, concept_id, kind):
    visit = {"person_id": 1, "visit_occurrence_id": 7, "visit_concept_id": concept_id}
    [found] = served(place, "visits", {"visit_occurrence": [visit]})
    assert (found["visit_id"], found["kind"]) == ("7", kind)


def test_a_visits_care_site_is_told_by_name(place):
    rows = {
        "visit_occurrence": [{"person_id": 1, "visit_occurrence_id": 7, "care_site_id": 3}],
        "care_site": [{"care_site_id": 3, "care_site_name": "Ward 3"}],
    }
    [found] = served(place, "visits", rows)
    assert found["care_site"] == "Ward 3"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(32902, "principal"), (32908, "associated"), (32899, "other"), (0, None)],
)
def test_a_diagnosis_has_its_part_in_the_visit(place, status, kind):
    row = {"person_id": 1, "condition_status_concept_id": status}
    [found] = served(place, "diagnoses", {"condition_occurrence": [row]})
    assert found["kind"] == kind


@pytest.mark.parametrize(
    ("drug_type", "event_type"),
    [
        (38000177, "prescribed"),
        (32838, "prescribed"),
        (581452, "dispensed"),
        (32818, "administered"),
        (32817, None),
        (None, None),
    ],
)
def test_what_was_done_with_a_drug_is_told_where_it_is_known(place, drug_type, event_type):
    row = {"person_id": 1, "drug_type_concept_id": drug_type, "days_supply": 3}
    [found] = served(place, "medications", {"drug_exposure": [row]})
    assert (found["event_type"], found["days_supply"]) == (event_type, 3)


def test_a_result_is_a_number_or_a_text(place):
    rows = {
        "measurement": [
            {"person_id": 1, "value_as_number": 4.5, "operator_concept_id": 4171756,
             "value_source_value": "4.5", "unit_concept_id": 9,
             "unit_source_value": "mg per dl", "range_low": 1.0},
            {"person_id": 1, "value_as_concept_id": 8, "unit_source_value": " x "},
            {"person_id": 1, "value_source_value": "traces"},
        ],
        "concept": [concept(8, "10828004", name="Positive"), concept(9, "mg/dL", "UCUM")],
    }  # fmt: skip
    found = served(place, "lab_results", rows)
    told = {(r["numeric_value"], r["operator"], r["text_value"], r["unit"]) for r in found}
    assert told == {
        (4.5, "<", None, "mg/dL"),
        (None, None, "Positive", "x"),
        (None, None, "traces", None),
    }


@pytest.mark.parametrize(
    ("end", "told"), [(DAY, DAY), (date(2099, 12, 31), None), (None, None)]
)
def test_an_open_end_is_missing(place, end, told):
    row = {"person_id": 1, "observation_period_start_date": DAY}
    rows = {"observation_period": [{**row, "observation_period_end_date": end}]}
    [found] = served(place, "registrations", rows)
    assert (found["start_date"], found["end_date"]) == (DAY, told)


def test_only_people_with_a_place_have_an_address(place):
    rows = {
        "person": [{"person_id": 2, "location_id": 4}],
        "location": [{"location_id": 4, "zip": "35000", "county": "Rennes"}],
    }
    [found] = served(place, "addresses", rows)
    assert (found["patient_id"], found["postcode"], found["area"]) == (2, "35000", "Rennes")


def test_clinical_events_are_all_coded_rows(place):
    rows = {
        "condition_occurrence": [{"person_id": 1, "condition_source_value": "a"}],
        "procedure_occurrence": [{"person_id": 1, "procedure_source_value": "b"}],
        "measurement": [
            {"person_id": 1, "measurement_source_value": "c", "value_as_number": 2.0}
        ],
        "observation": [{"person_id": 1, "observation_source_value": "d"}],
    }
    found = served(place, "clinical_events", rows)
    told = sorted((row["code"], row["numeric_value"]) for row in found)
    assert told == [("a", None), ("b", None), ("c", 2.0), ("d", None)]
    found = served(place, "clinical_events", rows, empty=["procedures"])
    assert sorted(row["code"] for row in found) == ["a", "c", "d"]


def test_core_tables_hold_codes_of_their_own_vocabulary_only(place):
    rows = {
        "condition_occurrence": [
            {"person_id": 1, "condition_concept_id": 5},
            {"person_id": 1, "condition_concept_id": 6},
            {"person_id": 1, "condition_source_value": "x"},
        ],
        "concept": [concept(5, "74474003"), concept(6, "I10", "ICD10")],
    }
    [found] = served(place, "core.clinical_events", rows)
    assert found["snomedct_code"] == "74474003"


# Types ---------------------------------------------------------------------------

BIG = 9_007_199_254_740_993  # the first whole number that a float lacks


@pytest.mark.parametrize(
    ("kind", "number", "patient_id"),
    [
        ("BIGINT", BIG, BIG),
        ("HUGEINT", BIG, BIG),
        ("DOUBLE", 12.0, 12),
        ("DECIMAL(18, 5)", 12, 12),
        ("VARCHAR", "123e4567-e89b", "123e4567-e89b"),
        ("VARCHAR", " 7 ", "7"),
        ("UUID", "123e4567-e89b-12d3-a456-426614174000",
         "123e4567-e89b-12d3-a456-426614174000"),
    ],
)  # fmt: skip
def test_patients_are_known_by_whole_numbers_or_texts(place, kind, number, patient_id):
    types = {"person": {"person_id BIGINT": f"person_id {kind}"}}
    [row] = served(place, "patients", {"person": [{"person_id": number}]}, types)
    assert row["patient_id"] == patient_id
    assert type(row["patient_id"]) is type(patient_id)


@pytest.mark.parametrize(
    ("kind", "value", "number"),
    [
        ("VARCHAR", "4.50", 4.5),
        ("VARCHAR", "4,50", None),
        ("VARCHAR", "nan", None),
        ("VARCHAR", "1e400", None),
        ("DOUBLE", float("inf"), None),
        ("INTEGER", 4, 4.0),
        ("DECIMAL(9, 2)", 4.5, 4.5),
    ],
)
def test_a_number_is_read_from_any_type_or_missing(place, kind, value, number):
    rows = {"measurement": [{"person_id": 1, "value_as_number": value}]}
    types = {"measurement": {"value_as_number DOUBLE": f"value_as_number {kind}"}}
    [found] = served(place, "lab_results", rows, types)
    assert found["numeric_value"] == number


@pytest.mark.parametrize(
    ("kind", "value", "days"),
    [
        ("VARCHAR", "30", 30),
        ("VARCHAR", "30.0", 30),
        ("VARCHAR", "30.5", None),
        ("VARCHAR", "a month", None),
        ("DOUBLE", 30.0, 30),
        ("DOUBLE", 30.5, None),
        ("DOUBLE", 1e300, None),
    ],
)
def test_a_whole_number_is_never_rounded(place, kind, value, days):
    rows = {"drug_exposure": [{"person_id": 1, "days_supply": value}]}
    types = {"drug_exposure": {"days_supply INTEGER": f"days_supply {kind}"}}
    [found] = served(place, "medications", rows, types)
    assert found["days_supply"] == days


@pytest.mark.parametrize(
    ("kind", "value", "day"),
    [
        ("TIMESTAMP", "2020-01-02 23:59:59", DAY),
        ("VARCHAR", "2020-01-02", DAY),
        ("VARCHAR", "2020-02-30", None),
        ("VARCHAR", "unknown", None),
        ("INTEGER", 20200102, None),
    ],
)
def test_a_date_is_a_day_or_missing(place, kind, value, day):
    rows = {"condition_occurrence": [{"person_id": 1, "condition_start_date": value}]}
    old = "condition_start_date DATE"
    types = {"condition_occurrence": {old: f"condition_start_date {kind}"}}
    [found] = served(place, "diagnoses", rows, types)
    assert found["date"] == day


def test_an_id_that_a_loader_made_a_float_is_told_as_before(place):
    types = {
        "visit_occurrence": {"visit_occurrence_id BIGINT": "visit_occurrence_id DOUBLE"}
    }
    rows = {"visit_occurrence": [{"person_id": 1, "visit_occurrence_id": 12.0}]}
    [found] = served(place, "visits", rows, types)
    assert found["visit_id"] == "12"


@pytest.mark.parametrize("kind", ["DOUBLE", "VARCHAR", "HUGEINT"])
def test_keys_of_different_types_still_meet(place, kind):
    rows = {
        "condition_occurrence": [{"person_id": 1, "condition_concept_id": 5}],
        "concept": [concept(5, "74474003")],
    }
    types = {"concept": {"concept_id INTEGER": f"concept_id {kind}"}}
    [found] = served(place, "diagnoses", rows, types)
    assert found["code"] == "74474003"


def quoted(name):
    return f'"{name.upper()}"'


def test_names_are_found_in_any_case_and_schema(place):
    tables = {
        quoted(name): ", ".join(
            f"{quoted(column.split()[0])} {column.split()[1]}"
            for column in columns.split(", ")
        )
        for name, columns in TABLES.items()
    }
    with opened(place, {'"PERSON"': [{'"PERSON_ID"': 3}]}, tables) as warehouse:
        assert [row["patient_id"] for row in rows_of(warehouse, "patients")] == [3]
