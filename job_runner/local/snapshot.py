"""A study's own files as they are now; copied aside, so that what runs stays as it was."""

from __future__ import annotations

import hashlib
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from job_runner.errors import ProjectError
from job_runner.project import Project
from job_runner.project.patterns import matches
from job_runner.workspaces.run_folder import code_files
from job_runner.workspaces.workspace import Workspace


@dataclass(frozen=True)
class Code:
    """A study's own files: path → sha256 of its contents, with a ``+`` if executable."""

    files: Mapping[str, str]

    @cached_property
    def version(self) -> str:
        """``files:`` and a hash of all names and contents."""
        whole = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            whole.update(f"{path}\0{content}\n".encode("utf-8", "surrogateescape"))
        return f"files:{whole.hexdigest()}"


def look(study: Path, found: Project, where: Workspace) -> Code:
    """The study's files, its actions' outputs left out; nothing is written.

    Left out, too, is what an action made that the project has no more, as long as it is as
    it was made. ProjectError lists every link and special file: a site takes none in.
    """
    return _each(study, found, where, lambda path, executable, data: None)


def take(study: Path, found: Project, where: Workspace, target: Path) -> Code:
    """The same, copied to ``target``, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)

    def copy(path: str, executable: bool, data: bytes) -> None:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(data)
        (target / path).chmod(0o755 if executable else 0o644)

    return _each(study, found, where, copy)


def gone(found: Project, where: Workspace) -> dict[str, list[str]]:
    """Action that the project has no more → what of its outputs is there as it made it."""
    made = [m for m in where.manifests().values() if m.action not in found.actions]
    left = [(m, {*where.missing(m)}) for m in (*made, *where.given_up())]
    return {m.action: [f.path for f in m.files if f.path not in lost] for m, lost in left}


def _each(
    study: Path, found: Project, where: Workspace, do: Callable[[str, bool, bytes], None]
) -> Code:
    paths = sorted(_paths(study, found, where))
    _refuse_special(study, paths)
    files = {}
    for path in paths:
        executable = bool((study / path).stat().st_mode & stat.S_IXUSR)
        data = (study / path).read_bytes()
        do(path, executable, data)
        files[path] = hashlib.sha256(data).hexdigest() + "+" * executable
    return Code(files)


def _paths(study: Path, found: Project, where: Workspace) -> Iterator[str]:
    made = [o.pattern for a in found.actions.values() for o in a.outputs]
    left = {path for paths in gone(found, where).values() for path in paths}
    for path in code_files(study):
        if path not in left and not any(matches(pattern, path) for pattern in made):
            yield path


def _refuse_special(study: Path, paths: list[str]) -> None:
    wrong = [p for p in paths if not stat.S_ISREG((study / p).lstat().st_mode)]
    if wrong:
        raise ProjectError(
            f"no ordinary files: {', '.join(ascii(path) for path in wrong)}",
            where="the study's folder",
            remedy="Put the files themselves in place of links, pipes and devices.",
        )
