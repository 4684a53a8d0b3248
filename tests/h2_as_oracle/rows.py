"""A warehouse of rows written by hand, there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from cohort_dsl.model.types import TableSchema
from cohort_dsl.sql.catalog import Catalog, plain
from cohort_dsl.sql.dialect import Dialect
from cohort_dsl.sql.oracle import ORACLE_19, TYPES
from cohort_dsl.sql.temporary import quoted
from cohort_dsl.warehouses.given import fitted
from cohort_dsl.warehouses.oracle import OracleWarehouse
from cohort_dsl.warehouses.rows import ARROW


@contextmanager
def from_rows(
    connection: Any,
    tables: Mapping[str, pa.Table],
    schemas: Mapping[str, TableSchema],
    dialect: Dialect = ORACLE_19,
) -> Iterator[OracleWarehouse]:
    """A warehouse of ``given.fitted`` tables, which are dropped afterwards."""
    rows, patient_id = fitted(tables, schemas)
    names = {name: quoted(name, dialect.renderer()) for name in rows}
    with connection.cursor() as cursor:
        try:
            for name, held in rows.items():
                cursor.execute(f"CREATE TABLE {names[name]} ({_columns(held, dialect)})")
                _fill(cursor, names[name], held)
            connection.commit()
            catalog = Catalog({n: plain(one) for n, one in schemas.items()}, patient_id)
            yield OracleWarehouse(connection, catalog, dialect)
        finally:
            connection.rollback()
            for name in names.values():
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _columns(held: pa.Table, dialect: Dialect) -> str:
    words = dialect.renderer()
    kinds = {ARROW[kind]: TYPES[kind].compile(words) for kind in ARROW}
    return ", ".join(f"{quoted(f.name, words)} {kinds[f.type]}" for f in held.schema)


def _fill(cursor: Any, name: str, held: pa.Table) -> None:
    if held.num_rows:
        places = ", ".join(f":{n}" for n in range(1, held.num_columns + 1))
        columns = [column.to_pylist() for column in held.columns]
        rows = list(zip(*columns, strict=True))
        cursor.executemany(f"INSERT INTO {name} VALUES ({places})", rows)
