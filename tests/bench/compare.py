"""Are two answers the same, cell by cell? Nothing is measured before that is sure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb


class UnequalError(Exception):
    """Two answers to one question: which columns differ, in how many rows."""


def demand_equal(one: Path, other: Path) -> None:
    """UnequalError unless both Parquet files hold the same rows, one for each patient

    or, where there are no patients, any.
    """
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            quoted = str(path).replace("'", "''")
            connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted}')"
            )
        found = _differences(connection)
    if found:
        raise UnequalError(f"{one.name} and {other.name} differ: {'; '.join(found)}")


def _differences(connection: duckdb.DuckDBPyConnection) -> list[str]:
    columns, others = (_columns(connection, name) for name in ("one", "other"))
    if columns != others:
        return [f"columns {', '.join(columns)} and {', '.join(others)}"]
    if "patient_id" not in columns:
        return _other_rows(connection)
    for name in ("one", "other"):
        rows, patients = _row(
            connection, f"SELECT count(*), count(DISTINCT patient_id) FROM {name}"
        )
        if rows != patients:
            return [f"{rows} rows of {patients} patients in {name}"]
    compared = [
        f'count(*) FILTER (WHERE one."{c}" IS DISTINCT FROM other."{c}")' for c in columns
    ]
    differing = _row(
        connection,
        f"SELECT {', '.join(compared)} "
        "FROM one FULL JOIN other ON one.patient_id = other.patient_id",
    )
    counted = zip(columns, differing, strict=True)
    return [f"{column} in {rows} rows" for column, rows in counted if rows]


def _other_rows(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = []
    for name, without in (("one", "other"), ("other", "one")):
        only = f"FROM {name} EXCEPT ALL FROM {without}"
        (rows,) = _row(connection, f"SELECT count(*) FROM ({only})")
        found += [f"{rows} rows only in {name}"] if rows else []
    return found


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> Sequence[str]:
    found = connection.execute(f"DESCRIBE {name}").fetchall()
    return [row[0] for row in found]


def _row(connection: duckdb.DuckDBPyConnection, question: str) -> tuple[int, ...]:
    found = connection.execute(question).fetchone()
    assert found is not None
    return found
