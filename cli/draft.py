"""A new folder, made at once or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from job_runner.errors import PlatformError


@contextmanager
def folder(target: Path) -> Iterator[Path]:
    """A folder to fill, only ours to read; it becomes ``target`` when the block ends well.

    Otherwise nothing stays. PlatformError where there is something already.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise PlatformError(
            "there is something here already",
            where=str(target),
            remedy="Name a folder that doesn't exist yet, or an empty one.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield draft
        os.rename(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
