"""What a warehouse lacks is told to whoever asks for it, and to nobody else."""

import pytest

from cohort_dsl import create_dataset, create_measures, days
from cohort_dsl.errors import WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.mappings.demanding import State
from cohort_dsl.tables import PatientFrame, Series, table_from_rows
from cohort_dsl.tables.contract import (
    clinical_events,
    deaths,
    diagnoses,
    documents,
    patients,
    visits,
)
from tests.an_omop import HEAD_OF_OURS, TABLES, opened, rows_of

PEOPLE = {"person": [{"person_id": 1, "gender_concept_id": 8507, "year_of_birth": 1950}]}
PLACEHOLDER = "column0 VARCHAR"


def asking(**variables):
    dataset = create_dataset()
    dataset.define_population(patients.sex == "male")
    for name, series in variables.items():
        setattr(dataset, name, series)
    return question_of(dataset)


def without(*tables):
    return {n: PLACEHOLDER if n in tables else c for n, c in TABLES.items()}


def answer(warehouse, query):
    with warehouse.ask(query) as rows:
        return [row for batch in rows.reveal() for row in batch.to_pylist()]


def refusal(warehouse, query):
    with pytest.raises(WarehouseError) as refused, warehouse.ask(query):
        pass
    return refused.value


LAST_VISIT = visits.sort_by(visits.start_date).last_for_patient()


def test_a_missing_table_is_told_with_what_to_do(tmp_path):
    with opened(tmp_path, PEOPLE, without("note")) as warehouse:
        told = refusal(warehouse, asking(written=documents.exists_for_patient()))
    assert told.problem == "documents isn't served: the table note has no column person_id"
    assert "name documents among its empty_tables" in told.remedy


def test_a_table_that_nobody_made_is_missing_too(tmp_path):
    tables = {name: columns for name, columns in TABLES.items() if name != "note"}
    with opened(tmp_path, PEOPLE, tables) as warehouse:
        told = refusal(warehouse, asking(written=documents.exists_for_patient()))
    assert "the database has no table note" in told.problem


def test_a_missing_column_is_refused_and_its_table_is_still_served(tmp_path):
    rows = {**PEOPLE, "visit_occurrence": [{"person_id": 1, "visit_occurrence_id": 5}]}
    with opened(tmp_path, rows, without("care_site")) as warehouse:
        [row] = answer(warehouse, asking(visit=LAST_VISIT.visit_id))
        told = refusal(warehouse, asking(ward=LAST_VISIT.care_site))
    assert row["visit"] == "5"
    assert told.problem.startswith("visits.care_site isn't served: the table care_site")
    assert "name visits.care_site among" in told.remedy


def measuring(numerator):
    measures = create_measures()
    year = [("2024-01-01", "2024-12-31")]
    measures.define_measure("m", numerator, patients.sex == "male", intervals=year)
    return question_of(measures)


def test_measures_are_counted_as_far_as_their_tables_are_served(tmp_path):
    with opened(tmp_path, PEOPLE, without("note")) as warehouse:
        answered = warehouse.measure(measuring(patients.sex == "male"))
        [row] = [row for batch in answered.reveal() for row in batch.to_pylist()]
        with pytest.raises(WarehouseError, match="documents isn't served"):
            warehouse.measure(measuring(documents.exists_for_patient()))
    assert (row["numerator"], row["denominator"], row["ratio"]) == (1, 1, 1.0)


def test_all_that_is_missing_is_told_at_once(tmp_path):
    query = asking(ward=LAST_VISIT.care_site, written=documents.exists_for_patient())
    with opened(tmp_path, PEOPLE, without("care_site", "note")) as warehouse:
        told = refusal(warehouse, query)
    assert "documents isn't served" in told.problem
    assert "visits.care_site isn't served" in told.problem


def test_a_column_that_needs_another_table_points_to_that(tmp_path):
    query = asking(died=patients.date_of_death)
    with opened(tmp_path, PEOPLE, without("death")) as warehouse:
        assert "name deaths among" in refusal(warehouse, query).remedy
        told = refusal(warehouse, asking(died=deaths.date, born=patients.date_of_death))
        assert told.problem.count("isn't served") == 2


def test_what_the_site_declares_empty_is_served_empty(tmp_path):
    query = asking(
        died=patients.date_of_death,
        cause=deaths.cause_code,
        written=documents.exists_for_patient(),
        ward=LAST_VISIT.care_site,
    )
    empty = ["deaths", "documents", "visits.care_site"]
    tables = without("death", "note", "care_site")
    with opened(tmp_path, PEOPLE, tables, empty) as warehouse:
        [row] = answer(warehouse, query)
        assert warehouse.bound.tables["core.ons_deaths"].served.state is (
            State.DECLARED_EMPTY
        )
    assert row == {"patient_id": 1, "died": None, "cause": None, "written": False,
                   "ward": None}  # fmt: skip


