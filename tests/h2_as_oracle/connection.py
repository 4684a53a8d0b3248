"""Connections and cursors with oracledb's methods, over JDBC.

Java runs in this very process, as it may once only, and is never stopped.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jpype
import oracledb

from tests.h2_as_oracle import functions, words

# Words that H2 keeps to itself, and that columns may be called by in Oracle.
NAMES = "DAY,VALUE"
URL = f"jdbc:h2:mem:;MODE=Oracle;BUILTIN_ALIAS_OVERRIDE=TRUE;NON_KEYWORDS={NAMES}"
# Small, quick to start, and deaf to Ctrl-C, which is pytest's.
JAVA = ("-Xmx512m", "-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xrs")


class NoH2Error(Exception):
    """Why there is none."""


@functools.cache
def started(jars: tuple[str, ...]) -> Any:
    """JDBC's driver manager. NoH2Error where Java or H2 isn't installed."""
    missing = [jar for jar in jars if not Path(jar).exists()]
    if missing or shutil.which("javac") is None:
        raise NoH2Error("H2 or Java isn't installed (libh2-java, default-jdk-headless)")
    jpype.startJVM(*JAVA, classpath=list(jars), convertStrings=True)
    jpype.JClass("org.h2.Driver")
    return jpype.JClass("java.sql.DriverManager")


class Connection:
    """One database, in memory."""

    version, thin, autocommit = "19.0.0.0.0", True, False
    encoding = nencoding = "UTF-8"
    outputtypehandler = inputtypehandler = None
    stmtcachesize, max_identifier_length = 0, 128

    def __init__(self, manager: Any) -> None:
        self._java = manager.getConnection(URL)
        with self.cursor() as cursor:
            for statement in functions.statements():
                cursor.execute(statement)
        self._java.setAutoCommit(False)

    def cursor(self, scrollable: bool = False) -> Cursor:
        return Cursor(self._java, self)

    def commit(self) -> None:
        self._java.commit()

    def rollback(self) -> None:
        self._java.rollback()

    def close(self) -> None:
        self._java.close()


class Cursor:
    """One statement after the other."""

    arraysize = 100
    outputtypehandler = None

    def __init__(self, java: Any, connection: Connection) -> None:
        self._java, self._statement, self._rows = java, None, None
        self._connection = connection
        self._readers: list[Callable[[Any, int], Any]] = []
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount = -1

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        if self._statement is not None:
            self._statement.close()
            self._statement = None

    def setinputsizes(self, *kinds: Any, **named: Any) -> None:
        """Java is told each value's kind anyway."""

    def execute(self, statement: str, values: Any = None, **named: Any) -> None:
        values = _by_name(values or named)
        with _told():
            *before, last = words.told(statement)
            for one in before:
                self._prepared(one, values)
                self._statement.execute()
            self._prepared(last, values)
            if self._statement.execute():
                self._rows = self._statement.getResultSet()
                self._describe()
            else:
                self.description = None
                self.rowcount = self._statement.getUpdateCount()

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with _told():
            [told] = words.told(statement)
            self._prepared(told, {})
            for row in map(_by_name, rows):
                self._bind([row[name] for name in told.names])
                self._statement.addBatch()
            self._statement.executeBatch()
            self.rowcount = len(rows)

    def _prepared(self, told: words.Told, values: Mapping[str, Any]) -> None:
        self.close()
        self._statement = self._java.prepareStatement(told.text)
        if values:
            self._bind([values[name] for name in told.names])

    def _bind(self, values: Sequence[Any]) -> None:
        for place, value in enumerate(values, start=1):
            _set(self._statement, place, value)

    def _describe(self) -> None:
        told = self._rows.getMetaData()
        places = range(1, told.getColumnCount() + 1)
        kinds = [told.getColumnTypeName(place) for place in places]
        self._readers = [self._reader(kind.partition("(")[0]) for kind in kinds]
        self.description = [
            (told.getColumnLabel(place), kind, None, None, None, None, True)
            for place, kind in zip(places, kinds, strict=True)
        ]

    def _reader(self, kind: str) -> Callable[[Any, int], Any]:
        """Whoever asked for it may want numbers as text, and make of it what they like."""
        wants = self.outputtypehandler or self._connection.outputtypehandler
        if wants is not None and _READERS[kind] is _number:
            told = wants(self, "", oracledb.DB_TYPE_NUMBER, 0, 0, -127)
            return _READERS[kind] if told is None else _as_text(told)
        return _READERS[kind]

    def var(self, kind: Any, size: int = 0, **said: Any) -> Callable[[str], Any]:
        """What becomes of a number's text."""
        return said.get("outconverter") or str

    def fetchone(self) -> tuple[Any, ...] | None:
        with _told():
            if not self._rows.next():
                return None
            held = enumerate(self._readers, start=1)
            return tuple(read(self._rows, place) for place, read in held)

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        found = (self.fetchone() for _ in range(size or self.arraysize))
        return list(_until_none(found))

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(_until_none(iter(self.fetchone, None)))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return _until_none(iter(self.fetchone, None))


