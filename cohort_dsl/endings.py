"""How files of rows may end; ``formats`` writes each kind, and takes Arrow to do it."""

from __future__ import annotations

from pathlib import PurePath

ENDINGS = (".parquet", ".arrow", ".feather", ".csv.gz", ".csv", ".dta")


def ending(path: PurePath | str) -> str:
    """How a file's name ends, where that says its format; else "" or its last suffix."""
    name = PurePath(path).name
    return next((end for end in ENDINGS if name.endswith(end)), PurePath(path).suffix)
