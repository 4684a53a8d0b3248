"""One crosstab to check, in a process of its own (`python -m` this module).

Its argument is JSON: ``side`` ("ours" or "acro") and ``folder``, where the dataset and the
claimed table are. It prints as JSON the seconds from the file of people to the table that
may leave, and that table's cells by their levels, null where hidden. Ours recomputes the
claim, runs every check, hides what must be hidden and audits that; acro counts and, if
asked, hides small cells and further ones, and proves nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

DATASET, TABLE = "output/dataset.parquet", "output/t.csv"
Job = Mapping[str, Any]
Cells = dict[str, int | None]


def ours(job: Job) -> tuple[float, Cells]:
    from output_checker import policy
    from output_checker.check import Dataset, check
    from output_checker.report import Verification

    folder = Path(job["folder"])
    people = folder / DATASET
    data = {DATASET: Dataset(people, hashlib.sha256(people.read_bytes()).hexdigest())}
    exact = replace(policy.ready_made("default"), round_to=1)
    began = time.perf_counter()
    (file,) = check(folder, [TABLE], data, exact, "benchmark").files
    seconds = time.perf_counter() - began
    assert file.verification is Verification.VERIFIED
    assert file.table is not None, [finding.reason for finding in file.findings]
    return seconds, {_id(cell.levels): cell.values["n"] for cell in file.table.cells}  # type: ignore[misc]


def acro(job: Job) -> tuple[float, Cells]:
    from acro import ACRO

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with redirect_stdout(io.StringIO()):
        session = ACRO(suppress=job["suppress"])
        began = time.perf_counter()
        people = pd.read_parquet(Path(job["folder"]) / DATASET)
        table = session.crosstab(people["a"], people["b"], margins=True)
        seconds = time.perf_counter() - began
    return seconds, {
        _id((_level(row), _level(column))): None if pd.isna(n) else int(n)
        for row, counts in table.iterrows()
        for column, n in counts.items()
    }


def _level(name: object) -> str | None:
    return None if name == "All" else str(name)


def _id(levels: tuple[str | None, ...]) -> str:
    return " ".join("T" if level is None else level for level in levels)


SIDES: Mapping[str, Callable[[Job], tuple[float, Cells]]] = MappingProxyType(
    {"ours": ours, "acro": acro}
)

if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    seconds, cells = SIDES[job["side"]](job)
    print(json.dumps({"seconds": seconds, "cells": cells}))
