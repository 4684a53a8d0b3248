"""A study's own files as they are now, copied aside: what runs is what was looked at."""

from __future__ import annotations

import hashlib
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from job_runner.errors import ProjectError
from job_runner.project import Project
from job_runner.project.patterns import matches
from job_runner.workspaces.run_folder import code_files


def take(study: Path, study_project: Project, target: Path) -> str:
    """Copies the study's files, its actions' outputs left out; ``files:`` and their hash.

    ProjectError lists every link and special file: a site takes none of them in.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    paths = sorted(_paths(study, study_project))
    _refuse_special(study, paths)
    whole = hashlib.sha256()
    for path in paths:
        executable = bool((study / path).stat().st_mode & stat.S_IXUSR)
        content = _copied(study / path, target / path, executable)
        whole.update(
            f"{path}\0{executable}\0{content}\n".encode("utf-8", "surrogateescape")
        )
    return f"files:{whole.hexdigest()}"


def _paths(study: Path, study_project: Project) -> Iterator[str]:
    made = [o.pattern for a in study_project.actions.values() for o in a.outputs]
    for path in code_files(study):
        if not any(matches(pattern, path) for pattern in made):
            yield path


def _copied(source: Path, target: Path, executable: bool) -> str:
    """The hash of the bytes that were copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    data = source.read_bytes()
    target.write_bytes(data)
    target.chmod(0o755 if executable else 0o644)
    return hashlib.sha256(data).hexdigest()


def _refuse_special(study: Path, paths: list[str]) -> None:
    wrong = [p for p in paths if not stat.S_ISREG((study / p).lstat().st_mode)]
    if wrong:
        raise ProjectError(
            f"no ordinary files: {', '.join(ascii(path) for path in wrong)}",
            where="the study's folder",
            remedy="Put the files themselves in place of links, pipes and devices.",
        )
