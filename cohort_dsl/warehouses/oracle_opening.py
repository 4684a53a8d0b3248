"""What settings make of an Oracle server: a session, its tables, how it is asked."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import oracledb

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.sql.oracle import oracle
from cohort_dsl.warehouses.oracle import OracleWarehouse
from cohort_dsl.warehouses.oracle_connecting import GLOBAL, PRIVATE, Given, connect, place
from cohort_dsl.warehouses.oracle_errors import told
from cohort_dsl.warehouses.oracle_session import Connection, Habits

OLDEST, WITH_PRIVATE = (12, 2), (18, 0)

COLUMNS = """
    SELECT owner, table_name, column_name, data_type, data_precision, data_scale, nullable
    FROM all_tab_columns
    WHERE owner NOT IN (SELECT username FROM all_users WHERE oracle_maintained = 'Y')
      AND table_name NOT LIKE 'BIN$%' AND table_name NOT LIKE 'SR$%'
"""

LEFT = """
    SELECT t.table_name FROM user_tables t
    JOIN user_objects o ON o.object_name = t.table_name AND o.object_type = 'TABLE'
    WHERE t.table_name LIKE 'SR$%' AND t.temporary = 'Y' AND o.created < SYSDATE - 2
"""
"""Tables of sessions that ended without a word; none lasts two days."""


@dataclass(frozen=True)
class Opened:
    """A connection, and how its site wants it to be used. ``where``: as errors tell it."""

    connection: Connection
    where: str
    tables: str
    habits: Habits

    @property
    def version(self) -> tuple[int, int]:
        first, second = str(self.connection.version).split(".")[:2]
        return int(first), int(second)

    def close(self) -> None:
        with contextlib.suppress(oracledb.Error):  # it may be gone already
            self.connection.close()


def opened(given: Given) -> Opened:
    """The site's session. WarehouseError where there is none, or its rights don't do."""
    made = Opened(connect(given), place(given), str(given.get("tables", "")), habits(given))
    try:
        _demand(made)
        if made.tables == GLOBAL:
            drop_left(made.connection)
    except BaseException:
        made.close()
        raise
    return made


def habits(given: Given) -> Habits:
    usual = Habits()
    return Habits(
        int(str(given.get("rows_at_once", usual.rows_at_once))),
        given.get("flashback") is True,
        int(str(given.get("patients_at_once", usual.patients_at_once))),
    )


def _demand(made: Opened) -> None:
    if made.version < OLDEST:
        problem = f"the server is Oracle {made.connection.version}, older than 12.2"
        raise _refused(made, problem, "Ask for a copy of its data on a newer server.")
    if made.tables == PRIVATE and made.version < WITH_PRIVATE:
        raise _refused(
            made,
            "private temporary tables came with Oracle 18c",
            "Set tables to global, or one_statement instead of tables.",
        )


def _refused(made: Opened, problem: str, remedy: str) -> WarehouseError:
    return WarehouseError(problem, where=made.where, remedy=remedy)


def drop_left(connection: Connection) -> None:
    """Takes away the tables that killed sessions have left. One that is in use stays."""
    with contextlib.suppress(oracledb.Error), connection.cursor() as cursor:
        cursor.execute(LEFT)
        for (name,) in cursor.fetchall():
            with contextlib.suppress(oracledb.Error):
                cursor.execute('DROP TABLE "{}"'.format(str(name).replace('"', "")))


def physical(made: Opened) -> Physical:
    """The tables and views that the account may read, whoever owns them."""
    try:
        with made.connection.cursor() as cursor:
            cursor.execute(COLUMNS)
            found = cursor.fetchall()
    except oracledb.Error as error:
        raise told(error, made.where) from None
    return of_columns(
        ((owner, table), column, kind_of(str(kind), precision, scale), null != "N")
        for owner, table, column, kind, precision, scale, null in found
    )


KINDS: Mapping[str, str] = {
    "BINARY_DOUBLE": "DOUBLE",
    "BINARY_FLOAT": "FLOAT",
    "FLOAT": "DOUBLE",  # a NUMBER of so many digits, and none exceeds a double
    **dict.fromkeys(("VARCHAR2", "NVARCHAR2", "CHAR", "NCHAR"), "VARCHAR"),
    "DATE": "TIMESTAMP",  # it has a time of day
}


def kind_of(kind: str, precision: int | None, scale: int | None) -> str:
    """The type as other engines call it.

    NUMBER(p, 0) and INTEGER are whole: one that has no room in 64 bits fails loudly, and
    is no id of anybody. NUMBER alone may have any digits behind its point.
    """
    if kind == "NUMBER":
        return "BIGINT" if scale is not None and scale <= 0 else "DOUBLE"
    return KINDS.get(kind, kind)


def warehouse(made: Opened, catalog: Catalog, dialect: Dialect) -> OracleWarehouse:
    """Asked as its version and rights allow. ``dialect``: whether in one statement."""
    own = oracle(made.version if made.tables != GLOBAL else OLDEST, session())
    asked = own.in_one_statement() if dialect.one_statement else own
    return OracleWarehouse(made.connection, catalog, asked, made.habits)


def session() -> str:
    """Letters and digits that no other session has: part of its tables' names."""
    return secrets.token_hex(3)
