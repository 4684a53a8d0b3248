"""How a question is answered, as programs and people see it; and what a warehouse took."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from cohort_dsl import INTERVAL, create_dataset, create_measures, months, testing
from cohort_dsl.errors import WarehouseError
from cohort_dsl.explain import Explained, as_json, explain, explain_on, lines
from cohort_dsl.load import question_of
from cohort_dsl.model.question import Question
from cohort_dsl.sql import DIALECTS, Catalog
from cohort_dsl.sql.catalog import Source
from cohort_dsl.tables import PatientFrame, Series, table_from_rows
from cohort_dsl.tables.contract import diagnoses, patients
from cohort_dsl.warehouses import duckdb
from cohort_dsl.warehouses.contract import Warehouse
from tests.an_omop import opened
from tests.spec.tables import e, p

ONE, TWO = "100000", "200000"
KNOWN = p.score > 0

ROWS = {
    "patients": pa.table({"patient_id": [1, 2, 3], "score": [5, 6, 0]}),
    "events": pa.table(
        {
            "patient_id": [1, 1, 2, 3, 3],
            "code": [ONE, TWO, ONE, ONE, None],
            "number": [7, 8, 9, 10, 11],
        }
    ),
}


def a_dataset() -> Question:
    dataset = create_dataset()
    dataset.define_population(KNOWN)
    dataset.ones = e.where(e.code == ONE).count_for_patient()
    dataset.twos = e.where(e.code == TWO).count_for_patient()
    dataset.add_event_table("numbers", number=e.number)
    return question_of(dataset)


def measured() -> Question:
    measures = create_measures()
    measures.define_defaults(
        denominator=KNOWN, intervals=months(2).starting_on("2024-01-01")
    )
    seen = e.where(e.date.is_null() | e.date.is_during(INTERVAL))
    measures.define_measure("seen", seen.exists_for_patient())
    measures.define_measure("few", seen.count_for_patient(), group_by={"s": p.score})
    return question_of(measures)


def of_periods() -> Question:
    dataset = create_dataset()
    dataset.define_periods(months(3).starting_on("2024-01-01"))
    dataset.define_population(KNOWN & (p.born < INTERVAL.start_date))
    dataset.n = e.where(e.date.is_during(INTERVAL)).count_for_patient()
    return question_of(dataset)


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> testing.Engine:
    made: Any = duckdb.from_rows
    return request.getfixturevalue("postgresql") if request.param != "duckdb" else made


def asked(question: Question, engine: testing.Engine) -> list[Explained]:
    schemas = {schema.name: schema for schema in question.tables()}
    rows = {name: ROWS[name] for name in schemas}
    with engine(rows, schemas) as warehouse:
        return explain_on(question, warehouse, itertools.count().__next__)


def by_kind(found: Explained, question: Question) -> dict[str, dict[str, Any]]:
    [told] = as_json(question, [found])["plans"]
    return {step["kind"]: step for step in told["steps"]}


# Without a warehouse -------------------------------------------------------------


def test_programs_see_scans_lists_statements_and_steps():
    told = as_json(a_dataset(), explain(a_dataset()))
    assert json.loads(json.dumps(told)) == told
    assert (told["format"], told["version"], told["asks"]) == ("explain", 1, "dataset")
    assert (told["names"], told["dialect"]) == (["ones", "twos"], "duckdb")
    [one] = told["plans"]
    assert one["scans"] == {"patients": 1, "events": 2}
    assert (one["uploaded_rows"], one["period"], one["seconds"]) == (2, None, None)
    assert one["statements"] > len(one["steps"])
    assert one["sql"] is None
    assert one["steps"][0] == {
        "number": 1,
        "name": "step_lists_1",
        "kind": "ListMap",
        "does": "Brings 2 lists with 2 codes in all, by which rows are found.",
        "details": [f"list 1: 1 code ({ONE})", f"list 2: 1 code ({TWO})"],
        "for": ["ones", "twos"],
        "scans": [],
        "population_only": None,
        "uploads": 2,
        "estimated_rows": None,
        "rows": None,
        "seconds": None,
        "statements": None,
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_sql_is_of_the_dialect_that_is_asked_for(dialect):
    [one] = explain(a_dataset(), dialect)
    [told] = as_json(a_dataset(), [one], with_sql=True)["plans"]
    assert told["sql"] == str(one.script)
    assert f"SQL for {dialect}" in "\n".join(lines([one]))
    assert "\n".join(lines([one], with_sql=True)).endswith(str(one.script))
    assert told["sql_bytes"] < len(told["sql"])


def test_people_see_the_plan_in_lines_that_fit():
    said = list(lines(explain(a_dataset())))
    assert said[0].endswith("kB of SQL for duckdb")
    assert said[1] == "Reads events twice, patients once."
    assert "     Of the population's patients only. For ones, twos." in said
    assert max(map(len, said)) <= 92


def test_a_step_of_many_details_shows_people_the_first():
    counts = {f"n{n}": e.where(e.number > n).count_for_patient() for n in range(15)}
    dataset = create_dataset()
    dataset.define_population(KNOWN)
    for name, series in counts.items():
        dataset.add_column(name, series)
    found = explain(question_of(dataset))
    assert "     - and 3 more" in list(lines(found))
    assert len(by_kind(found[0], question_of(dataset))["Aggregate"]["details"]) == 15


def test_periods_that_are_answered_alike_are_told_once():
    found = explain(of_periods())
    assert len(as_json(of_periods(), found)["plans"]) == 3
    said = list(lines(found))
    assert said[0] == "From 2024-01-01 to 2024-03-31, each of 3 periods like the first:"
    assert sum(line.startswith("Reads ") for line in said) == 1


def test_a_table_of_the_question_may_name_patients_by_text():
    @table_from_rows([("a", 3)])
    class ours(PatientFrame):
        score = Series(int)

    dataset = create_dataset()
    dataset.define_population(ours.score > 2)
    dataset.score = ours.score
    said = list(lines(explain(question_of(dataset))))
    assert said[1] == "Reads no table of the warehouse."


def test_measures_are_named():
    told = as_json(measured(), explain(measured()))
    assert (told["asks"], told["names"]) == ("measures", ["seen", "few"])


# With one ------------------------------------------------------------------------


def test_each_step_tells_its_rows_and_those_expected(engine):
    [found] = asked(a_dataset(), engine)
    steps = by_kind(found, a_dataset())
    rows = {kind: step["rows"] for kind, step in steps.items()}
    assert rows.pop("Aggregate") in (1, 2)  # of one list, or both
    assert rows == {
        "ListMap": 2,
        "Columns": 3,
        "Population": 2,
        "Keep": 3,
        "Assembly": 2,
        "EventTable": 3,
    }
    expected = {kind: step["estimated_rows"] for kind, step in steps.items()}
    assert expected.pop("ListMap") is None
    assert all(type(rows) is int for rows in expected.values())


def test_times_are_those_of_the_clock_and_make_a_total(engine):
    [found] = asked(a_dataset(), engine)
    took = [one for its in found.took.values() for one in its]
    assert {one.seconds for one in took} == {1}
    assert found.seconds == len(took)
    assert f"In all {len(took)}.0 s." in list(lines([found]))


def test_the_intervals_of_measures_are_told_apart(engine):
    [found] = asked(measured(), engine)
    [told] = as_json(measured(), [found])["plans"]
    rows = [(step["kind"], step["rows"]) for step in told["steps"]]
    assert [row for row in rows if row[0] == "TallyEach"] == [
        ("TallyEach", 2),
        ("TallyEach", 4),
    ]
    assert [row for row in rows if row[0] == "Tally"] == [("Tally", 2), ("Tally", 2)]
    assert told["steps"][-1]["rows"] == 10


def test_statements_of_a_deep_step_are_all_its_own(engine):
    """It leaves its rows in several tables, one after the other."""
    deep = p.score
    for number in range(400):
        deep = deep + number
    dataset = create_dataset()
    dataset.define_population(KNOWN)
    dataset.deep = deep
    question = question_of(dataset)
    [found] = asked(question, engine)
    said = by_kind(found, question)["Assembly"]["statements"]
    assert len(said) > 1
    assert said[-1]["fills"] is None


def test_each_period_is_told_where_a_warehouse_was_asked(engine):
    said = list(lines(asked(of_periods(), engine)))
    assert [line for line in said if line.startswith("From ")] == [
        "From 2024-01-01 to 2024-01-31:",
        "From 2024-02-01 to 2024-02-29:",
        "From 2024-03-01 to 2024-03-31:",
    ]
    assert "     1 row" not in said


def test_nothing_is_left_and_the_warehouse_answers_as_before(engine):
    question = a_dataset()
    schemas = {schema.name: schema for schema in question.tables()}
    with engine(ROWS, schemas) as warehouse:
        for _ in range(2):
            explain_on(question, warehouse, itertools.count().__next__)
        with warehouse.ask(question) as answer:
            [batch] = answer.reveal()
    assert batch.to_pydict() == {"patient_id": [1, 2], "ones": [1, 1], "twos": [1, 0]}


def test_nobodys_value_is_told(engine):
    people = {"patients": pa.table({"patient_id": [1], "name": ["canarybird"]})}
    dataset = create_dataset()
    dataset.define_population(p.name.is_not_null())
    dataset.name_of = p.name
    question = question_of(dataset)
    schemas = {schema.name: schema for schema in question.tables()}
    with engine(people, schemas) as warehouse:
        found = explain_on(question, warehouse, itertools.count().__next__)
    told = [*lines(found, with_sql=True), str(as_json(question, found)), repr(found)]
    assert "canarybird" not in "".join(told)


def test_a_warehouse_that_refuses_tells_no_value(engine):
    canary = pa.table({"patient_id": [1], "score": [40_404]})
    dataset = create_dataset()
    dataset.define_population(KNOWN)
    dataset.score = p.score
    question = question_of(dataset)
    schemas = {schema.name: schema for schema in question.tables()}
    with engine({"patients": canary}, schemas) as warehouse:
        broken = _without_tables(warehouse)
        with pytest.raises(WarehouseError) as refused:
            explain_on(question, broken, itertools.count().__next__)
    assert "40404" not in str(refused.value)


def _without_tables(warehouse: Warehouse) -> Warehouse:
    """A warehouse whose catalog names a table that its database hasn't got."""

    schema = p.node_.schema
    names = ["patient_id", *(column.name for column in schema.columns)]
    nowhere = sa.table("nowhere", *(sa.column(name) for name in names))
    warehouse.catalog = Catalog({"patients": Source(schema, lambda wanted: nowhere)})
    return warehouse