def test_a_table_is_empty_even_where_it_has_rows(tmp_path):
    """The declaration counts: a site may have reasons not to serve what is there."""
    rows = {**PEOPLE, "death": [{"person_id": 1, "death_date": "2020-01-01"}]}
    with opened(tmp_path, rows, empty=["deaths"]) as warehouse:
        assert rows_of(warehouse, "deaths") == []
        assert rows_of(warehouse, "patients")[0]["date_of_death"] is None


def test_only_people_of_the_person_table_are_patients(tmp_path):
    """GiBleed has observation periods of 2,649 people that it doesn't know."""
    rows = {
        **PEOPLE,
        "condition_occurrence": [
            {"person_id": who, "condition_source_value": "a"} for who in (1, 2)
        ],
    }
    dataset = create_dataset()
    dataset.define_population(clinical_events.exists_for_patient())
    dataset.events = clinical_events.count_for_patient()
    with opened(tmp_path, rows) as warehouse:
        assert answer(warehouse, question_of(dataset)) == [{"patient_id": 1, "events": 1}]


@pytest.mark.parametrize("columns", [PLACEHOLDER, "person_key BIGINT"])
def test_without_people_nothing_is_served(tmp_path, columns):
    with opened(tmp_path, {}, {**TABLES, "person": columns}) as warehouse:
        told = refusal(warehouse, asking())
        states = {table.served.state for table in warehouse.bound.tables.values()}
    assert "the table person has no column person_id" in told.problem
    assert states == {State.MISSING}


def test_a_name_in_two_schemas_must_be_told_apart(tmp_path):
    tables = {"copy.person": TABLES["person"], **TABLES}
    with opened(tmp_path, PEOPLE, tables, schemas=["copy"]) as warehouse:
        told = refusal(warehouse, asking())
    assert "several schemas have a table person: copy, main" in told.problem


def test_a_sites_own_mapping_may_name_the_schema(tmp_path):
    tables = {"copy.person": TABLES["person"], **TABLES}
    mapping = tmp_path / "ours.yaml"
    mapping.write_text(
        HEAD_OF_OURS.replace("table: person", "table: main.person")
        + """\
  patients:
    from: main.person
    patient_id: person_id
    columns: {date_of_birth: , sex: "'unknown'", date_of_death: }
"""
    )
    dataset = create_dataset()
    dataset.define_population(patients.sex == "unknown")
    with opened(
        tmp_path, PEOPLE, tables, schemas=["copy"], mapping=str(mapping)
    ) as warehouse:
        assert answer(warehouse, question_of(dataset)) == [{"patient_id": 1}]
        told = refusal(warehouse, asking(written=documents.exists_for_patient()))
    assert told.problem == "documents isn't served: its mapping doesn't serve it"
    with opened(
        tmp_path, PEOPLE, tables, ["documents"], ["copy"], mapping=str(mapping)
    ) as warehouse:
        dataset.written = documents.exists_for_patient()
        told = answer(warehouse, question_of(dataset))
    assert told == [{"patient_id": 1, "written": False}]


def test_a_near_name_is_told(tmp_path):
    tables = {n.replace("note", "notes"): columns for n, columns in TABLES.items()}
    with opened(tmp_path, PEOPLE, tables) as warehouse:
        told = refusal(warehouse, asking(written=documents.exists_for_patient()))
    assert "the database has no table note (it has notes)" in told.problem


def test_a_warehouse_prints_its_shape_only(tmp_path):
    with opened(tmp_path, PEOPLE) as warehouse:
        assert repr(warehouse) == "<warehouse mapped as omop>"


def test_frames_that_are_made_of_tables_are_served_as_the_tables_are(tmp_path):
    both = clinical_events.union(diagnoses, diagnoses.where(True))
    place = visits.as_of(clinical_events.date, start=visits.start_date)

    @table_from_rows([(1, 5), (99, 6)])
    class given(PatientFrame):
        n = Series(int)

    dataset = create_dataset()
    dataset.define_population(given.n > 0)
    dataset.n = given.n
    dataset.both = both.count_for_patient()
    dataset.episodes = clinical_events.date.count_episodes_for_patient(days(3))
    dataset.add_event_table("seen", date=clinical_events.date, found=place.is_found())
    with (
        opened(tmp_path, PEOPLE, TABLES) as warehouse,
        warehouse.ask(question_of(dataset)) as found,
    ):
        rows = [row for batch in found.reveal() for row in batch.to_pylist()]
        seen = [batch.num_rows for batch in found.event_table("seen").reveal()]
    assert rows == [{"patient_id": 1, "n": 5, "both": 0, "episodes": 0}]
    assert sum(seen) == 0


def test_what_is_missing_is_told_through_a_union_too(tmp_path):
    both = documents.union(documents.where(True))
    with opened(tmp_path, PEOPLE, without("note")) as warehouse:
        told = refusal(warehouse, asking(written=both.exists_for_patient()))
    assert "documents isn't served" in told.problem
