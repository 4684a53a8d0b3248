"""From a dead box's folder to staged copies whose hashes are of the bytes copied."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from job_runner.errors import OutputsRefused
from job_runner.jobs.job import Failure
from job_runner.outputs.names import name_problems
from job_runner.outputs.survey import FOLDER, Survey, TooMuch, shown, survey
from job_runner.project import Level, OutputPattern
from job_runner.workspaces import journal
from job_runner.workspaces.manifest import ManifestFile
from job_runner.workspaces.run_folder import run_folder
from job_runner.workspaces.workspace import Workspace

CHUNK = 1024**2
HOLES = 1024**2
"""A file whose blocks fall short of its size by more than this is a trick or a mistake."""


@dataclass(frozen=True)
class OutputLimits:
    """How much one action may hand over; ``looked_through`` counts what isn't taken too."""

    files: int = 10_000
    size: int = 10 * 1024**3
    looked_through: int = 200_000


@dataclass(frozen=True)
class Collected:
    """Copies in the workspace's staging folders, not yet published."""

    job_id: str
    files: tuple[ManifestFile, ...]
    staged: tuple[Path, ...] = field(repr=False)


class _Refused(Exception):
    """Why one file isn't taken, as the end of a sentence that begins with its name."""


def collect(
    run_dir: Path,
    patterns: Sequence[OutputPattern],
    before: Collection[str],
    limits: OutputLimits,
    *,
    workspace: Workspace,
    job_id: str,
) -> Collected:
    """Copy what the run made and its action promised. Its box must be dead.

    All or nothing, and may be done again. OutputsRefused tells every problem at once:
    REFUSED_OUTPUTS for links, special and sparse files, names nobody could read out,
    too many or too much; UNMATCHED_OUTPUTS for a pattern that nothing matches.
    PlatformError where the disk refuses.
    """
    try:
        folder = os.open(run_folder(run_dir), FOLDER)
        try:
            with _staging(workspace, job_id):
                found = _surveyed(folder, patterns, before, limits)
                return _copied(folder, found.files, limits, workspace, job_id)
        finally:
            os.close(folder)
    except OSError as error:
        raise workspace.disk_refused(error) from None


def abandon(workspace: Workspace, job_id: str) -> None:
    """Forget what a job staged; what it was already publishing is completed first."""
    with journal.locked(workspace.journals):
        for folder in workspace.staged(job_id):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)


def _surveyed(
    folder: int,
    patterns: Sequence[OutputPattern],
    before: Collection[str],
    limits: OutputLimits,
) -> Survey:
    try:
        found = survey(folder, patterns, before, limits.looked_through)
    except TooMuch as too_much:
        raise OutputsRefused(Failure.REFUSED_OUTPUTS, (f"it left {too_much}",)) from None
    problems = found.problems + name_problems(found.files)
    if len(found.files) > limits.files:
        problems.append(f"it made {len(found.files)} outputs, more than {limits.files}")
    if problems:
        raise OutputsRefused(Failure.REFUSED_OUTPUTS, tuple(sorted(problems)))
    if found.unmatched:
        problems = [_unmatched(pattern, found.instead) for pattern in found.unmatched]
        raise OutputsRefused(
            Failure.UNMATCHED_OUTPUTS, tuple(problems), tuple(found.instead)
        )
    return found


def _unmatched(pattern: str, instead: Sequence[str]) -> str:
    near = get_close_matches(pattern, instead, n=1)
    meant = f" (is {near[0]} what should?)" if near else ""
    return f"nothing matches {pattern}{meant}"


@contextlib.contextmanager
def _staging(workspace: Workspace, job_id: str) -> Iterator[None]:
    """Empty at first, and gone if the collecting fails."""
    workspace.make_folders()
    abandon(workspace, job_id)
    for folder in workspace.staged(job_id):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except Exception:
        abandon(workspace, job_id)
        raise


def _copied(
    folder: int,
    files: dict[str, Level],
    limits: OutputLimits,
    workspace: Workspace,
    job_id: str,
) -> Collected:
    taken, staged, problems, left = [], [], [], limits.size
    for number, (path, level) in enumerate(sorted(files.items())):
        target = workspace.staging(level) / job_id / f"{number:06}"
        try:
            sha256, size = _copy(folder, path, target, left)
        except _Refused as why:
            problems.append(f"{shown(path)} {why}")
            continue
        left -= size
        taken.append(ManifestFile(path, level, sha256, size))
        staged.append(target)
    if problems:
        raise OutputsRefused(Failure.REFUSED_OUTPUTS, tuple(problems))
    return Collected(job_id, tuple(taken), tuple(staged))


def _copy(folder: int, path: str, target: Path, most: int) -> tuple[str, int]:
    """Hash in hex and size of what was copied."""
    with _opened(folder, path) as source, target.open("xb") as copy:
        seen = os.fstat(source)
        if (why := _why_not(source, seen, most)) is not None:
            raise _Refused(why)
        digest, left = hashlib.sha256(), seen.st_size
        while left and (chunk := os.read(source, min(CHUNK, left))):
            digest.update(chunk)
            copy.write(chunk)
            left -= len(chunk)
        if left or os.read(source, 1):
            raise _Refused("changed while it was copied")
        copy.flush()
        os.fchmod(copy.fileno(), 0o644)
        os.fsync(copy.fileno())
        return digest.hexdigest(), seen.st_size


def _why_not(source: int, seen: os.stat_result, most: int) -> str | None:
    if not stat.S_ISREG(seen.st_mode):
        return "is no ordinary file"
    if seen.st_nlink != 1:
        return "has another name as well (a hard link)"
    if seen.st_size > most:
        over = seen.st_size - most
        return f"makes the outputs {over} bytes larger than they may be together"
    if _has_holes(source, seen):
        return "is sparse: most of it was never written"
    return None


def _has_holes(source: int, seen: os.stat_result) -> bool:
    """Asked twice: a disk may compress, and libraries leave small holes."""
    if seen.st_size - seen.st_blocks * 512 <= HOLES:
        return False
    hole = os.lseek(source, 0, os.SEEK_HOLE)
    os.lseek(source, 0, os.SEEK_SET)
    return hole < seen.st_size


@contextlib.contextmanager
def _opened(folder: int, path: str) -> Iterator[int]:
    """Step by step from the run's folder, so that no name on the way can be a link."""
    *folders, name = path.split("/")
    with contextlib.ExitStack() as open_ones:
        here = folder
        for step in folders:
            here = os.open(step, FOLDER, dir_fd=here)
            open_ones.callback(os.close, here)
        # Not to hang on a pipe, should one have taken the file's place.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        opened = os.open(name, flags, dir_fd=here)
        open_ones.callback(os.close, opened)
        yield opened
