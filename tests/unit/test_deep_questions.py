"""Whatever nests may nest a thousand deep: the answer comes from every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from cohort_dsl import (
    INTERVAL,
    case,
    create_dataset,
    create_measures,
    days,
    maximum_of,
    minimum_of,
    months,
    plan,
    reference,
    testing,
    when,
    years,
)
from cohort_dsl.errors import WarehouseError
from cohort_dsl.model import nobody, wire
from cohort_dsl.model.categories import categories
from cohort_dsl.model.words import words
from cohort_dsl.plan.tallies import TallyEach
from cohort_dsl.sql import DIALECTS, Catalog, script
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.sql.sqlserver import SQLSERVER
from cohort_dsl.sql.sqlserver_values import extreme
from cohort_dsl.sql.statements import render
from cohort_dsl.warehouses.explaining import planned
from cohort_dsl.warehouses.spark_views import views
from dummy_data import generate
from tests.spec.conftest import ORACLE, QUICK, engine_of
from tests.spec.tables import a, e, p, v

pytestmark = pytest.mark.usefixtures("uncounted")

DEEP = 1000

# Asked a thousand deep, too, H2 answered all of these as the others do, in a minute: less
# deeply it shows as much in seconds. Of Spark, see ``TOO_DEEP_FOR_SPARK``.
ON_H2, ON_SPARK, TEXTS = 30, 14, 24
WAYS_ON_SPARK = (
    "a sum of decimals",
    "a case's condition",
    "months",
    "values of rows",
    "filters",
    "sorts",
    "picks",
    "unions",
    "look-ups by date",
)

TOO_DEEP_FOR_SPARK: Mapping[str, str] = dict.fromkeys(
    ("a sum of decimals", "what replaces NULL", "picks"),
    "a thousand stand upon each other as more views than it plans in minutes",
)
"""Questions that Spark's warehouse refuses, each with its reason: Spark's analyser opens a
view in all that stand upon it."""

ROWS: dict[str, list[dict[str, Any]]] = {
    "patients": [
        {
            "patient_id": 1,
            "score": 1,
            "ratio": 1.5,
            "smoker": True,
            "drinker": False,
            "name": "a",
            "born": "2020-01-01",
            "seen": "2020-02-01",
        }
    ],
    "events": [
        {"patient_id": 1, "date": "2021-01-01", "number": 1, "ok": True},
        {"patient_id": 1, "date": "2021-02-01", "number": 2000, "ok": False},
    ],
    "visits": [{"patient_id": 1, "date": "2021-01-01", "number": 1}],
    "addresses": [{"patient_id": 1, "start_date": "2020-01-01", "rooms": 3}],
}


def nest(start: Any, grow: Callable[[Any], Any], times: int) -> Any:
    """Grown that many times; fewer where one time makes several operations or tables."""
    for _ in range(times):
        start = grow(start)
    return start


def rows_from(day: Any) -> Any:
    return e.where(e.date.is_on_or_after(day)).sort_by(e.date)


def questions(deep: int) -> dict[str, Any]:
    """Each operation upon itself, so many times."""
    return {
        "a sum": nest(p.score, lambda s: s + 1, deep),
        "a difference": nest(p.score, lambda s: 1 - s, deep),
        "a sum of decimals": nest(p.ratio, lambda s: s + 1.5, deep),
        "a product": nest(p.score, lambda s: s * -1, deep),
        "a quotient": nest(p.ratio, lambda s: s / 1.0, deep),
        "a whole quotient": nest(p.score, lambda s: (s + 1) // 1, deep // 2),
        "a power": nest(p.ratio, lambda s: s**1.0, deep),
        "a sign": nest(p.score, lambda s: -s, deep),
        "no sign": nest(p.score, lambda s: s.absolute(), deep),
        "casts": nest(p.score, lambda s: s.as_float().as_int(), deep // 2),
        "not": nest(p.smoker, lambda s: ~s, deep),
        "and, or": nest(p.smoker, lambda s: (s & p.drinker) | p.smoker, deep // 2),
        "equality": nest(p.smoker, lambda s: s == p.drinker, deep),
        "an order": nest(p.smoker, lambda s: s.as_int() > 0, deep // 2),
        "what is missing": nest(p.smoker, lambda s: s.is_null(), deep),
        "a list": nest(p.smoker, lambda s: s.is_in([True]), deep),
        "values of rows": nest(p.smoker, lambda s: s.as_int().is_in(e.number), deep // 2),
        "a case's condition": nest(
            p.smoker, lambda s: case(when(s).then(p.drinker), otherwise=p.smoker), deep
        ),
        "a case's value": nest(
            p.score, lambda s: when(p.smoker).then(s).otherwise(0), deep
        ),
        "a case's rest": nest(
            p.score, lambda s: when(p.drinker).then(0).otherwise(s), deep
        ),
        "what replaces NULL": nest(p.other, lambda s: s.when_null_then(p.score), deep),
        "a map": nest(p.score, lambda s: s.map_values({1: 2, 2: 1}), deep),
        "a map's default": nest(
            p.score, lambda s: p.score.map_values({2: 1}, default=s), deep
        ),
        "a long map": nest(
            p.score, lambda s: s.map_values({n: n for n in range(30)}), deep // 10
        ),
        "the smallest": nest(p.score, lambda s: minimum_of(s, 7), deep),
        "the largest": nest(p.born, lambda s: maximum_of(s, p.seen), deep),
        "days": nest(p.born, lambda s: s + days(1), deep),
        "months": nest(p.born, lambda s: s + months(p.score), deep // 2),
        "years": nest(p.born, lambda s: s - years(1), deep // 4),
        "a duration": p.born + nest(days(0), lambda s: s + days(1), deep),
        "time between": nest(p.seen, lambda s: p.born + days((s - p.born).days), deep // 3),
        "the first of a month": nest(p.seen, lambda s: s.to_first_of_month(), deep),
        "a year": nest(p.score, lambda s: (p.born + years(s - s)).year, deep // 4),
        "beginnings": nest(
            p.name, lambda s: when(s.starts_with("a")).then(s).otherwise("b"), deep
        ),
        "parts of text": nest(
            p.name, lambda s: when(s.contains_any_of(["a"])).then(s).otherwise("b"), deep
        ),
        "filters": nest(e, lambda f: f.where(f.number != 7), deep).number.sum_for_patient(),
        "exceptions": nest(
            e, lambda f: f.except_where(f.number == 1), deep
        ).count_for_patient(),
        "a filter's condition": e.where(nest(e.ok, lambda s: ~s, deep)).count_for_patient(),
        "sorts": nest(e, lambda f: f.sort_by(-f.number), deep).first_for_patient().number,
        "picks": nest(p.seen, lambda s: rows_from(s).first_for_patient().date, deep),
        "aggregates": nest(
            p.score, lambda s: e.where(e.number >= s).number.minimum_for_patient(), deep
        ),
        "rows that are there": nest(
            p.smoker, lambda s: e.where(s).exists_for_patient(), deep
        ),
        "unions": nest(e, lambda f: f.union(v), deep // 4).count_for_patient(),
        "look-ups by date": nest(
            e.date, lambda s: a.as_of(s, start=a.start_date).start_date, deep // 10
        ).minimum_for_patient(),
    }


ASKED = questions(DEEP)
ANSWERS: dict[str, Any] = {
    "a sum": 1001,
    "a difference": 1,
    "a sum of decimals": 1501.5,
    "a product": 1,
    "a quotient": 1.5,
    "a whole quotient": 501,
    "a power": 1.5,
    "a sign": 1,
    "no sign": 1,
    "casts": 1,
    "not": True,
    "and, or": True,
    "equality": True,
    "an order": True,
    "what is missing": False,
    "a list": True,
    "values of rows": True,
    "a case's condition": True,
    "a case's value": 1,
    "a case's rest": 1,
    "what replaces NULL": 1,
    "a map": 1,
    "a map's default": 1,
    "a long map": 1,
    "the smallest": 1,
    "the largest": date(2020, 2, 1),
    "days": date(2022, 9, 27),
    "months": date(2061, 9, 1),
    "years": date(1770, 1, 1),
    "a duration": date(2022, 9, 27),
    "time between": date(2020, 2, 1),
    "the first of a month": date(2020, 2, 1),
    "a year": 2020,
    "beginnings": "a",
    "parts of text": "a",
    "filters": 2001,
    "exceptions": 1,
    "a filter's condition": 1,
    "sorts": 2000,
    "picks": date(2021, 1, 1),
    "aggregates": 1,
    "rows that are there": True,
    "unions": 252,
    "look-ups by date": date(2020, 1, 1),
}


@pytest.fixture(params=[one for one in QUICK if one != ORACLE])
def engine(request: pytest.FixtureRequest) -> Any:
    return engine_of(request)


@pytest.mark.parametrize("name", ["equality", "what is missing", "a case's value"])
def test_conditions_kept_as_numbers_are_said_as_often_as_they_are_asked(name: str) -> None:
    """Where there is no type for them, each is said twice to be kept."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = ASKED[name]
    assert len(testing.sql(dataset, "oracle")) < 600 * DEEP


