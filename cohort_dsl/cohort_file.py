"""The cohort file: one row a patient, as Parquet. Its format, version 1:

- column ``patient_id`` first (int64 or string), ascending, each once, never NULL;
- then the variables in the definition's order: bool, int64, float64, string, date32;
- the key-value metadata ``strongroom`` holds JSON: ``format`` ("cohort"), ``version``,
  ``query_sha256``, and ``columns`` with each one's ``name`` and ``type`` (``bool``,
  ``int``, ``float``, ``str``, ``date``, or ``code:`` and the coding system).

The file is there whole or not at all. The same rows give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import ValueType
from cohort_dsl.warehouses.rows import ARROW, Rows

KEY = b"strongroom"
FORMAT, VERSION = "cohort", 1

GROUP = 100_000  # rows in a row group: the same for the same rows, however they come


@dataclass(frozen=True)
class CohortFile:
    """A cohort file that was written. ``sha256``: of its bytes, in hex."""

    path: Path
    sha256: str
    rows: int
    query_sha256: str


@dataclass(frozen=True)
class Description:
    """What a cohort file says of itself. ``columns``: name → type, patient_id first."""

    query_sha256: str
    columns: Mapping[str, str]
    rows: int


# Writing -------------------------------------------------------------------------


def write(
    rows: Rows, types: Mapping[str, ValueType], target: Path, query_sha256: str
) -> CohortFile:
    """Write the rows to ``target``; what was there before is replaced.

    ``types``: of patient_id and the variables, in order. WarehouseError, and no file,
    where the rows have other columns or types, aren't sorted by patient_id, or a patient
    comes twice or has no id. Only the file's owner may read it.
    """
    schema = _schema(types, query_sha256)
    with replacing(target) as draft:
        count = _write_parquet(rows.reveal(), schema, draft)
        with draft.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
    return CohortFile(target, digest, count, query_sha256)


def _schema(types: Mapping[str, ValueType], query_sha256: str) -> pa.Schema:
    told = {
        "format": FORMAT,
        "version": VERSION,
        "query_sha256": query_sha256,
        "columns": [{"name": name, "type": _word(kind)} for name, kind in types.items()],
    }
    fields = [pa.field(name, ARROW[kind.kind]) for name, kind in types.items()]
    fields[0] = fields[0].with_nullable(False)
    return pa.schema(fields, metadata={KEY: json.dumps(told)})


def _word(kind: ValueType) -> str:
    return f"{kind.kind.value}:{kind.system}" if kind.system else kind.kind.value


def _write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(_sound(batches, schema), schema):
            writer.write_table(group, row_group_size=GROUP)
            rows += group.num_rows
    return rows


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in tables of ``GROUP`` rows, however they came."""
    held: pa.Table = schema.empty_table()
    for batch in batches:
        held = pa.concat_tables([held, pa.Table.from_batches([batch], schema)])
        while held.num_rows >= GROUP:
            yield held.slice(0, GROUP).combine_chunks()
            held = held.slice(GROUP)
    if held.num_rows:
        yield held.combine_chunks()


def _sound(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """The batches in the schema's types, as long as each patient_id is a new one."""
    last: Any = None
    for batch in batches:
        if batch.num_rows:
            fitted = _fitted(batch, schema)
            ids = fitted.column(0)
            if not _ascends(ids, last):
                raise _refused("a patient has several rows, or the rows aren't sorted")
            last = ids[-1]
            yield fitted


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    if batch.schema.names != schema.names:
        raise _refused("the warehouse's answer has other columns than were asked for")
    try:
        columns = [
            column.cast(field.type)
            for column, field in zip(batch.columns, schema, strict=True)
        ]
    except pa.ArrowException:
        raise _refused("the warehouse's answer has values of other types") from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _ascends(ids: pa.Array, last: Any) -> bool:
    """Is each id there, and beyond the one before it?"""
    values = ids if last is None else pa.concat_arrays([pa.array([last], ids.type), ids])
    if values.null_count:
        return False
    found = pc.greater(values[1:], values[:-1])
    return bool(pc.all(found, min_count=0).as_py())


def _refused(problem: str) -> WarehouseError:
    return WarehouseError(
        problem,
        where="the cohort",
        remedy="Run `strongroom warehouse check` to compare the mapping with the database.",
    )


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """An empty file beside the target, which takes its place when all has gone well.

    Its name is always the same, so that what a killed process left is used again.
    """
    draft = target.with_name(f".{target.name}.partial")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # so that the renaming lasts
    finally:
        os.close(folder)


# Reading -------------------------------------------------------------------------


def describe(path: Path) -> Description:
    """What the file at ``path`` says of itself; WarehouseError if it is no cohort file."""
    try:
        found = pq.read_metadata(path)
        told = json.loads((found.metadata or {})[KEY])
        if (told["format"], told["version"]) != (FORMAT, VERSION):
            raise _no_cohort(path)
        columns = {one["name"]: one["type"] for one in told["columns"]}
        if list(columns) != found.schema.to_arrow_schema().names:
            raise _no_cohort(path)
        return Description(told["query_sha256"], MappingProxyType(columns), found.num_rows)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise _no_cohort(path) from None


def _no_cohort(path: Path) -> WarehouseError:
    return WarehouseError(
        "this is no cohort file of this version",
        where=str(path),
        remedy="Extract the cohort again.",
    )
