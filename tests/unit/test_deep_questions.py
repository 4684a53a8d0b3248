"""Whatever nests may nest a thousand deep: the answer comes from every engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

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
from cohort_dsl.model import nobody, wire
from cohort_dsl.model.categories import categories
from cohort_dsl.model.words import words
from cohort_dsl.plan.tallies import TallyEach
from dummy_data import generate
from tests.spec.conftest import ORACLE, QUICK, engine_of
from tests.spec.tables import a, e, p, v

pytestmark = pytest.mark.usefixtures("uncounted")

DEEP = 1000

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


def nest(start: Any, grow: Callable[[Any], Any], times: int = DEEP) -> Any:
    """Grown that many times; fewer where one time makes several operations or tables."""
    for _ in range(times):
        start = grow(start)
    return start


def rows_from(day: Any) -> Any:
    return e.where(e.date.is_on_or_after(day)).sort_by(e.date)


ASKED: dict[str, tuple[Any, Any]] = {
    "a sum": (nest(p.score, lambda s: s + 1), 1001),
    "a difference": (nest(p.score, lambda s: 1 - s), 1),
    "a sum of decimals": (nest(p.ratio, lambda s: s + 1.5), 1501.5),
    "a product": (nest(p.score, lambda s: s * -1), 1),
    "a quotient": (nest(p.ratio, lambda s: s / 1.0), 1.5),
    "a whole quotient": (nest(p.score, lambda s: (s + 1) // 1, DEEP // 2), 501),
    "a power": (nest(p.ratio, lambda s: s**1.0), 1.5),
    "a sign": (nest(p.score, lambda s: -s), 1),
    "no sign": (nest(p.score, lambda s: s.absolute()), 1),
    "casts": (nest(p.score, lambda s: s.as_float().as_int(), DEEP // 2), 1),
    "not": (nest(p.smoker, lambda s: ~s), True),
    "and, or": (nest(p.smoker, lambda s: (s & p.drinker) | p.smoker, DEEP // 2), True),
    "equality": (nest(p.smoker, lambda s: s == p.drinker), True),
    "an order": (nest(p.smoker, lambda s: s.as_int() > 0, DEEP // 2), True),
    "what is missing": (nest(p.smoker, lambda s: s.is_null()), False),
    "a list": (nest(p.smoker, lambda s: s.is_in([True])), True),
    "values of rows": (nest(p.smoker, lambda s: s.as_int().is_in(e.number), 500), True),
    "a case's condition": (
        nest(p.smoker, lambda s: case(when(s).then(p.drinker), otherwise=p.smoker)),
        True,
    ),
    "a case's value": (nest(p.score, lambda s: when(p.smoker).then(s).otherwise(0)), 1),
    "a case's rest": (nest(p.score, lambda s: when(p.drinker).then(0).otherwise(s)), 1),
    "what replaces NULL": (nest(p.other, lambda s: s.when_null_then(p.score)), 1),
    "a map": (nest(p.score, lambda s: s.map_values({1: 2, 2: 1})), 1),
    "a map's default": (nest(p.score, lambda s: p.score.map_values({2: 1}, default=s)), 1),
    "a long map": (
        nest(p.score, lambda s: s.map_values({n: n for n in range(30)}), DEEP // 10),
        1,
    ),
    "the smallest": (nest(p.score, lambda s: minimum_of(s, 7)), 1),
    "the largest": (nest(p.born, lambda s: maximum_of(s, p.seen)), date(2020, 2, 1)),
    "days": (nest(p.born, lambda s: s + days(1)), date(2022, 9, 27)),
    "months": (nest(p.born, lambda s: s + months(p.score)), date(2103, 5, 1)),
    "years": (nest(p.born, lambda s: s - years(1), DEEP // 4), date(1770, 1, 1)),
    "a duration": (p.born + nest(days(0), lambda s: s + days(1)), date(2022, 9, 27)),
    "time between": (
        nest(p.seen, lambda s: p.born + days((s - p.born).days), DEEP // 3),
        date(2020, 2, 1),
    ),
    "the first of a month": (
        nest(p.seen, lambda s: s.to_first_of_month()),
        date(2020, 2, 1),
    ),
    "a year": (nest(p.score, lambda s: (p.born + years(s - s)).year, DEEP // 4), 2020),
    "beginnings": (
        nest(p.name, lambda s: when(s.starts_with("a")).then(s).otherwise("b")),
        "a",
    ),
    "parts of text": (
        nest(p.name, lambda s: when(s.contains_any_of(["a"])).then(s).otherwise("b")),
        "a",
    ),
    "filters": (nest(e, lambda f: f.where(f.number != 7)).number.sum_for_patient(), 2001),
    "exceptions": (nest(e, lambda f: f.except_where(f.number == 1)).count_for_patient(), 1),
    "a filter's condition": (e.where(nest(e.ok, lambda s: ~s)).count_for_patient(), 1),
    "sorts": (nest(e, lambda f: f.sort_by(-f.number)).first_for_patient().number, 2000),
    "picks": (
        nest(p.seen, lambda s: rows_from(s).first_for_patient().date),
        date(2021, 1, 1),
    ),
    "aggregates": (
        nest(p.score, lambda s: e.where(e.number >= s).number.minimum_for_patient()),
        1,
    ),
    "rows that are there": (
        nest(p.smoker, lambda s: e.where(s).exists_for_patient()),
        True,
    ),
    "unions": (nest(e, lambda f: f.union(v), DEEP // 4).count_for_patient(), 252),
    "look-ups by date": (
        nest(
            e.date, lambda s: a.as_of(s, start=a.start_date).start_date, DEEP // 10
        ).minimum_for_patient(),
        date(2020, 1, 1),
    ),
}


# H2 reads a subquery anew for each that it lies in, and takes minutes for these.
@pytest.fixture(params=[one for one in QUICK if one != ORACLE])
def engine(request: pytest.FixtureRequest) -> Any:
    return engine_of(request)


@pytest.mark.parametrize("name", ["equality", "what is missing", "a case's value"])
def test_conditions_kept_as_numbers_are_said_as_often_as_they_are_asked(name: str) -> None:
    """Where there is no type for them, each is said twice to be kept."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked, _ = ASKED[name]
    assert len(testing.sql(dataset, "oracle")) < 600 * DEEP


