"""Arrays of numbers as files: patients' keys, and for each its part, or its value.

The parts are a table's bitmaps laid over each other, as no two of its parts share anybody.
A file is named by the hash of what it holds, so it is written once, and what isn't as it
was written is noticed. It holds numbers that only the site's secret relates to anybody.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from output_checker.differencing.model import Damaged

FORMAT, VERSION = "people", 1
HEAD = {b"format": FORMAT.encode(), b"version": str(VERSION).encode()}
NUMBERS = "numbers"
PRIVATE = 0o600

Numbers = NDArray[np.uint64] | NDArray[np.int32] | NDArray[np.float32]


def kept(folder: Path, numbers: Numbers) -> str:
    """The name under which the array is in the folder, from now on."""
    rows = pa.table({NUMBERS: pa.array(numbers)}).replace_schema_metadata(HEAD)
    data = io.BytesIO()
    pq.write_table(rows, data, compression="zstd")
    digest = hashlib.sha256(data.getvalue()).hexdigest()
    if not (folder / digest).exists():
        write(folder / digest, data.getvalue())
    return digest


def read(folder: Path, digest: str) -> Numbers:
    """The array of that name; Damaged if it isn't there as it was written."""
    try:
        data = (folder / digest).read_bytes()
    except OSError:
        raise Damaged("the file isn't there") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise Damaged("the file isn't as it was written")
    rows = pq.read_table(io.BytesIO(data))
    head = rows.schema.metadata or {}
    if any(head.get(name) != value for name, value in HEAD.items()):
        raise Damaged("the file has another format")
    found: Numbers = rows[NUMBERS].to_numpy()
    return found


def write(path: Path, data: bytes) -> None:
    """The file, whole and on the disk when this returns, for the site's account only."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
