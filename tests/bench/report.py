"""The table as Markdown, in the places where it is kept."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from tests.bench.rows import Row

BEGIN, END = "<!-- benchmarks -->\n", "<!-- end -->"


def table(rows: Iterable[Row]) -> str:
    """The rows: what, required, found, whether that is reached, and the times."""
    lines = ["| work | required | found | | measured |", "|---|---|---|---|---|"]
    for row in rows:
        required = "; ".join(filter(None, (one.required() for one in row.found)))
        found = "; ".join(one.told() for one in row.found)
        reached = "yes" if all(one.reached for one in row.found) else "**no**"
        lines.append(f"| {row.work} | {required} | {found} | {reached} | {row.times} |")
    return "\n".join(lines) + "\n"


def circumstances(root: Path, day: str, rounds: int) -> str:
    """When, on what, of which commit: without these a number says little."""
    return (
        f"{day or 'On an unknown day'}, commit {_commit(root)}, on {_machine()}; the best "
        f"of {rounds} runs, each in a fresh process, the sides in turn.\n"
    )


def put_between_markers(page: Path, text: str) -> None:
    """The text instead of what stood between the page's markers; ValueError without any."""
    old = page.read_text(encoding="utf-8")
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)
    new, places = between.subn(lambda _: BEGIN + text + END, old)
    if places != 1:
        raise ValueError(f"{page.name} has {places} places for the benchmark's table")
    page.write_text(new, encoding="utf-8")


def _commit(root: Path) -> str:
    commit = _git(root, "rev-parse", "--short", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"{commit} with changes" if changed else commit


def _git(root: Path, *words: str) -> str:
    sent: Sequence[str] = ["git", "-C", str(root), *words]
    return subprocess.run(sent, check=True, capture_output=True, text=True).stdout.strip()


def _machine() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    processor = found[1] if found else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{os.cpu_count()} cores of {processor}, {memory:.0f} GB, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )
