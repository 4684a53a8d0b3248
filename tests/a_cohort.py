"""A study's cohort, its tables and the checker's answer, built in one go.

>>> desk = Desk(tmp_path, people({("female", "yes"): 12, ("male", "no"): 30}, "sex", "ill"))
>>> desk.crosstab(rows="sex", columns="ill")
>>> desk.report()
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from output_checker import claims, policy
from output_checker.check import Dataset, check
from output_checker.policy import Policy
from output_checker.report import FileReport, Finding, Verdict

DATASET = "output/dataset.parquet"
DEFAULT = policy.ready_made("default")
EXACT = replace(DEFAULT, round_to=1)


def people(counts: Mapping[tuple[object, ...], int], *columns: str) -> pd.DataFrame:
    """As many people as counted, with these values."""
    rows = [values for values, count in counts.items() for _ in range(count)]
    frame = pd.DataFrame(rows, columns=list(columns))
    frame.insert(0, "patient_id", range(1, len(rows) + 1))
    return frame


class Desk:
    """A folder with a cohort, where tables are made and then checked."""

    def __init__(self, folder: Path, frame: pd.DataFrame) -> None:
        self.folder, self.frame = folder, frame
        (folder / "output").mkdir(exist_ok=True)
        self.dataset = folder / DATASET
        frame.to_parquet(self.dataset)
        self.sha256 = hashlib.sha256(self.dataset.read_bytes()).hexdigest()

    def crosstab(self, path: str = "output/t.csv", **table: object) -> None:
        table = {"frame": self.frame, **table}
        claims.crosstab(path=path, folder=self.folder, **table)  # type: ignore[arg-type]

    def summary(self, path: str = "output/t.csv", **table: object) -> None:
        table = {"frame": self.frame, **table}
        claims.summary(path=path, folder=self.folder, **table)  # type: ignore[arg-type]

    def make(self, kind: str, path: str = "output/t.csv", **table: object) -> None:
        """A claimed table of any kind, by the author's function of that name."""
        table = {"frame": self.frame, **table}
        getattr(claims, kind)(path=path, folder=self.folder, **table)

    def write(self, path: str, data: bytes) -> None:
        (self.folder / path).write_bytes(data)

    def report(self, policy: Policy = DEFAULT, **changes: object) -> dict[str, FileReport]:
        """The checker's answer for each file in the output folder, but the dataset."""
        found = (f"output/{p.name}" for p in (self.folder / "output").iterdir())
        arguments: dict[str, object] = {
            "folder": self.folder,
            "files": [name for name in found if name != DATASET],
            "datasets": {DATASET: Dataset(self.dataset, self.sha256)},
            "policy": policy,
            "job_id": "job-1",
            **changes,
        }
        report = check(**arguments)  # type: ignore[arg-type]
        return {file.path: file for file in report.files}

    def file(self, policy: Policy = DEFAULT, **changes: object) -> FileReport:
        """The checker's answer for the one table there is."""
        return self.report(policy, **changes)["output/t.csv"]


def finding(file: FileReport, check: str, verdict: Verdict) -> Finding:
    """The one finding of this check and verdict."""
    (found,) = (f for f in file.findings if (f.check, f.verdict) == (check, verdict))
    return found


def shown(file: FileReport) -> dict[tuple[str | None, ...], object]:
    """What would leave: per cell its n, or why it is hidden."""
    assert file.table is not None
    return {
        cell.levels: cell.hidden.value if cell.hidden else cell.values["n"]
        for cell in file.table.cells
    }
