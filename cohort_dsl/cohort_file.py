"""The cohort file: one row a patient, in a format that the end of its name says.

Its format, version 2:

- column ``patient_id`` first (int64 or string), ascending, each once, never NULL;
- then the variables in the definition's order: bool, int, float64, string, date32;
- an int column has the narrowest of int8, int16, int32 and int64 that holds all its
  values, so it may be another for other patients: readers rely on no width, and widen
  before they calculate;
- a string column whose values the definition names (a table's categories, constants of a
  ``case`` or ``map_values``) is a dictionary of them, in the order in which they are
  named, then of others that a database holds all the same, by the first patient;
- the metadata ``strongroom`` holds JSON: ``format`` ("cohort"), ``version``,
  ``query_sha256``, and ``columns`` with each one's ``name`` and ``type`` (``bool``,
  ``int``, ``float``, ``str``, ``date``, or ``code:`` and the coding system), and where
  they are known its ``categories``.

So it is as Parquet and as Arrow (``.arrow``, ``.feather``), which keep all of that. CSV
and Stata's ``.dta`` hold the same rows in the same order, without the metadata, as
``formats`` says for each.

A dataset's event tables lie beside it, as ``event_file`` says.

The file is there whole or not at all. The same rows give the same bytes. Meanwhile rows
lie beside it, in a file without a name that the end of the process takes away.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cohort_dsl import early, event_file, formats
from cohort_dsl.errors import DefinitionError, WarehouseError
from cohort_dsl.formats import Format
from cohort_dsl.model.types import ValueType
from cohort_dsl.narrow import Spool
from cohort_dsl.progress import SILENT, Progress
from cohort_dsl.warehouses.rows import ARROW, Rows

KEY = b"strongroom"
FORMAT, VERSION = "cohort", 2

ARROW_FILE = b"ARROW1"
GROUP = 100_000  # rows in a row group: the same for the same rows, however they come


@dataclass(frozen=True)
class CohortFile:
    """A cohort file, or an event table's, that was written. ``sha256``: of its bytes."""

    path: Path
    sha256: str
    rows: int
    query_sha256: str
    event_tables: tuple[CohortFile, ...] = ()


@dataclass(frozen=True)
class Description:
    """What a cohort file says of itself. ``columns``: name → type, patient_id first.

    ``categories``: name → the values that the definition names, where it names them all.
    """

    query_sha256: str
    columns: Mapping[str, str]
    rows: int
    categories: Mapping[str, tuple[str, ...]]


# Writing -------------------------------------------------------------------------


@dataclass(frozen=True)
class Columns:
    """What is asked for. ``types``: of patient_id and the variables, in order.

    ``categories``: of some columns, the values that the question names.
    ``several_rows``: a patient may have several, as in an event table.
    """

    types: Mapping[str, ValueType]
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    several_rows: bool = False

    @property
    def schema(self) -> pa.Schema:
        """As a warehouse answers."""
        fields = [pa.field(name, ARROW[kind.kind]) for name, kind in self.types.items()]
        fields[0] = fields[0].with_nullable(False)
        return pa.schema(fields)

    def told(self) -> list[dict[str, object]]:
        """As the metadata says it."""
        return [
            {"name": name, "type": _word(kind)}
            | ({"categories": list(known)} if (known := self.categories.get(name)) else {})
            for name, kind in self.types.items()
        ]


def must_suit(target: Path, columns: Columns) -> Format:
    """The target's format. DefinitionError if there is none, or not for these names."""
    found = formats.of(target)
    if found is None:
        raise DefinitionError(
            "no format is called so",
            where=str(target.name),
            remedy=f"Let the name end with one of: {', '.join(formats.FORMATS)}.",
        )
    found.refuse_names(list(columns.types))
    return found


def write(
    rows: Rows,
    columns: Columns,
    target: Path,
    query_sha256: str,
    progress: Progress = SILENT,
) -> CohortFile:
    """Write the rows to ``target``; what was there before is replaced.

    WarehouseError, and no file, where the rows have other columns or types, aren't sorted
    by patient_id, or a patient comes twice or has no id; DefinitionError for a format that
    there isn't, or that can't hold them. Only the file's owner may read it.
    """
    suited, metadata = must_suit(target, columns), _metadata(columns, query_sha256)
    with replacing(target) as draft:
        sound = _sound(rows.reveal(), columns)
        batches = _counted(sound, progress)
        if suited.keeps_types:
            count = _narrowly(batches, columns, suited, draft, metadata, progress)
        else:
            count = _written(batches, columns.schema, suited, draft)
        sync(draft)
        digest = sha256(draft)
    return CohortFile(target, digest, count, query_sha256)


