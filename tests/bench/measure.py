"""Sides run in turn, each time in a fresh process; the best of the rounds counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.bench import data
from tests.bench.compare import demand_equal
from tests.bench.monthly import Monthly
from tests.bench.study import Study

ROOT = Path(__file__).parents[2]
COMPARED = ("ours", "by_hand")


@dataclass(frozen=True)
class Ran:
    """What one process told: its seconds, and in bytes the most memory it ever held.

    ``scans``: how often ours reads each table, counted on its plan.
    """

    seconds: float
    memory: int
    scans: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Records:
    """``engine``: of ``worker.ENGINES``. ``where``: how it finds them."""

    engine: str
    where: Mapping[str, str]


@dataclass(frozen=True)
class Bench:
    """``cache``: where records are kept between runs. ``folder``: for this run's files.

    ``months``: how many measures are asked of.
    """

    cache: Path
    folder: Path
    scale: float = 1.0
    rounds: int = 3
    months: int = 60

    def files(self, share: float = 1.0) -> Mapping[str, Path]:
        """The records of this run's scale, or of a share of it: each table's file."""
        return data.made(self.cache, data.Size(self.scale * share))

    def parquet(self, share: float = 1.0) -> Records:
        """The same, to be asked as they are."""
        where = {name: str(path) for name, path in self.files(share).items()}
        return Records("duckdb", where)

    def events(self, share: float = 1.0) -> int:
        return data.Size(self.scale * share).rows["events"]

    def timed(
        self,
        name: str,
        study: Study | Monthly,
        records: Records,
        sides: Sequence[str],
        by_hand: Records | None = None,
    ) -> Mapping[str, Ran]:
        """The best run of each side. UnequalError before anything counts.

        ``sides``: of ``worker.SIDES``. Ours and by hand are both run at least once, and
        their answers compared. ``name``: of the study's folder in this run's. ``by_hand``:
        where that is done, if elsewhere.
        """
        folder = study.written(self.folder / name)
        ran: defaultdict[str, list[Ran]] = defaultdict(list)
        every = tuple(dict.fromkeys((*COMPARED, *sides)))
        for number in range(self.rounds):
            for side in every if number == 0 else sides:
                place = by_hand if by_hand and side == "by_hand" else records
                ran[side].append(self._ran(side, folder, place))
            if number == 0:
                _compared(folder, every)
        return {side: _best(runs) for side, runs in ran.items()}

    def _ran(self, side: str, study: Path, records: Records) -> Ran:
        job = {
            "side": side,
            "study": str(study),
            "engine": records.engine,
            "where": dict(records.where),
            "target": str(study / f"{side}.parquet"),
            "answer": str(study / "ours.parquet"),
        }
        return Ran(**self.told("tests.bench.worker", json.dumps(job)))

    def told(self, module: str, *arguments: str) -> dict[str, Any]:
        """What a module of ours prints as JSON, run in a process of its own."""
        found = self.process("-m", module, *arguments)
        told: dict[str, Any] = json.loads(found)
        return told

    def process(self, *arguments: str) -> str:
        """Python's standard output. Compiled modules are kept beside the records, as

        those of an installed package are beside it.
        """
        unwritten = "PYTHONDONTWRITEBYTECODE"
        environment = {n: value for n, value in os.environ.items() if n != unwritten}
        environment["PYTHONPYCACHEPREFIX"] = str(self.cache / "compiled")
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout


def _best(runs: Sequence[Ran]) -> Ran:
    """The quickest, but with the most memory that any of them held."""
    quickest = min(runs, key=lambda run: run.seconds)
    return replace(quickest, memory=max(run.memory for run in runs))


def _compared(folder: Path, sides: Iterable[str]) -> None:
    """The floor only copies an answer, a plan has none; all others' must be ours."""
    answers = (side for side in sides if side not in ("floor", "planned"))
    ours, *others = (folder / f"{side}.parquet" for side in answers)
    for other in others:
        demand_equal(ours, other)