def rows_for(question: Any) -> dict[str, list[dict[str, Any]]]:
    return {schema.name: ROWS[schema.name] for schema in question.tables()}


@pytest.mark.parametrize(("asked", "answer"), ASKED.values(), ids=ASKED)
def test_a_deep_question_is_answered(engine: Any, asked: Any, answer: Any) -> None:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.asked = asked
    query = testing.query_of(dataset)
    assert testing.evaluate(query, rows_for(query), engine) == [
        {"patient_id": 1, "asked": answer}
    ]


@pytest.mark.parametrize("asked", [asked for asked, _ in ASKED.values()], ids=ASKED)
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
    score = nest(p.score, lambda s: s + 1)
    seen = e.where(e.date.is_during(INTERVAL)).exists_for_patient()
    measures.define_measure(
        "deep",
        numerator=nest(seen, lambda s: ~s),
        denominator=nest(p.smoker, lambda s: ~s),
        group_by={"group": nest(score, lambda s: s.map_values({1001: 1001}))},
        intervals=months(2).starting_on("2021-01-01"),
    )
    asked = testing.measures_of(measures)
    found = testing.evaluate_measures(measures, rows_for(asked), engine)
    assert [(row["group"], row["ratio"]) for row in found] == [(1001, 1.0), (1001, 1.0)]


def test_a_measures_constants_may_be_deep(engine: Any) -> None:
    """They are the same for everybody, so that intervals still ask alike."""
    day = nest(INTERVAL.start_date, lambda one: one + days(1))
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
    rows = nest(e, lambda frame: frame.where(frame.date.is_on_or_after(p.born + days(7))))
    dataset = create_dataset()
    dataset.define_population(rows.exists_for_patient())
    query = testing.query_of(dataset)
    tables = generate(query, size=3, seed=1, reference_date=date(2026, 1, 1))
    held = {name: table.to_pylist() for name, table in tables.items()}
    assert len(reference.answer(query, held)) == 3
