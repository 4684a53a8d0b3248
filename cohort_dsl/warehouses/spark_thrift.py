"""Spark's Thrift server, for sites that have no other way: all is said in SQL.

``pyhive`` is imported when a session is opened, and not before. That way knows no
parameters, so constants are written into the text, each by its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Any

import pyarrow as pa

from cohort_dsl.errors import LoginRefused
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql import Statement
from cohort_dsl.warehouses.faults import NEVER_AGAIN, WHERE
from cohort_dsl.warehouses.spark_link import (
    SESSION,
    marked,
    misset,
    quoted,
    unreachable,
)

FETCHED = 10_000  # rows at once
AT_ONCE = 500  # rows of constants in one list of values: each is a piece of the text

TYPES: Mapping[pa.DataType, str] = {
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "STRING",
    pa.date32(): "DATE",
}


class Thrift:
    """A session there. Its temporary views end with it, and so does what it has kept."""

    def __init__(self, connection: Any, failures: tuple[type[Exception], ...]) -> None:
        self._connection, self.failures = connection, failures
        self._kept: set[str] = set()
        escaped = {"spark.sql.parser.escapedStringLiterals": "false"}  # as ours are
        for name, value in {**SESSION, **escaped}.items():
            self._do(f"SET {name}={value}")

    def __repr__(self) -> str:
        return "<a session of Spark>"

    def table(self, name: str, path: str) -> None:
        made = f"CREATE OR REPLACE TEMPORARY VIEW {quoted(name)} USING parquet"
        self._do(f"{made} OPTIONS (path {literal(path)})")

    def view(self, name: str, parts: Sequence[Statement], *, kept: bool) -> None:
        """Of a view that isn't kept, the text alone is remembered."""
        rows = " UNION ALL ".join(map(_written, parts))
        if not kept:
            self._do(f"CREATE OR REPLACE TEMPORARY VIEW {quoted(name)} AS {rows}")
            return
        level = "OPTIONS ('storageLevel' 'MEMORY_AND_DISK')"
        self._do(f"CACHE LAZY TABLE {quoted(name)} {level} AS {rows}")
        self._kept.add(name)

    def upload(self, name: str, rows: pa.Table) -> None:
        pieces = [rows.slice(at, AT_ONCE) for at in range(0, rows.num_rows, AT_ONCE)]
        selects = " UNION ALL ".join(map(_values, pieces or [rows]))
        self._do(f"CREATE OR REPLACE TEMPORARY VIEW {quoted(name)} AS {selects}")

    def drop(self, names: Sequence[str]) -> None:
        for name in reversed(names):
            if name in self._kept:
                self._kept.discard(name)
                self._do(f"UNCACHE TABLE IF EXISTS {quoted(name)}")
            self._do(f"DROP VIEW IF EXISTS {quoted(name)}")

    def batches(self, asked: Statement, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with closing(self._connection.cursor(arraysize=FETCHED)) as cursor:
            cursor.execute(_written(asked))
            while rows := cursor.fetchmany(FETCHED):
                columns = [
                    pa.array(_told(column, field.type), field.type)
                    for column, field in zip(zip(*rows, strict=True), schema, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def all(self, asked: Statement) -> list[tuple[Any, ...]]:
        with closing(self._connection.cursor(arraysize=FETCHED)) as cursor:
            cursor.execute(_written(asked))
            return [tuple(row) for row in cursor.fetchall()]

    def plan(self, asked: Statement) -> str:
        found = self.all(Statement(f"EXPLAIN {asked.text}", asked.parameters))
        return "\n".join(str(told) for (told,) in found)

    def is_there(self) -> bool:
        try:
            return bool(self.all(Statement("SELECT 1")))
        except self.failures:
            return False

    def close(self) -> None:
        try:
            self._connection.close()
        except self.failures:  # it is gone already
            self._connection._transport.close()  # noqa: SLF001 - else its socket stays

    def _do(self, text: str) -> None:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(text)


def _written(asked: Statement) -> str:
    return marked(asked, lambda number: literal(asked.parameters[number - 1]))


def _values(rows: pa.Table) -> str:
    """The rows as a select, with their types; none of them where there are none."""
    told = [", ".join(map(literal, row.values())) for row in rows.to_pylist()]
    names = ", ".join(quoted(name) for name in rows.column_names)
    columns = ", ".join(
        f"CAST({quoted(field.name)} AS {TYPES[field.type]}) AS {quoted(field.name)}"
        for field in rows.schema
    )
    nobody = "(" + ", ".join("NULL" for _ in rows.column_names) + ")"
    values = ", ".join(f"({row})" for row in told) or nobody
    only = "" if told else " WHERE false"
    return f"SELECT {columns} FROM VALUES {values} AS given({names}){only}"  # noqa: S608 - literals of ours


def literal(value: Scalar | None) -> str:
    """A constant as Spark's SQL writes it, whatever its signs."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"DATE'{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + "".join(map(_escaped, value)) + "'"
    return f"CAST('{value!r}' AS {'DOUBLE' if isinstance(value, float) else 'BIGINT'})"


def _escaped(sign: str) -> str:
    """What isn't a plain sign by its number. So is what begins ``${env:HOME}``, of which
    Spark makes the server's own before it looks what stands in quotes."""
    if sign.isascii() and sign.isprintable() and sign not in "'\\$":
        return sign
    number = ord(sign)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"


def _told(column: Sequence[Any], kind: pa.DataType) -> Sequence[Any]:
    """The server tells dates as texts."""
    if kind != pa.date32():
        return column
    return [date.fromisoformat(one) if isinstance(one, str) else one for one in column]


# Opening -----------------------------------------------------------------------


def connect(where: Mapping[str, Any]) -> Thrift:
    """``where``: pyhive's words: host, port, username, database, auth, password ...

    WarehouseError where pyhive is missing, or no server answers or lets us in.
    """
    try:
        from pyhive import exc, hive
        from thrift.Thrift import TException
    except ImportError:
        raise misset(
            "the client of Spark's Thrift server isn't installed",
            "Run `pip install 'strongroom[spark]'` there.",
        ) from None
    failures = (exc.Error, TException, OSError, EOFError)
    try:
        return Thrift(hive.Connection(**where), failures)
    except (*failures, ValueError, AssertionError) as error:
        if "Bad status" in str(error):  # SASL's, of a server that answers
            raise LoginRefused(
                "Spark's Thrift server doesn't let us in",
                where=WHERE,
                remedy="Correct the user, the passfile or kerberos, and try them once with "
                f"beeline. {NEVER_AGAIN}",
            ) from None
        raise unreachable(
            "no Thrift server of Spark's answers there",
            "Try the same address and user with beeline.",
        ) from None
