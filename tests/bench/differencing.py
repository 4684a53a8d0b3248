"""Fifty releases and a new table: `python -m tests.bench.differencing FOLDER SIZE TABLES`.

Everybody is counted by each earlier table, of 40 cells. The new one cuts people like the
first of these, but leaves some out: a few in every second cell, more in the others. It
prints, as JSON, the seconds from the remembered files to the attacks, and the most memory.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd  # noqa: F401 - pyarrow imports it on first use: not while a clock runs

from output_checker.differencing.audit import audit
from output_checker.differencing.entry import Entry
from output_checker.differencing.memory import Memory
from output_checker.differencing.model import Cell, Counted, Keys, Parts
from tests.bench.compare import UnequalError
from tests.bench.measure import Bench
from tests.bench.rows import Found, Measuring, Row
from tests.bench.worker import most_memory

WIDE, HIGH, COLUMNS = 8, 5, 11
CELLS = WIDE * HIGH
LEAST = 10
FEW = [1 + n % 9 for n in range(CELLS // 2)]
"""How many are left out of every second cell; of the others, twice the threshold."""


def made(size: int, tables: int) -> tuple[Counted, list[Counted]]:
    """The new table and the earlier ones."""
    chance = np.random.default_rng(1)
    keys = np.unique(chance.integers(1, 2**63, size, dtype=np.uint64))
    columns = [chance.integers(0, WIDE, len(keys)) for _ in range(COLUMNS)]
    pairs = list(itertools.permutations(range(COLUMNS), 2))[:tables]
    divided = [
        (columns[a] * HIGH + columns[b] % HIGH + 1).astype(np.int32) for a, b in pairs
    ]
    old = [_table(f"r{n}", keys, parts) for n, parts in enumerate(divided)]
    return _table("", keys, _without_some(divided[0], chance)), old


def _without_some(parts: Parts, chance: np.random.Generator) -> Parts:
    left = parts.copy()
    for cell in range(CELLS):
        gone = FEW[cell // 2] if cell % 2 else 2 * LEAST
        left[chance.choice(np.flatnonzero(parts == cell + 1), gone, replace=False)] = 0
    return left


def _table(release: str, keys: Keys, parts: Parts) -> Counted:
    counts = np.bincount(parts, minlength=CELLS + 1).tolist()
    cells = [Cell((f"c{n}",), (n,), counts[n], counts[n]) for n in range(1, CELLS + 1)]
    return Counted(release, "output/t.csv", "everyone", "", tuple(cells), keys, parts)


def releases(bench: Bench) -> Row:
    """Once only: what is found is compared with what was planted before a time counts."""
    whole = bench.scale == 1
    size, tables = (1_000_000, 50) if whole else (20_000, 5)
    folder = bench.folder / "counted"
    ran = bench.told(__name__, str(folder), str(size), str(tables))
    found = [
        Found("{} s", ran["seconds"], 60),
        Found("{} GB of memory", ran["memory"] / 1e9, 4),
    ]
    work = (
        f"differences between a new table and {tables} earlier ones of {CELLS} cells and"
        f" {size:,} patients: all {len(FEW)} small groups found, and no other"
    )
    return Row(work, found, f"{ran['cpu']:.0f} s of CPU")


ROWS: Mapping[str, Measuring] = {"releases": releases}


def main(folder: Path, size: int, tables: int) -> dict[str, float]:
    """What it took; UnequalError if a group wasn't found, or one that isn't there was."""
    new, old = made(size, tables)
    memory = Memory(folder, b"a site's")
    for table in old:
        memory.put_released(table.release, Entry((table,), frozenset(), LEAST))
    names: Sequence[str] = [table.release for table in old]
    del old
    began, cpu = time.perf_counter(), time.process_time()
    found = audit([new, *memory.released(names)], [{0}], LEAST)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    people = sorted(attack.low for attack in found.attacks if attack.low == attack.high)
    if not found.complete or len(found.attacks) != len(FEW) or people != sorted(FEW):
        raise UnequalError(f"groups of {people}, not of {sorted(FEW)}")
    return {"seconds": seconds, "cpu": cpu, "memory": most_memory()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), *map(int, sys.argv[2:]))))
