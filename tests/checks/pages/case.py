"""One small story about a check: people, what an action does, what is found."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pandas as pd

from output_checker import claims
from output_checker.check import Dataset
from output_checker.policy import Policy
from output_checker.report import FileReport
from tests.a_cohort import DATASET, DEFAULT, Desk

OUTPUT = "output/t.csv"
MADE = "output/derived.parquet"
COUNT = "people"


@dataclass(frozen=True)
class Case:
    """``says``: the fact that it shows. ``people``: columns, and how many of each kind.

    ``does``: what the action does with ``frame``, by the functions of ``claims``; tables go
    to output/t.csv unless they say where. ``finds``: what the check finds about that file,
    a line a finding, "verdict: cells". ``policy``: what differs from the default.
    """

    says: str
    people: str
    does: str
    finds: str = ""
    policy: Mapping[str, object] = field(default_factory=lambda: {"round_to": 1})

    def settings(self) -> Policy:
        return replace(DEFAULT, **self.policy)  # type: ignore[arg-type]

    def file(self, folder: Path) -> FileReport:
        """What the checker says of the file, in a folder of its own."""
        desk = Desk(folder, frame_of(self.people))
        with contextlib.chdir(folder):
            exec(self.does, names(desk.frame.copy()))
        found = [str(p.relative_to(folder)) for p in sorted((folder / "output").iterdir())]
        files = [name for name in found if name not in (DATASET, MADE)]
        return desk.report(self.settings(), files=files, datasets=datasets(desk))[OUTPUT]


def datasets(desk: Desk) -> dict[str, Dataset]:
    """The cohort, and what the action made of it, if it did."""
    cohort = Dataset(desk.dataset, desk.sha256)
    made = desk.folder / MADE
    if not made.exists():
        return {DATASET: cohort}
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    return {DATASET: cohort, MADE: Dataset(made, digest, of=(cohort,))}


def names(frame: pd.DataFrame) -> dict[str, object]:
    """What a case's code may say."""
    kinds = ("crosstab", "summary", "rates", "percentiles", "histogram", "survival")
    tables = {name: partial(getattr(claims, name), path=OUTPUT) for name in kinds}
    regression = partial(claims.regression, path=OUTPUT)
    others = {name: getattr(claims, name) for name in ("bands", "year", "is_present")}
    own = {"frame": frame, "derived": claims.derived, "Path": Path, "pd": pd}
    return {**tables, **others, **own, "regression": regression}


def rows_of(people: str) -> tuple[list[str], list[list[str]]]:
    """The table's head and its lines, as written."""
    lines = [line for line in people.strip().splitlines() if line.strip()]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return head, rows


def frame_of(people: str) -> pd.DataFrame:
    """As many people as the last column says; numbered from 1."""
    head, rows = rows_of(people)
    assert head[-1] == COUNT, f"the last column is {COUNT}"
    made = [[value_of(cell) for cell in row[:-1]] for row in rows]
    each = [
        values for values, row in zip(made, rows, strict=True) for _ in range(int(row[-1]))
    ]
    frame = pd.DataFrame(each, columns=head[:-1])
    frame.insert(0, "patient_id", range(1, len(each) + 1))
    return frame


def value_of(cell: str) -> object:
    """A number, a yes/no (T, F), nothing, or a word."""
    if cell in ("T", "F"):
        return cell == "T"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(cell)
    return cell or None


def found(file: FileReport, check: str) -> str:
    """The check's findings as ``finds`` writes them."""
    mine = [f for f in file.findings if f.check == check]
    return "\n".join(
        f"{f.verdict.name.lower()}: {'; '.join(f.cells)}".removesuffix(": ") for f in mine
    )
