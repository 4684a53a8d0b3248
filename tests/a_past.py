"""A site that remembers what left: tables are checked, released, and others checked beside.

>>> site = Institute(tmp_path)
>>> site.released(people({("a",): 50}, "row"), rows="row")
>>> site.checked(people({("a",): 49}, "row"), rows="row")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from output_checker.differencing.leaving import Leaving
from output_checker.differencing.memory import Memory, Past
from output_checker.policy import Policy
from output_checker.report import FileReport, Finding
from tests.a_cohort import EXACT, Desk

SECRET = b"only this site's"
TABLE = "output/t.csv"


@dataclass
class Institute:
    """``left``: the ids of what was released. Each table is a job of its own."""

    folder: Path
    policy: Policy = EXACT
    left: list[str] = field(default_factory=list)
    jobs: int = 0

    @property
    def memory(self) -> Memory:
        return Memory(self.folder / "counted", SECRET)

    @property
    def past(self) -> Past:
        return Past(self.memory, tuple(self.left))

    def desk(self, frame: pd.DataFrame) -> Desk:
        """A new job's folder, with this cohort."""
        self.jobs += 1
        folder = self.folder / f"job{self.jobs}"
        folder.mkdir()
        return Desk(folder, frame)

    def checked(
        self, frame: pd.DataFrame, policy: Policy | None = None, **table: object
    ) -> FileReport:
        """The checker's answer about one table of a new job."""
        desk = self.desk(frame)
        if "value" in table:
            desk.summary(**table)
        else:
            desk.crosstab(**table)
        return self.report(desk, policy)[TABLE]

    def report(self, desk: Desk, policy: Policy | None = None) -> dict[str, FileReport]:
        return desk.report(policy or self.policy, job_id=f"job{self.jobs}", past=self.past)

    def released(
        self, frame: pd.DataFrame, policy: Policy | None = None, **table: object
    ) -> FileReport:
        """The same, and it leaves."""
        file = self.checked(frame, policy, **table)
        self.leaves(f"job{self.jobs}")
        return file

    def leaves(self, *jobs: str) -> str:
        """The jobs' tables leave, as one release."""
        release = f"r{len(self.left) + 1}"
        Leaving(self.memory, lambda: self.past).put_down(
            release, [(job, TABLE) for job in jobs]
        )
        self.left.append(release)
        return release

    def files(self) -> list[Path]:
        return [path for path in (self.folder / "counted").rglob("*") if path.is_file()]


def differences(file: FileReport) -> list[Finding]:
    return [finding for finding in file.findings if finding.check == "differencing"]
