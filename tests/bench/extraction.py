"""The row about a wide answer: a million patients of 40 columns, from a server to Parquet.

`python -m tests.bench.extraction JOB` is one side of it, in a process of its own. Both
prepare the same question in the same way. Then the clock runs, from the statement whose
rows are the answer to the file: ours as ever; or as tuples, fetched through SQLAlchemy with
a cursor of the server's, made into columns and written with the same compression.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd  # noqa: F401 - pyarrow imports it on first use: not while a clock runs
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from cohort_dsl import cohort_file, load, sql
from cohort_dsl.cohort_file import Columns
from cohort_dsl.formats.arrow import COMPRESSION
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import INT
from cohort_dsl.warehouses.explaining import planned
from tests import a_postgres
from tests.bench import on_postgresql
from tests.bench.compare import demand_equal
from tests.bench.data import Size
from tests.bench.measure import Bench, Ran
from tests.bench.rows import Found, Measuring, Row
from tests.bench.worker import most_memory

FETCHED = 10_000  # rows
SIDES = ("ours", "tuples")

KINDS = {
    # how many columns; the language's type; the server's; how the n-th is made of a number
    "flag": (14, "bool", "boolean", "h % 2 = 0"),
    "number": (10, "int", "bigint", "h % (1000 + {n})"),
    "day": (8, "datetime.date", "date", "DATE '2010-01-01' + (h % (3000 + {n}))::int"),
    "value": (4, "float", "double precision", "h / (7 + {n})::double precision"),
    "word": (4, "str", "text", "'code ' || h % (300 + {n})"),
}
COLUMNS = tuple(
    (f"{name}_{n}", kind, held, f"CASE WHEN h % ({n} + 5) > 0 THEN {made.format(n=n)} END")
    for name, (many, kind, held, made) in KINDS.items()
    for n in range(many)
)
HEAD = """\
import datetime

from cohort_dsl import create_dataset
from cohort_dsl.tables import PatientFrame, Series, table


@table
class wide(PatientFrame):
"""


def definition() -> str:
    """All columns of the wide table, of everybody in it."""
    series = "".join(f"    {name} = Series({kind})\n" for name, kind, *_ in COLUMNS)
    asked = "".join(f"dataset.{name} = wide.{name}\n" for name, *_ in COLUMNS)
    everybody = "dataset.define_population(wide.exists_for_patient())\n"
    return f"{HEAD}{series}\n\ndataset = create_dataset()\n{everybody}{asked}"


def extracted(side: str, where: Mapping[str, str], study: Path, target: Path) -> float:
    """Seconds from the answer's statement to its file."""
    query = load.definition(study)
    assert isinstance(query, Query)
    with on_postgresql.warehouse(where, query) as warehouse, warehouse.ask(query) as rows:
        began = time.perf_counter()
        if side == "ours":
            types = {"patient_id": INT}
            types |= {name: one.type for name, one in query.variables.items()}
            cohort_file.write(rows, Columns(types), target, "")
        else:
            _tuples(warehouse, query, rows.schema, target)
        return time.perf_counter() - began


def _tuples(warehouse: Any, query: Query, schema: pa.Schema, target: Path) -> None:
    """A piece at a time, in the session in which the question is prepared."""
    steps = planned(query, warehouse.dialect, warehouse.catalog)
    asked = sql.script(steps, warehouse.dialect, warehouse.catalog).question
    assert not asked.parameters
    theirs = sa.create_engine(
        "postgresql+psycopg://",
        creator=lambda: warehouse._connection,
        poolclass=StaticPool,
        pool_reset_on_return=None,  # the transaction is ours
        _initialize=False,
    )
    with pq.ParquetWriter(target, schema, compression=COMPRESSION) as writer:
        streaming = theirs.connect().execution_options(stream_results=True)
        found = streaming.execute(sa.text(asked.text))
        while rows := found.fetchmany(FETCHED):
            columns = zip(zip(*rows, strict=True), schema, strict=True)
            arrays = [pa.array(values, field.type) for values, field in columns]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
        found.close()


@contextmanager
def loaded(patients: int) -> Iterator[Mapping[str, str]]:
    """The settings of a server with the wide table, while it is up."""
    columns = ", ".join(f"{name} {held}" for name, _, held, _ in COLUMNS)
    values = ", ".join(made for *_, made in COLUMNS)
    number = (
        f"SELECT n, n * 7919 % 1000003 AS h FROM generate_series(1, {patients}::bigint) n"
    )
    with a_postgres.running() as server:
        with server.connect() as connection:
            connection.execute(f"CREATE TABLE wide (patient_id bigint, {columns})")
            connection.execute(f"INSERT INTO wide SELECT n, {values} FROM ({number}) AS h")
            connection.execute("VACUUM ANALYZE wide")
        yield server.settings()


def extraction(bench: Bench) -> Row:
    patients = Size(bench.scale).rows["patients"]
    study = bench.folder / "wide.py"
    study.write_text(definition())
    targets = {side: bench.folder / f"wide-{side}.parquet" for side in SIDES}
    ran: dict[str, Ran] = {}
    with loaded(patients) as where:
        for _ in range(bench.rounds):
            for side, target in targets.items():
                job = [side, dict(where), str(study), str(target)]
                one = Ran(**bench.told("tests.bench.extraction", json.dumps(job)))
                ran[side] = min(one, ran.get(side, one), key=lambda run: run.seconds)
            demand_equal(*targets.values())
    ours, tuples = ran["ours"], ran["tuples"]
    words = "{} times faster than fetching tuples through SQLAlchemy"
    found = [
        Found(words, tuples.seconds / ours.seconds, 3, more_is_better=True),
        Found("{} GB of memory", ours.memory / 1e9, 1),
    ]
    work = f"{patients:,} patients of {len(COLUMNS)} columns, from PostgreSQL to Parquet"
    times = f"ours {ours.seconds:.2f} s, tuples {tuples.seconds:.2f} s"
    return Row(work, found, times)


ROWS: Mapping[str, Measuring] = {"extraction": extraction}


if __name__ == "__main__":
    side, where, study, target = json.loads(sys.argv[1])
    seconds = extracted(side, where, Path(study), Path(target))
    print(json.dumps({"seconds": seconds, "memory": most_memory()}))
