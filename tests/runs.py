"""Runs' folders after their boxes are dead, and workspaces to publish them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from job_runner.outputs import Collected, OutputLimits, collect
from job_runner.project import Level, OutputPattern
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.run_folder import run_folder
from job_runner.workspaces.workspace import Workspace

HIGH, MEDIUM = Level.HIGHLY_SENSITIVE, Level.MODERATELY_SENSITIVE


def a_run(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A run whose box left these files."""
    for name, content in files.items():
        file = run_folder(path) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    run_folder(path).mkdir(parents=True, exist_ok=True)
    return path


def promised(*patterns: str, level: Level = MEDIUM) -> list[OutputPattern]:
    return [OutputPattern(level, f"label{n}", p) for n, p in enumerate(patterns)]


def collected(
    run: Path,
    workspace: Workspace,
    patterns: Sequence[OutputPattern],
    *,
    before: Sequence[str] = (),
    job_id: str = "job1",
    **limits: int,
) -> Collected:
    return collect(
        run,
        patterns,
        frozenset(before),
        OutputLimits(**limits),
        workspace=workspace,
        job_id=job_id,
    )


def a_manifest(made: Collected, action: str = "make") -> Manifest:
    return Manifest(
        action=action,
        job_id=made.job_id,
        commit="c" * 40,
        image="sha256:" + "a" * 64,
        command=("python", "analysis.py"),
        files=made.files,
    )


def contents(*folders: Path) -> dict[str, str]:
    """Every published file; not the runner's own records."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "metadata" not in path.relative_to(folder).parts
    }
