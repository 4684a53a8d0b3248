"""The measures file: a row for each measure, interval and group. Its format, version 1:

- columns ``measure``, ``interval_start``, ``interval_end``, ``ratio``, ``numerator``,
  ``denominator``, then those that any measure is grouped by, NULL where this one isn't;
- rows by measure as defined, then by interval, then by group, NULL first;
- by the name's ending: ``.csv`` or ``.csv.gz`` (yes and no are true and false, as in a
  cohort's; NULL is empty, as empty text is), ``.parquet``, or Arrow's ``.arrow`` or
  ``.feather``;
- Parquet and Arrow files hold JSON under the metadata's key ``strongroom``: ``format``
  ("measures"), ``version``, ``query_sha256``, and ``rounding``: null, or the policy's
  name, ``threshold`` and ``base``.

The file is there whole or not at all. The same rows give the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from cohort_dsl.cohort_file import KEY, replacing
from cohort_dsl.disclosure import Rounding, rounded
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.measures import PATIENTS
from cohort_dsl.warehouses.rows import Rows

FORMAT, VERSION = "measures", 1


@dataclass(frozen=True)
class MeasuresFile:
    """A measures file that was written. ``sha256``: of its bytes, in hex."""

    path: Path
    sha256: str
    rows: int
    rounding: Rounding | None


def write(
    rows: Rows, target: Path, query_sha256: str, rounding: Rounding | None
) -> MeasuresFile:
    """Write the measures to ``target``, whose name says how.

    ``rounding`` None: the numbers as they are. DefinitionError for another ending. Only
    the file's owner may read it.
    """
    written = writer(target)
    table = pa.Table.from_batches(rows.reveal(), rows.schema)
    if rounding is not None:
        table = rounded(table, rounding)
    table = table.drop_columns(list(PATIENTS))
    told = {"format": FORMAT, "version": VERSION, "query_sha256": query_sha256}
    told |= {"rounding": None if rounding is None else asdict(rounding)}
    table = table.replace_schema_metadata({KEY: json.dumps(told)})
    with replacing(target) as draft:
        written(table, draft)
        with draft.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
    return MeasuresFile(target, digest, table.num_rows, rounding)


def _text(table: pa.Table) -> Iterator[str]:
    line = io.StringIO()
    sheet = csv.writer(line, lineterminator="\n")
    sheet.writerow(table.column_names)
    for batch in table.to_batches():
        for row in batch.to_pylist():
            sheet.writerow(map(_cell, row.values()))
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value


def _csv(table: pa.Table, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        file.writelines(_text(table))


def _csv_gz(table: pa.Table, target: Path) -> None:
    # Without the time and a name, so that the same rows give the same bytes.
    with target.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        packed.writelines(part.encode() for part in _text(table))


def _parquet(table: pa.Table, target: Path) -> None:
    pq.write_table(table, target, compression="zstd")


def _arrow(table: pa.Table, target: Path) -> None:
    with target.open("wb") as file:
        feather.write_feather(table, file)


WRITERS: Mapping[str, Callable[[pa.Table, Path], None]] = MappingProxyType(
    {
        ".csv": _csv,
        ".csv.gz": _csv_gz,
        ".parquet": _parquet,
        ".arrow": _arrow,
        ".feather": _arrow,
    }
)
"""How a file is written, by its name's ending."""


def writer(target: Path) -> Callable[[pa.Table, Path], None]:
    """What writes such a file; DefinitionError if nothing does."""
    for ending, found in WRITERS.items():
        if target.name.endswith(ending):
            return found
    raise DefinitionError(
        f"{target.name} has an ending in which no measures are written",
        where="--output",
        remedy=f"End it in one of {', '.join(WRITERS)}.",
    )
