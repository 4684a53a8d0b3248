"""A table and its claim, written side by side."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from output_checker.claims import computed, wire
from output_checker.claims.model import Claim, Levels, Value
from output_checker.claims.parts import wrong

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "Total"
FOR_PREVIEW = ("path", "dataset", "folder")


def write(claim: Claim, path: str, dataset: str, folder: Path) -> pd.DataFrame:
    """The table as it is written to ``path``; the claim lies beside it."""
    import pandas as pd

    if not path.endswith(".csv"):
        raise wrong(f"{path} isn't a .csv file", "Give a path such as output/by_sex.csv.")
    claim = replace(claim, dataset=dataset, dataset_sha256=sha256(folder / dataset))
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    header, lines = as_rows(claim)
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])
    target.with_suffix(".claim.json").write_bytes(wire.dumps(claim))
    table = pd.DataFrame(lines, columns=header)
    table.attrs |= {"path": path, "folder": str(folder)}
    return table


def as_rows(claim: Claim) -> tuple[list[str], list[list[object]]]:
    """The header and lines of a claim's table, as its author sees it: nothing is hidden."""
    cells: Mapping[Levels, Mapping[str, Value]] = claim.cells
    shown = computed.lines(claim, cells.get)
    lines: list[list[object]] = [
        [*(TOTAL if level is None else level for level in line.levels)]
        + [line.values[measure] for measure in shown.measures]
        for line in shown.lines
    ]
    return [*shown.dimensions, *shown.measures], lines


def sha256(dataset: Path) -> str:
    """The dataset's hash; ClaimError if it isn't there."""
    try:
        with dataset.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise wrong(
            f"the dataset {dataset} can't be read",
            "Give dataset= as the path of the cohort file that the frame came from.",
        ) from None
