"""Parquet, and Arrow's own file format, once called Feather: both keep all types."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COMPRESSION = "zstd"


def write_parquet(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Each table becomes a group of rows.

    Floats hardly repeat themselves, and the first column ascends: to look for repetitions
    there takes a fifth of all the time, and makes the file larger. Nobody asks a cohort
    file for some of its groups, so that only the first column has statistics.
    """
    first, *others = schema
    repeating = [f.name for f in others if not pa.types.is_floating(f.type)]
    numbered = pa.types.is_integer(first.type)
    with pq.ParquetWriter(
        path,
        schema,
        compression=COMPRESSION,
        use_dictionary=repeating,
        column_encoding={first.name: "DELTA_BINARY_PACKED"} if numbered else None,
        write_statistics=[first.name],
    ) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=max(1, table.num_rows))


def write_arrow(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Each table becomes a batch."""
    options = pa.ipc.IpcWriteOptions(compression=COMPRESSION)
    with pa.ipc.new_file(path, schema, options=options) as writer:
        for table in tables:
            writer.write_table(table)
