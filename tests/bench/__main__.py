"""`python -m tests.bench`: measures rows, prints their table, and keeps it if asked to."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from job_runner.executors.engine import cache_folder
from tests.bench import report
from tests.bench.every_row import ROWS
from tests.bench.measure import ROOT, Bench
from tests.bench.rows import Row

PAGES = (ROOT / "docs" / "benchmarks.md", ROOT / "README.md")


def main(words: Sequence[str] | None = None) -> None:
    asked = _asked(words)
    cache = asked.cache or cache_folder(os.environ) / "bench"
    with tempfile.TemporaryDirectory(prefix="strongroom-bench-") as folder:
        bench = Bench(cache, Path(folder), asked.scale, asked.rounds, asked.months)
        rows = [_measured(name, bench) for name in asked.rows]
    table = report.table(rows)
    told = f"{table}\n{report.circumstances(ROOT, asked.date, asked.rounds)}"
    print(told)
    if asked.write:
        for page in PAGES:
            report.put_between_markers(page, told)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 30 million events")
    parser.add_argument("--rounds", type=int, default=3, help="the best of these counts")
    parser.add_argument("--months", type=int, default=60, help="for measures")
    parser.add_argument("--cache", type=Path, help="where the made-up records are kept")
    parser.add_argument("--date", default="", help="today's, to be told with the table")
    parser.add_argument("--write", action="store_true", help="into the pages that show it")
    asked = parser.parse_args(words)
    whole = (asked.scale, asked.months, asked.rows) == (1, 60, list(ROWS))
    if asked.write and not whole:
        parser.error("--write is for all rows at full size")
    return asked


def _measured(name: str, bench: Bench) -> Row:
    began = time.monotonic()
    row = ROWS[name](bench)
    found = "; ".join(one.told() for one in row.found)
    print(f"{name}: {found} ({time.monotonic() - began:.0f} s)", file=sys.stderr)
    return row


if __name__ == "__main__":
    main()
