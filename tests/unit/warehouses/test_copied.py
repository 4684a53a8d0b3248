"""PostgreSQL's binary COPY, read into columns: every value as the server holds it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from cohort_dsl.sql import Statement
from cohort_dsl.warehouses import copied
from cohort_dsl.warehouses.postgresql import connect
from tests.a_postgres import Server

KINDS = {"n": pa.int64(), "f": pa.float64(), "b": pa.bool_(), "d": pa.date32()}
SCHEMA = pa.schema([*KINDS.items(), ("t", pa.string())])
ODD = 'it\'s \\ "%" $1 :x 🙂\n\t\r;--'
ROWS = [
    (1, 0.1, True, date(2024, 2, 29), ODD),
    (-(2**63), -0.0, False, date(1, 1, 1), ""),
    (2**63 - 1, 5e-324, None, date(9999, 12, 31), None),
    (None, 1.7976931348623157e308, True, None, "\\N"),
    (None, None, None, None, "é" * 5_000),
]


@pytest.fixture(scope="module")
def session(postgres: Server) -> Iterator[psycopg.Connection[Any]]:
    with connect(postgres.settings()) as connection:
        yield connection


def came(
    session: psycopg.Connection[Any], asked: Statement, schema: pa.Schema, rows: int = 2
) -> list[tuple[Any, ...]]:
    with session.transaction():
        with psycopg.RawCursor(session).copy(copied.order(session, asked, schema)):
            batches = list(copied.batches(session, schema, rows))
        assert session.execute("SELECT 1").fetchone() == (1,)
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def values(rows: list[tuple[Any, ...]]) -> Statement:
    """The rows as a statement of parameters, and texts and names that look like some."""
    kinds = ("bigint", "float8", "boolean", "date", "text")
    places = iter(range(1, 1_000))
    told = (", ".join(f"CAST(${next(places)} AS {kind})" for kind in kinds) for _ in rows)
    selects = " UNION ALL ".join(f"SELECT {one}" for one in told)
    named = f'SELECT n, f, b, d, t FROM ({selects}) AS "a$1"(n, f, b, d, t)'
    return Statement(f"{named} WHERE '$9' <> '$8'", tuple(v for row in rows for v in row))


def test_every_value_comes_as_it_was_told(session: psycopg.Connection[Any]) -> None:
    found = came(session, values(ROWS), SCHEMA)
    assert found == ROWS
    assert math.copysign(1, found[1][1]) == -1


def test_an_answer_may_have_no_rows(session: psycopg.Connection[Any]) -> None:
    none = Statement("SELECT 1 AS n WHERE false")
    assert came(session, none, pa.schema([("n", pa.int64())])) == []


@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"])
def test_a_day_that_is_no_date_of_ours_is_refused(
    session: psycopg.Connection[Any], day: str
) -> None:
    with pytest.raises(pa.ArrowInvalid):
        came(
            session, Statement(f"SELECT DATE '{day}' AS d"), pa.schema([("d", pa.date32())])
        )


def test_an_error_of_the_server_is_told_and_the_session_is_free(
    session: psycopg.Connection[Any],
) -> None:
    numbers = "SELECT 1 / (n - 30000) AS n FROM generate_series(1, 40000) AS n"
    with pytest.raises(psycopg.errors.DivisionByZero):
        came(session, Statement(numbers), pa.schema([("n", pa.int64())]), 1_000)
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_what_is_broken_off_is_read_no_further(session: psycopg.Connection[Any]) -> None:
    schema = pa.schema([("n", pa.int64())])
    endless = Statement("SELECT generate_series(1, 100000000) AS n")
    order = copied.order(session, endless, schema)
    with session.transaction(), psycopg.RawCursor(session).copy(order) as copy:
        with closing(copied.batches(session, schema, 10)) as batches:
            assert next(batches).num_rows == 10
        copy.finish(GeneratorExit())
    # The transaction was ended with the statement.
    assert session.execute("SELECT 1").fetchone() == (1,)


ROW = b"\0\1\0\0\0\x08" + bytes(7) + b"\7"


@pytest.mark.parametrize(
    "messages",
    [
        [b"no header"],
        [copied.BEGIN + b"\0\2" + ROW[2:], copied.END],  # two fields
        [copied.BEGIN + ROW + b"\0", copied.END],  # more than its fields
        [copied.BEGIN + ROW[:-1], copied.END],  # less
        [copied.BEGIN + b"\0\1\0\0\0\4" + bytes(4), copied.END],  # another width
    ],
)
def test_what_is_no_row_is_refused(
    messages: list[bytes], monkeypatch: pytest.MonkeyPatch, session: Any
) -> None:
    monkeypatch.setattr(copied, "_messages", lambda server: map(memoryview, messages))
    with pytest.raises(pa.ArrowInvalid, match="no row of these columns"):
        list(copied.batches(session, pa.schema([("n", pa.int64())]), 10))


def test_a_header_may_come_alone(monkeypatch: pytest.MonkeyPatch, session: Any) -> None:
    messages = [copied.BEGIN, ROW, copied.END]
    monkeypatch.setattr(copied, "_messages", lambda server: map(memoryview, messages))
    [batch] = copied.batches(session, pa.schema([("n", pa.int64())]), 10)
    assert batch.to_pylist() == [{"n": 7}]


def test_bytes_that_are_no_text_are_refused(
    monkeypatch: pytest.MonkeyPatch, session: Any
) -> None:
    messages = [copied.BEGIN + b"\0\1\0\0\0\1\xff", copied.END]
    monkeypatch.setattr(copied, "_messages", lambda server: map(memoryview, messages))
    with pytest.raises(pa.ArrowInvalid):
        list(copied.batches(session, pa.schema([("t", pa.string())]), 10))