def rows_for(question: Any) -> dict[str, list[dict[str, Any]]]:
    return {schema.name: ROWS[schema.name] for schema in question.tables()}


def answer(asked: Any, engine: Any) -> Any:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = asked
    query = testing.query_of(dataset)
    [found] = testing.evaluate(query, rows_for(query), engine)
    assert found["patient_id"] == 1
    return found["asked"]


@pytest.mark.parametrize("name", ASKED)
def test_a_deep_question_is_answered(engine: Any, name: str) -> None:
    assert answer(ASKED[name], engine) == ANSWERS[name]


@pytest.mark.parametrize("name", ASKED)
def test_oracles_words_answer_deep_questions_on_h2(oracle: Any, name: str) -> None:
    asked = questions(ON_H2)[name]
    assert answer(asked, oracle) == answer(asked, "reference")


@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize("name", WAYS_ON_SPARK)
def test_spark_answers_what_grows_in_any_way(spark: Any, name: str) -> None:
    asked = questions(ON_SPARK)[name]
    assert answer(asked, spark) == answer(asked, "reference")


@pytest.mark.parametrize(("name", "why"), TOO_DEEP_FOR_SPARK.items())
def test_what_spark_would_plan_for_hours_is_refused_before_it_is_asked(
    name: str, why: str
) -> None:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = ASKED[name]
    query = testing.query_of(dataset)
    catalog = Catalog({schema.name: plain(schema) for schema in query.tables()})
    asked = script(planned(query, SPARK, catalog), SPARK, catalog)
    with pytest.raises(WarehouseError, match="each need the one before") as refused:
        views(asked)
    assert refused.value.remedy, why


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_text_grows_faster_than_its_question(dialect: str) -> None:
    """Else it doubled with each operation, until an engine's patience or memory ends."""
    for name, asked in questions(TEXTS).items():
        dataset = create_dataset()
        dataset.define_population(p.exists_for_patient())
        dataset.asked = asked
        assert len(testing.sql(dataset, dialect)) < 4_000 * TEXTS, name


