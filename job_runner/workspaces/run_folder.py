"""The private folder that one run works in: made before its box, read after it is dead."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from job_runner.errors import PlatformError, ProjectError, disk_refused
from job_runner.executors.contract import Mount
from job_runner.project import OutputPattern
from job_runner.project.patterns import RESERVED_FOLDER, matches, path_mistakes
from job_runner.workspaces import journal
from job_runner.workspaces.workspace import is_file, missing_input

INSIDE = "/workspace"
"""Where a run's folder is in its box."""

NOT_CODE = frozenset(
    {".git", ".hg", ".svn", ".strongroom", ".venv", "__pycache__", "node_modules"}
)
"""Folders that are never copied, wherever they are."""


@dataclass(frozen=True)
class Prepared:
    """A run's folder, ready for its box: what to mount, and what was there before."""

    mounts: tuple[Mount, ...]
    before: frozenset[str] = field(repr=False)


def run_folder(run_dir: Path) -> Path:
    """The part of a run's folder that its box sees."""
    return run_dir / "workspace"


def prepare(
    run_dir: Path,
    code: Path,
    inputs: Mapping[str, Path],
    *,
    uid: int,
    outputs: Sequence[OutputPattern] = (),
    leave_out: Sequence[str] = (),
) -> Prepared:
    """Make the run's folder afresh: a private copy of the code, and places for the inputs.

    ``inputs`` maps a path in the study to the file that is mounted there, read-only.
    Files that match ``outputs`` or a pattern of ``leave_out`` aren't code and aren't
    copied. The folder is ``uid``'s own and closed to the host's other users. Never to be
    called while the run has a box.

    ProjectError lists every link and special file in the code; PlatformError if an input
    is gone or the disk refuses.
    """
    patterns = (*(o.pattern for o in outputs), *leave_out)
    folder = run_folder(run_dir)
    try:
        _afresh(run_dir, folder)
        before = _copy_code(code, folder, {*inputs}, patterns) | {*inputs}
        for path, source in inputs.items():
            _place_for_input(folder, path, source)
        for pattern in (o.pattern for o in outputs):
            folder.joinpath(*_fixed_folders(pattern)).mkdir(parents=True, exist_ok=True)
        _give(folder, uid)
        prepared = Prepared(_mounts(folder, inputs), frozenset(before))
        journal.write(run_dir / "prepared.json", _dumps(prepared))
    except OSError as error:
        raise _disk_refused(run_dir, error) from None
    return prepared


def prepared(run_dir: Path) -> Prepared | None:
    """What ``prepare`` once returned for this folder; None if it never got that far."""
    try:
        body = json.loads((run_dir / "prepared.json").read_bytes())
    except FileNotFoundError:
        return None
    mounts = tuple(Mount(Path(m[0]), m[1], m[2]) for m in body["mounts"])
    return Prepared(mounts, frozenset(body["before"]))


def discard(run_dir: Path) -> None:
    """Everything the run left that wasn't collected. Its box must be gone."""
    try:
        shutil.rmtree(run_dir)
    except FileNotFoundError:
        return
    except (OSError, RecursionError):
        _take_apart(run_dir)


def _take_apart(run_dir: Path) -> None:
    """Also folders that the study's code closed, or nested deeper than a program recurses
    or may keep open: each is moved up to one heap, and emptied there."""
    heap = Path(tempfile.mkdtemp(prefix=f"{run_dir.name}.gone-", dir=run_dir.parent))
    new = map(str, itertools.count())
    run_dir.rename(heap / next(new))
    top = os.open(heap, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while names := os.listdir(top):
            for name in names:
                _move_up(top, name, new)
    finally:
        os.close(top)
    heap.rmdir()


def _move_up(top: int, name: str, new: Iterator[str]) -> None:
    """Takes away the folder ``name``; its own folders are then in ``top``."""
    os.chmod(name, 0o700, dir_fd=top)
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        with os.scandir(folder) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.name, 0o700, dir_fd=folder)
                    os.rename(entry.name, next(new), src_dir_fd=folder, dst_dir_fd=top)
                else:
                    os.unlink(entry.name, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _afresh(run_dir: Path, folder: Path) -> None:
    discard(run_dir)
    run_dir.mkdir(parents=True, mode=0o700)
    folder.mkdir(mode=0o700)


def _copy_code(
    code: Path, folder: Path, inputs: set[str], patterns: Sequence[str]
) -> set[str]:
    """The copied files' paths."""
    copied, wrong = set(), []
    for path in code_files(code):
        if path in inputs or any(matches(pattern, path) for pattern in patterns):
            continue
        if stat.S_ISREG(mode := (code / path).lstat().st_mode):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(code / path, folder / path, follow_symlinks=False)
            (folder / path).chmod(0o755 if mode & stat.S_IXUSR else 0o644)
            copied.add(path)
        else:
            wrong.append(path)
    if wrong:
        raise ProjectError(
            f"no ordinary files: {', '.join(ascii(path) for path in sorted(wrong))}",
            where="the study's code",
            remedy="Put the files themselves in place of links, pipes and devices.",
        )
    return copied


def code_files(code: Path) -> Iterator[str]:
    """Everything that isn't a folder, links included; no link is followed."""
    for folder, below, files in os.walk(code, followlinks=False):
        here = Path(folder).relative_to(code)
        links = [name for name in below if Path(folder, name).is_symlink()]
        below[:] = [n for n in below if n not in links and not _not_code(here / n)]
        yield from ((here / name).as_posix() for name in (*files, *links))


def _not_code(folder: Path) -> bool:
    return folder.name in NOT_CODE or folder == Path(RESERVED_FOLDER)


def _place_for_input(folder: Path, path: str, source: Path) -> None:
    """An empty file for the input to be mounted on."""
    if any(path_mistakes(path)) or path.split("/")[0] == RESERVED_FOLDER:
        raise ValueError("an input's place is a plain path in the study")
    if not is_file(source):
        raise missing_input(str(source), "it should be an input, and isn't there")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).touch()


def _fixed_folders(pattern: str) -> list[str]:
    """The folders of a pattern up to its first wildcard."""
    folders = PurePosixPath(pattern).parts[:-1]
    stars = [n for n, name in enumerate(folders) if "*" in name]
    return list(folders[: stars[0]] if stars else folders)


def _give(folder: Path, uid: int) -> None:
    """A runner that isn't root can give nothing away; its boxes are then its own uid's."""
    if uid == os.geteuid():
        return
    os.chown(folder, uid, uid)
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(here, name), uid, uid, follow_symlinks=False)


def _mounts(folder: Path, inputs: Mapping[str, Path]) -> tuple[Mount, ...]:
    whole = Mount(folder.absolute(), INSIDE, read_only=False)
    return (
        whole,
        *(Mount(s.absolute(), f"{INSIDE}/{p}") for p, s in sorted(inputs.items())),
    )


def _dumps(prepared: Prepared) -> bytes:
    mounts = [[str(m.source), m.target, m.read_only] for m in prepared.mounts]
    return json.dumps({"mounts": mounts, "before": sorted(prepared.before)}).encode()


def _disk_refused(where: Path, error: OSError) -> PlatformError:
    remedy = "Free some space, or look at the folder's permissions."
    return disk_refused(error, "a run's folder can't be made", str(where), remedy)
