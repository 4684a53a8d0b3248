"""Files without a claim, as their checks see them.

>>> told(days.check, "output/x.csv", "born,n\\n1980-02-03,4\\n")
[(Verdict.FAIL, "Column 1 has days that may each be a person's, as dates of birth are.")]
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
from PIL import Image

from output_checker.checks.subjects import Opaque
from output_checker.opaque.opened import opaque
from output_checker.policy import Policy
from output_checker.report import Finding, Verdict
from output_checker.verify import cohort
from tests.a_cohort import DEFAULT

Check = Callable[[Opaque], Iterable[Finding]]


def a_file(
    path: str, data: str | bytes, *frames: pd.DataFrame, policy: Policy = DEFAULT
) -> Opaque:
    """The file for its checks, where these are the study's cohorts."""
    data = data.encode() if isinstance(data, str) else data
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        cohorts = []
        for n, frame in enumerate(frames):
            at = Path(folder) / f"{n}.parquet"
            frame.to_parquet(at)
            digest = hashlib.sha256(at.read_bytes()).hexdigest()
            cohorts.append(stack.enter_context(cohort.opened(cohort.Dataset(at, digest))))
        return opaque(path, data, policy, lambda: cohorts)


def told(
    check: Check,
    path: str,
    data: str | bytes,
    *frames: pd.DataFrame,
    policy: Policy = DEFAULT,
) -> list[tuple[Verdict, str]]:
    """What one check finds: how bad, and why."""
    found = check(a_file(path, data, *frames, policy=policy))
    return [(finding.verdict, finding.reason) for finding in found]


def lines(head: str, *rows: str) -> str:
    return "\n".join([head, *rows]) + "\n"


def a_picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    """A red picture's bytes; ``more`` is what else it carries."""
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()