@pytest.mark.parametrize("largest", [True, False])
def test_of_many_values_each_is_written_few_times_where_there_is_no_greatest(
    largest: bool,
) -> None:
    """SQL Server's words, which DuckDB understands, too."""
    values = [(None, None, None), (1, 2, 3), (3, None, 2), (None, 5, None), (2, 2, 1)]
    columns: list[Any] = [sa.column(name, sa.Integer()) for name in "xyz"]
    told = render(sa.select(extreme(columns, largest=largest)), SQLSERVER).text
    for row in values:
        named = ", ".join(f"{v or 'NULL'} AS {n}" for v, n in zip(row, "xyz", strict=True))
        [(found,)] = duckdb.sql(f"{told} FROM (SELECT {named})").fetchall()
        there = [value for value in row if value is not None]
        assert found == (max if largest else min)(there, default=None)
    many: list[Any] = [sa.column(f"x{n}", sa.Integer()) for n in range(40)]
    told = render(sa.select(extreme(many, largest=largest)), SQLSERVER).text
    assert len(told) < 40_000


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_deep_question_is_written_read_and_told(asked: Any) -> None:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = asked
    query = testing.query_of(dataset)
    assert wire.loads(wire.dumps(query)) == query
    assert len(words(asked.node_)) < 100_000
    nobody.answer(asked.node_)
    assert categories(asked.node_) in ((), ("a", "b"))


def test_a_measures_series_may_be_deep(engine: Any) -> None:
    measures = create_measures()
    score = nest(p.score, lambda s: s + 1, DEEP)
    seen = e.where(e.date.is_during(INTERVAL)).exists_for_patient()
    measures.define_measure(
        "deep",
        numerator=nest(seen, lambda s: ~s, DEEP),
        denominator=nest(p.smoker, lambda s: ~s, DEEP),
        group_by={"group": nest(score, lambda s: s.map_values({1001: 1001}), DEEP)},
        intervals=months(2).starting_on("2021-01-01"),
    )
    asked = testing.measures_of(measures)
    found = testing.evaluate_measures(measures, rows_for(asked), engine)
    assert [(row["group"], row["ratio"]) for row in found] == [(1001, 1.0), (1001, 1.0)]


def test_a_measures_constants_may_be_deep(engine: Any) -> None:
    """They are the same for everybody, so that intervals still ask alike."""
    day = nest(INTERVAL.start_date, lambda one: one + days(1), DEEP)
    measures = create_measures()
    measures.define_measure(
        "born",
        numerator=p.born <= day,
        denominator=p.exists_for_patient(),
        intervals=[("1990-01-01", "1990-12-31"), ("1997-01-01", "1997-12-31")],
    )
    asked = testing.measures_of(measures)
    assert sum(isinstance(s, TallyEach) for s in plan.build_measures(asked).steps) == 1
    rows = {"patients": [{"patient_id": 1, "born": date(1995, 1, 1)}]}
    found = testing.evaluate_measures(measures, rows, engine)
    assert [row["numerator"] for row in found] == [0, 1]


def test_hundreds_of_variables_are_answered(engine: Any) -> None:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    for number in range(500):
        some = e.where(e.number == number)
        dataset.add_column(f"v{number}", some.count_for_patient() + p.score)
    [found] = testing.evaluate(
        dataset, {n: ROWS[n] for n in ("patients", "events")}, engine
    )
    assert len(found) == 501
    assert (found["v0"], found["v1"], found["v499"]) == (1, 2, 1)


def test_dummy_patients_pass_a_thousand_filters_one_upon_the_other():
    rows = nest(
        e, lambda frame: frame.where(frame.date.is_on_or_after(p.born + days(7))), DEEP
    )
    dataset = create_dataset()
    dataset.define_population(rows.exists_for_patient())
    query = testing.query_of(dataset)
    tables = generate(query, size=3, seed=1, reference_date=date(2026, 1, 1))
    held = {name: table.to_pylist() for name, table in tables.items()}
    assert len(reference.answer(query, held)) == 3
