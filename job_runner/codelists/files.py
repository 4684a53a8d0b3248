"""The files of ``codelists/``, in a study that somebody else may have written."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from job_runner.codelists.content import MOST_BYTES
from job_runner.errors import CodelistError

FOLDER, LIST, RECORD = "codelists", "codelists.txt", "codelists.json"


def folder(study: Path) -> Path:
    """The study's folder of codelists; CodelistError where that leads elsewhere."""
    path = study / FOLDER
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise CodelistError(
            "this isn't an ordinary folder",
            where=FOLDER,
            remedy="Make it one; a study's files stay in the study.",
        )
    return path


def bytes_of(path: Path) -> bytes | None:
    """An ordinary file's bytes, as many as a codelist may have; None for anything else."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            return file.read(MOST_BYTES + 1)
    except OSError:
        return None


def put(path: Path, data: bytes) -> None:
    """At once or not at all, and over no link's target."""
    path.parent.mkdir(exist_ok=True)
    made, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
    try:
        with os.fdopen(made, "wb") as file:
            file.write(data)
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def csv_files(study: Path) -> list[str]:
    """Every CSV file below ``codelists/``, from there, in order."""
    top = folder(study)
    found = []
    for place, _, names in os.walk(top):
        paths = (Path(place, name).relative_to(top).as_posix() for name in names)
        found += [path for path in paths if path.casefold().endswith(".csv")]
    return sorted(found)