def sha256(path: Path) -> str:
    """Of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _metadata(columns: Columns, query_sha256: str) -> Mapping[bytes, str]:
    several = columns.several_rows
    told = {
        "format": event_file.FORMAT if several else FORMAT,
        "version": event_file.VERSION if several else VERSION,
        "query_sha256": query_sha256,
        "columns": columns.told(),
    }
    return {KEY: json.dumps(told)}


def _word(kind: ValueType) -> str:
    return f"{kind.kind.value}:{kind.system}" if kind.system else kind.kind.value


def _counted(
    batches: Iterable[pa.RecordBatch], progress: Progress
) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        yield batch
        rows += batch.num_rows
        progress.answered(rows)


def _narrowly(
    batches: Iterable[pa.RecordBatch],
    columns: Columns,
    suited: Format,
    draft: Path,
    metadata: Mapping[bytes, str],
    progress: Progress,
) -> int:
    """Kept beside the draft until it is known how narrow they are, and then written.

    If the first rows tell how narrow all are, they are written while the others come.
    """

    with tempfile.TemporaryFile(dir=draft.parent) as file:
        spool = Spool(columns.schema, columns.categories, file)
        write = partial(_written, suited=suited, draft=draft, metadata=metadata)
        rows = early.written(batches, spool, write)
        if rows is None:
            draft.write_bytes(b"")
            told = partial(_tell, progress, spool.rows)
            return write(spool.batches(), spool.schema, told=told)
        progress.written(rows, rows)
        return rows


def _tell(progress: Progress, of: int, rows: int) -> None:
    progress.written(rows, of)


def _written(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    suited: Format,
    draft: Path,
    metadata: Mapping[bytes, str] | None = None,
    told: Callable[[int], None] = lambda rows: None,
) -> int:
    schema = schema.with_metadata(metadata)
    rows = 0

    def groups() -> Iterator[pa.Table]:
        nonlocal rows
        for group in _groups(batches, schema):
            yield group
            rows += group.num_rows
            told(rows)

    suited.write(groups(), schema, draft)
    return rows


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The same rows in tables of ``GROUP`` rows, however they came."""
    held: pa.Table = schema.empty_table()
    for batch in batches:
        one = pa.Table.from_batches([batch]).replace_schema_metadata(schema.metadata)
        held = pa.concat_tables([held, one])
        while held.num_rows >= GROUP:
            yield held.slice(0, GROUP).combine_chunks()
            held = held.slice(GROUP)
    if held.num_rows:
        yield held.combine_chunks()


def _sound(batches: Iterable[pa.RecordBatch], columns: Columns) -> Iterator[pa.RecordBatch]:
    """The batches in the columns' types, as long as their patients are in order.

    Each patient_id is a new one, but where a patient may have several rows.
    """
    last: Any = None
    schema = columns.schema
    later = pc.greater_equal if columns.several_rows else pc.greater
    for batch in batches:
        if batch.num_rows:
            fitted = _fitted(batch, schema)
            ids = fitted.column(0)
            if not _ascends(ids, last, later):
                raise _refused("a patient has several rows, or the rows aren't sorted")
            last = ids[-1]
            yield fitted


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    if batch.schema.names != schema.names:
        raise _refused("the warehouse's answer has other columns than were asked for")
    try:
        columns = [
            column if column.type == wanted.type else column.cast(wanted.type)
            for column, wanted in zip(batch.columns, schema, strict=True)
        ]
    except pa.ArrowException:
        raise _refused("the warehouse's answer has values of other types") from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _ascends(ids: pa.Array, last: Any, later: Callable[..., Any]) -> bool:
    """Is each id there, and in order after the one before it?"""
    values = ids if last is None else pa.concat_arrays([pa.array([last], ids.type), ids])
    if values.null_count:
        return False
    found = later(values[1:], values[:-1])
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
    sync(target.parent)  # so that the renaming lasts


def sync(path: Path) -> None:
    """Onto the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


# Reading -------------------------------------------------------------------------


def describe(path: Path) -> Description:
    """What the file at ``path``, Parquet or Arrow, says of itself.

    WarehouseError if it is no cohort file.
    """
    try:
        schema, rows = _read_schema(path)
        told = json.loads((schema.metadata or {})[KEY])
        if (told["format"], told["version"]) != (FORMAT, VERSION):
            raise _no_cohort(path)
        columns = {one["name"]: one["type"] for one in told["columns"]}
        known = {
            one["name"]: tuple(one["categories"])
            for one in told["columns"]
            if "categories" in one
        }
        if list(columns) != schema.names:
            raise _no_cohort(path)
        return Description(
            told["query_sha256"], MappingProxyType(columns), rows, MappingProxyType(known)
        )
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise _no_cohort(path) from None


def _read_schema(path: Path) -> tuple[pa.Schema, int]:
    """Of a file as its first bytes say that it is."""
    with path.open("rb") as file:
        if file.read(len(ARROW_FILE)) != ARROW_FILE:
            found = pq.read_metadata(file)
            return found.schema.to_arrow_schema(), found.num_rows
        with pa.ipc.open_file(file) as arrow:
            batches = range(arrow.num_record_batches)
            return arrow.schema, sum(arrow.get_batch(n).num_rows for n in batches)


def _no_cohort(path: Path) -> WarehouseError:
    return WarehouseError(
        "this is no cohort file of this version",
        where=str(path),
        remedy="Extract the cohort again.",
    )
