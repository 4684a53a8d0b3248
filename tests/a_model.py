"""A cohort to make models of, and what the checker says of one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from output_checker.policy import Policy
from output_checker.report import FileReport, Verdict
from tests.a_cohort import EXACT, Desk


def a_cohort(size: int = 300) -> pd.DataFrame:
    """People of whom a fifth or more has any level, and any outcome in it."""
    drawn = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "patient_id": range(1, size + 1),
            "age": drawn.integers(20, 80, size),
            "sex": drawn.choice(["female", "male"], size),
            "arm": drawn.choice(["a", "b", "c"], size),
            "ill": drawn.random(size) < 0.5,
            "visits": drawn.integers(0, 6, size),
            "days": drawn.integers(1, 90, size),
        }
    )
    frame["cost"] = 100 + frame.age + drawn.normal(scale=20, size=size).round(3)
    return frame


def judged(
    folder: Path, frame: pd.DataFrame, policy: Policy = EXACT, **model: object
) -> FileReport:
    """The checker's answer about a model of these people."""
    desk = Desk(folder, frame)
    desk.make("regression", **model)
    return desk.file(policy)


def verdicts(file: FileReport, check: str) -> list[Verdict]:
    """What a check found."""
    return [finding.verdict for finding in file.findings if finding.check == check]