def _until_none(rows: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        if row is None:
            return
        yield row


def _by_name(values: Mapping[str, Any] | Sequence[Any]) -> Mapping[str, Any]:
    """Without names, by their numbers."""
    if isinstance(values, Mapping):
        return values
    return {str(n): value for n, value in enumerate(values, start=1)}


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except jpype.JException as error:
        raise oracledb.DatabaseError(f"H2: {error}") from None


def _set(statement: Any, place: int, value: Any) -> None:
    if isinstance(value, bool | int):
        statement.setBigDecimal(
            place, jpype.JClass("java.math.BigDecimal")(str(int(value)))
        )
    elif isinstance(value, float):
        statement.setDouble(place, value)
    elif isinstance(value, str):
        statement.setString(place, value)
    elif isinstance(value, date):
        statement.setObject(place, _java_date(value))
    else:
        assert value is None, type(value)
        statement.setNull(place, 0)


def _java_date(day: date) -> Any:
    """As a DATE, which has a time there."""
    time = (day.hour, day.minute, day.second) if isinstance(day, datetime) else (0, 0, 0)
    local = jpype.JClass("java.time.LocalDateTime")
    return local.of(day.year, day.month, day.day, *time)


def _number(rows: Any, place: int) -> Any:
    """As oracledb has it: a whole number is an int, another a float."""
    found = rows.getBigDecimal(place)
    if found is None:
        return None
    text = found.toPlainString()
    whole, _, rest = text.partition(".")
    return float(text) if rest.strip("0") else int(whole)


def _as_text(made: Callable[[str], Any]) -> Callable[[Any, int], Any]:
    def read(rows: Any, place: int) -> Any:
        found = rows.getBigDecimal(place)
        return None if found is None else made(str(found.toPlainString()))

    return read


def _float(rows: Any, place: int) -> Any:
    found = rows.getDouble(place)
    return None if rows.wasNull() else float(found)


def _text(rows: Any, place: int) -> Any:
    found = rows.getString(place)
    return None if found is None else str(found)


def _date(rows: Any, place: int) -> Any:
    found = rows.getObject(place, jpype.JClass("java.time.LocalDateTime"))
    if found is None:
        return None
    time = found.getHour(), found.getMinute(), found.getSecond()
    return datetime(found.getYear(), found.getMonthValue(), found.getDayOfMonth(), *time)  # noqa: DTZ001 - as the driver's


_READERS: Mapping[str, Callable[[Any, int], Any]] = {
    **dict.fromkeys(("NUMERIC", "DECFLOAT", "INTEGER", "SMALLINT", "BIGINT"), _number),
    "DOUBLE PRECISION": _float,
    **dict.fromkeys(("CHARACTER VARYING", "CHARACTER", "NULL"), _text),
    "CHARACTER LARGE OBJECT": _text,
    **dict.fromkeys(("TIMESTAMP", "DATE"), _date),
}
