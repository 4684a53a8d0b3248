"""Files that hold a site's passwords: read only where nobody else may read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cohort_dsl.errors import WarehouseError


def secret(path: Path, setting: str) -> str:
    """The first line of a file that only the site's account may read.

    WarehouseError for any other file.
    """
    line = _first_line(path, setting, "Write the password into its first line")
    if not line:
        raise _refused("its first line is empty", path, setting)
    return line


def demand_private(path: Path, setting: str) -> None:
    """The same of a file that a driver reads itself, and passes over without a word."""
    _first_line(path, setting, "Write the password into it as its manual says")


def _first_line(path: Path, setting: str, remedy: str) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            kept = os.fstat(file.fileno())
            line = file.readline().rstrip("\r\n")
    except (OSError, ValueError):
        raise _refused("it can't be read", path, setting, remedy) from None
    if not stat.S_ISREG(kept.st_mode) or kept.st_mode & 0o077:
        raise _refused("others than its owner may read it", path, setting, remedy)
    return line


def _refused(
    problem: str,
    path: Path,
    setting: str,
    remedy: str = "Write the password into its first line",
) -> WarehouseError:
    return WarehouseError(
        problem,
        where=f"{setting} {path}",
        remedy=f"{remedy}, and chmod 600 it for the site's account.",
    )
