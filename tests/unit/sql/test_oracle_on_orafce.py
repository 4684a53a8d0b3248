"""What Oracle is sent, asked of PostgreSQL with orafce: dates that have a time of day.

Every day next to a month's end is moved by each of many spans, and answered as the referee
answers. What orafce can't show is listed in ``tests/orafce.py``, with reasons.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cohort_dsl import days, months, testing, years
from cohort_dsl.mappings.conversions import converted
from cohort_dsl.mappings.physical import Family
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.statements import render
from tests import a_postgres, orafce
from tests.h2_as_oracle.rows import from_rows
from tests.needed import needed
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

DAYS = [
    date(year, month, day)
    for year in (1900, 2000, 2023, 2024)
    for month, last in ((1, 31), (2, 28), (3, 31), (4, 30), (12, 31))
    for day in (1, 15, last - 1, last)
] + [date(2024, 2, 29), date(2000, 2, 29), date(1, 1, 1), date(9999, 12, 31)]
SPANS = (-25, -13, -12, -1, 0, 1, 2, 11, 12, 13, 48)


@pytest.fixture(scope="module")
def session(postgres: a_postgres.Server) -> Iterator[orafce.Connection]:
    with ExitStack() as held:
        with needed(orafce.NoOrafceError):
            connection = held.enter_context(orafce.connected(postgres))
        yield connection


def a_world() -> dict[str, list[dict[str, Any]]]:
    both = enumerate(itertools.product(DAYS, SPANS), start=1)
    people = [
        {"patient_id": n, "born": day, "score": span, "seen": DAYS[n % len(DAYS)]}
        for n, (day, span) in both
    ]
    people.append({"patient_id": 99_999, "born": None, "score": None, "seen": None})
    events = [
        {"patient_id": n % 50 + 1, "date": day, "number": n % 7, "text": f"t{n % 3}"}
        for n, day in enumerate(DAYS)
    ]
    return {"patients": people, "events": events}


MOVED = {
    "months": p.born + months(p.score),
    "years": p.born + years(p.score),
    "days": p.born + days(p.score),
    "before": p.born - months(p.score),
    "month": p.born.to_first_of_month(),
    "year": p.born.to_first_of_year(),
    "its_year": p.born.year,
    "its_month": p.born.month,
    "its_day": p.born.day,
    "between_days": (p.seen - p.born).days,
    "between_months": (p.seen - p.born).months,
    "between_years": (p.seen - p.born).years,
    "late": p.born.is_after("2000-02-28"),
}
PICKED = {
    "last": e.sort_by(e.date).last_for_patient().date,
    "first_text": e.sort_by(e.date).first_for_patient().text,
    "many": e.where(e.date.is_on_or_after("2000-01-01")).count_for_patient(),
    "total": e.number.sum_for_patient(),
    "mean": e.number.mean_for_patient(),
    "longest": e.date.maximum_for_patient(),
    "texts": e.text.count_distinct_for_patient(),
    "episodes": e.date.count_episodes_for_patient(days(40)),
}


@pytest.mark.parametrize("asked", [MOVED, PICKED], ids=["moved", "picked"])
def test_days_are_moved_and_picked_as_the_referee_does(
    session: orafce.Connection, asked: dict[str, Any]
) -> None:
    query, tables = a_query(p.exists_for_patient(), **asked), a_world()
    wanted = testing.evaluate(query, tables, engine="reference")
    engine = functools.partial(from_rows, session)
    assert testing.evaluate(query, tables, engine=engine) == wanted


DATED = sa.table("dated", sa.column("day", sa.Date()), sa.column("place"))


@pytest.mark.parametrize("family", [Family.TIME, Family.DATE])
def test_a_day_with_a_time_is_the_day(session: orafce.Connection, family: Family) -> None:
    """As a mapping reads Oracle's DATE and TIMESTAMP, whatever the time."""
    times = [(0, 0, 0), (0, 0, 1), (12, 0, 0), (23, 59, 59)]
    held = [datetime(d.year, d.month, d.day, *t) for d in DAYS for t in times]  # noqa: DTZ001 - as Oracle's
    day = converted(DATED.c.day, family, Kind.DATE, ORACLE_19)
    read = render(sa.select(day).order_by(DATED.c.place), ORACLE_19)
    with session.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE dated (day DATE, place INTEGER)")
        rows = [(when, n) for n, when in enumerate(held)]
        cursor.executemany("INSERT INTO dated VALUES (:1, :2)", rows)
        cursor.execute(read.text)
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE dated")
    assert found == [when.replace(hour=0, minute=0, second=0) for when in held]


GOLDEN = Path(__file__).parent / "golden"
OTHER_WORDS = {"CREATE", "IN", "AND", "OR", "OVER", "VALUES", "EXISTS", "AS", "NOT"}
OTHER_WORDS |= {"VARCHAR2", "NUMBER", "TABLE", "SELECT", "WHERE", "FROM", "BY", "ON"}


def functions() -> set[str]:
    """Those that our SQL for Oracle is known to call."""
    text = "".join(path.read_text() for path in GOLDEN.glob("*.oracle.sql"))
    called = re.findall(r"\b([A-Za-z_][A-Za-z_0-9]*)\(", text)
    return {name.upper() for name in called} - OTHER_WORDS


KNOWN = "SELECT count(*) FROM pg_proc WHERE proname = $1"
GRAMMAR = {"CAST", "COALESCE", "NULLIF", "EXTRACT", "GREATEST", "LEAST", "TRIM"}
"""What isn't a function there, but said in the same words."""


def test_every_function_of_our_sql_is_there(session: orafce.Connection) -> None:
    with session.cursor() as cursor:
        for name in sorted(functions() - GRAMMAR):
            cursor._cursor.execute(KNOWN, [name.lower()])
            [[many]] = cursor.fetchall()
            assert many, f"orafce has no {name}: say in CANNOT what shows it instead"
    session.rollback()


def test_what_cannot_be_shown_has_its_reason() -> None:
    assert all(map(len, orafce.CANNOT.values()))
    assert all(one.why for one in orafce.WORDS)
