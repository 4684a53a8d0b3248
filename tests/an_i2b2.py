"""i2b2's demo warehouse on each engine, and how often its plans scan a table."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from cli.demo.records import I2B2
from cohort_dsl.sql import Script, Statement
from cohort_dsl.warehouses import duckdb as in_duckdb
from cohort_dsl.warehouses import oracle_session as in_oracle
from cohort_dsl.warehouses import postgresql as in_postgresql
from tests.a_postgres import Server
from tests.an_omop import on_server

TABLES = tuple(sorted(path.stem for path in I2B2.glob("*.parquet")))


def loaded(path: Path) -> Path:
    """A DuckDB file of the demo's tables."""
    with duckdb.connect(path) as connection:
        for name in TABLES:
            connection.execute(f"CREATE TABLE {name} AS FROM '{I2B2 / name}.parquet'")
    return path


@contextmanager
def on_postgresql(server: Server, folder: Path) -> Iterator[dict[str, Any]]:
    """Settings for a database of its own with them; gone afterwards.

    Names are in capitals, as Oracle's DDL writes them. ``folder``: to put files into.
    """
    with on_server(server, {}, {}) as given, server.connect(given["database"]) as held:
        for name in TABLES:
            source = duckdb.sql(f"FROM '{I2B2 / name}.parquet'")
            columns = zip(source.columns, map(str, source.types), strict=True)
            typed = [f'"{n.upper()}" {t}' for n, t in columns]
            held.execute(f'CREATE TABLE "{name.upper()}" ({", ".join(typed)})')
            written = folder / f"{name}.csv"
            source.write_csv(str(written), header=False, na_rep="NULL", quotechar='"')
            words = f"COPY \"{name.upper()}\" FROM STDIN (FORMAT csv, NULL 'NULL')"
            with held.cursor().copy(words) as copy:
                copy.write(written.read_bytes())
        held.commit()
        yield given


def few(file: Path, folder: Path, patients: str) -> Path:
    """The same warehouse with some patients only: those for whom the condition holds."""
    shutil.copy(file, folder / "few.duckdb")
    with duckdb.connect(folder / "few.duckdb") as connection:
        for table in ("observation_fact", "patient_dimension", "visit_dimension"):
            connection.execute(f"DELETE FROM {table} WHERE NOT ({patients})")
    return folder / "few.duckdb"


# What an engine itself says of its scans -------------------------------------------


def scans_of_duckdb(engine: Any, script: Script, table: str) -> int:
    """How often the statements of a script scan a table, by DuckDB's own plans."""
    found = 0
    with engine._session() as session:
        for sent in script.statements():
            if isinstance(sent, Statement) and not sent.makes and not sent.drops:
                [(_, told)] = session.execute(
                    f"EXPLAIN (FORMAT JSON) {sent.text}", list(sent.parameters)
                ).fetchall()
                found += sum(_is_scan(one, table) for one in _nodes(json.loads(told)))
            in_duckdb._send(session, sent)
    return found


def _is_scan(node: dict[str, Any], table: str) -> bool:
    read = str(node.get("extra_info", {}).get("Table", ""))
    return read.rpartition(".")[2].strip('"').casefold() == table


def scans_of_postgresql(engine: Any, script: Script, table: str) -> int:
    """The same by PostgreSQL's."""
    found = 0
    connection = engine._connection
    with connection.transaction(force_rollback=True):
        cursor = in_postgresql._made(connection, script)
        for sent in script.statements():
            if isinstance(sent, Statement) and not sent.makes and not sent.drops:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sent.text}", sent.parameters)
                [(told,)] = cursor.fetchall()
                names = (one.get("Relation Name", "") for one in _nodes(told))
                found += sum(name.casefold() == table for name in names)
            in_postgresql._send(cursor, sent)
    return found


def scans_of_h2(engine: Any, script: Script, table: str) -> int:
    """The same by H2's, which may read it by one of its indexes."""
    found = 0
    with engine._session(script) as session:
        for sent in script.statements():
            if isinstance(sent, Statement) and not sent.makes and not sent.drops:
                with session.connection.cursor() as cursor:
                    in_oracle.sent(cursor, replace(sent, text=f"EXPLAIN {sent.text}"))
                    [(told,)] = cursor.fetchall()
                found += len(re.findall(rf"(?:FROM|JOIN) PUBLIC\.{table}\b", told))
            if sent in script.preparations:
                session.send(sent)
    return found


def _nodes(told: Any) -> Iterator[dict[str, Any]]:
    """All nodes of a plan."""
    stack = [told]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack.extend(one)
        elif isinstance(one, dict):
            yield one
            stack.extend(v for v in one.values() if isinstance(v, dict | list))
