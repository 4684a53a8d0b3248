"""A frame that an action made of the cohort, kept to claim tables about it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from output_checker.claims import frames
from output_checker.claims.parts import wrong


def derived(frame: Any, *, path: str, folder: Path | str = ".") -> str:
    """Write a frame with columns of your own, to claim about; returns its sha256.

    ``frame``: one row per patient, with ``patient_id`` as in the cohort. ``path``: a
    .parquet, which the project must list as a highly_sensitive output. Then give
    ``dataset=path`` to the tables that are made from it. Two people look at every such
    table: the checker can't recompute what made the frame.
    """
    table = frames.as_pandas(frame)
    frames.one_row_per_patient(table)
    if not path.endswith(".parquet"):
        raise wrong(
            f"{path} isn't a .parquet", "Give a path such as output/derived.parquet."
        )
    target = Path(folder) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    table.convert_dtypes().to_parquet(target, index=False)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
