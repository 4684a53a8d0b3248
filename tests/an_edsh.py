"""The ten patients of the demo of the national core, in tables of the types of its DDL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.demo import hospital
from cli.demo.hospital import SAMPLE, TABLES
from cohort_dsl import warehouses
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.a_postgres import Server
from tests.an_omop import on_server, settings

LACKS = ["documents", "core.clinical_events", "core.medications"]
"""What the model has nothing of, for ``empty_tables``."""


def sample(path: Path) -> Path:
    """The ten patients in a DuckDB file."""
    return hospital.ten(path)


@contextmanager
def opened(place: Path | Server) -> Iterator[MappedWarehouse]:
    """The sample's warehouse. ``place``: a folder, or a PostgreSQL server."""
    if isinstance(place, Server):
        with on_server(place, {}, TABLES) as given:
            _copied(place, given["database"])
            with warehouses.open({**given, **MODEL}) as warehouse:
                yield warehouse
        return
    with warehouses.open({**settings(sample(place / "edsh.duckdb")), **MODEL}) as warehouse:
        yield warehouse


MODEL = {"mapping": "edsh", "empty_tables": LACKS}


def _copied(server: Server, database: str) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        for name in TABLES:
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((SAMPLE / f"{name}.csv").read_bytes())