# A site's own tables -------------------------------------------------------------


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_tables_that_a_mapping_explains_are_asked(tmp_path, request, engine):
    place = request.getfixturevalue("postgres") if engine == "postgresql" else tmp_path
    dataset = create_dataset()
    dataset.define_population(patients.sex == "female")
    dataset.n = diagnoses.count_for_patient()
    question = question_of(dataset)
    people = [
        {"person_id": n, "gender_concept_id": gender, "year_of_birth": 1980}
        for n, gender in enumerate((8532, 8532, 8507), start=1)
    ]
    rows = {"person": people, "condition_occurrence": [{"person_id": 2}]}
    with opened(place, rows) as warehouse:
        [found] = explain_on(question, warehouse, itertools.count().__next__)
    assert found.dialect == engine
    assert by_kind(found, question)["Assembly"]["rows"] == 2


@pytest.mark.xdist_group("spark")
def test_spark_tells_what_each_step_took(spark: testing.Engine) -> None:
    """It guesses no rows, and has no more of it once all is told; nor does the next."""
    for _ in range(2):
        [one] = asked(a_dataset(), spark)
        steps = by_kind(one, a_dataset())
        assert (steps["Population"]["rows"], steps["Assembly"]["rows"]) == (2, 2)
        assert steps["EventTable"]["rows"] == 3
        assert steps["ListMap"]["uploads"] == 2
        assert {step["estimated_rows"] for step in steps.values()} == {None}
        assert all(step["statements"] for step in steps.values())


@pytest.mark.xdist_group("spark")
def test_measures_are_told_on_spark_too(spark: testing.Engine) -> None:
    rows = {
        "patients": ROWS["patients"],
        "events": ROWS["events"].append_column("date", pa.nulls(5, pa.date32())),
    }
    question = measured()
    schemas = {schema.name: schema for schema in question.tables()}
    with spark({name: rows[name] for name in schemas}, schemas) as warehouse:
        [one] = explain_on(question, warehouse, itertools.count().__next__)
    [told] = as_json(question, [one])["plans"]
    assert told["steps"][-1]["rows"]
