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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import ValueType
from cohort_dsl.warehouses.rows import Rows

FORMAT, VERSION = "cohort", 1
KEY = b"strongroom"
GROUP = 100_000  # rows in a row group: the same for the same rows, however they come


@dataclass(frozen=True)
class CohortFile:
    """A cohort file that was written. ``query_sha256``: of the canonical JSON query."""

    path: Path
    sha256: str
    rows: int
    query_sha256: str


def write(
    rows: Rows, types: Mapping[str, ValueType], target: Path, query_sha256: str
) -> CohortFile:
    """Write the rows, sorted by patient_id already, to ``target``.

    ``types``: of patient_id and the variables, in order. WarehouseError, and no file,
    where a patient comes twice or a row has no patient.
    """
    schema = rows.schema.with_metadata({KEY: _metadata(types, query_sha256)})
    draft = target.with_name(f".{target.name}.partial")
    try:
        count = _write(rows.reveal(), schema, draft)
        digest = _digest(draft)
        _settle(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return CohortFile(target, digest, count, query_sha256)


def read_metadata(path: Path) -> dict[str, Any]:
    """What a cohort file says of itself. ValueError for any other file."""
    try:
        metadata = pq.read_schema(path).metadata or {}
        found = json.loads(metadata[KEY])
    except (pa.ArrowInvalid, KeyError, json.JSONDecodeError):
        raise ValueError(f"{path.name} is no cohort file") from None
    if (found.get("format"), found.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"{path.name} is no cohort file of version {VERSION}")
    return dict(found)


def _metadata(types: Mapping[str, ValueType], query_sha256: str) -> bytes:
    columns = [{"name": name, "type": _type_name(kind)} for name, kind in types.items()]
    said = {"format": FORMAT, "version": VERSION, "query_sha256": query_sha256}
    return json.dumps(said | {"columns": columns}, separators=(",", ":")).encode()


def _type_name(kind: ValueType) -> str:
    return f"code:{kind.system}" if kind.system else kind.kind.value


def _write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, draft: Path) -> int:
    count = 0
    last: object = None
    with (
        draft.open("wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd") as out,
    ):
        for table in _groups(batches, schema):
            last = _demand_one_row_each(table.column("patient_id"), last)
            out.write_table(table, row_group_size=GROUP)
            count += table.num_rows
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return count


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The batches' rows in tables of GROUP rows, the last one shorter."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(one.num_rows for one in held) >= GROUP:
            table = pa.Table.from_batches(held)
            yield table.slice(0, GROUP).replace_schema_metadata(schema.metadata)
            held = table.slice(GROUP).to_batches()
    if held:
        table = pa.Table.from_batches(held)
        yield table.replace_schema_metadata(schema.metadata)


def _demand_one_row_each(ids: pa.ChunkedArray, last: object) -> object:
    """The last id, which the next table must go on from; WarehouseError if one repeats."""
    values = [last, *ids.to_pylist()]
    if None in values[1:] or any(a == b for a, b in zip(values, values[1:], strict=False)):
        raise WarehouseError(
            "a patient comes more than once, or has no id",
            where="the warehouse's answer",
            remedy="Run `strongroom warehouse check`: a table of one row each has more.",
        )
    return values[-1]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(draft: Path, target: Path) -> None:
    """Rename, and make the renaming last."""
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
