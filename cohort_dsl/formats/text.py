"""CSV, as R's readr, pandas and Stata read it best, plain or packed.

UTF-8, one line for the names. Yes and no are ``true`` and ``false``, which readr and
pandas take for booleans (of ``T`` and ``F`` pandas makes strings; Stata makes strings of
both). So it is in measures and in dummy tables; OpenSAFELY's files say ``T`` and ``F``,
and what we read may say either. Dates are ISO. A missing value is empty; strings are in
quotation marks, so that an empty string can be told from it, although readr and pandas
don't. All else that CSV doesn't say is the reader's guess: codes with leading zeros are
best read as strings.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from pyarrow import csv

LEVEL = 6  # of packing: what gzip itself does; 9 takes three times as long


def write(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    with path.open("wb") as file:
        _write(tables, schema, file)


def write_packed(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """By gzip, without a name or time inside: the same rows give the same bytes."""
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", LEVEL, fileobj=file, mtime=0) as packed,
    ):
        _write(tables, schema, packed)


def _write(
    tables: Iterable[pa.Table], schema: pa.Schema, file: IO[bytes] | gzip.GzipFile
) -> None:
    sink: Any = pa.PythonFile(file, "w")
    with csv.CSVWriter(sink, schema) as writer:
        for table in tables:
            writer.write_table(table)
