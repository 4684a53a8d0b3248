"""The author's own repository, asked through git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from job_runner.errors import PlatformError, RequestRefused


def git(folder: Path, *words: str) -> str:
    """What git prints, without the last newline; RequestRefused where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise PlatformError(
            "git isn't installed", where=str(folder), remedy="Install git, then try again."
        ) from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise RequestRefused(
            f"git {words[0]} failed: {said[-1]}",
            where=str(folder),
            remedy="Is this the study's folder, with its work committed?",
        )
    return done.stdout.rstrip("\n")


def start_repository(folder: Path, message: str) -> str:
    """Make a repository of everything below a folder; returns the first commit."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    return commit_all(folder, message)


def commit_all(folder: Path, message: str) -> str:
    """Commit everything below a folder; returns the commit.

    Where the author has told git no name, the commit says so and nothing is configured.
    """
    git(folder, "add", "--all")
    named = _identity(folder)
    git(folder, *named, "commit", "--quiet", "--no-verify", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def _identity(folder: Path) -> tuple[str, ...]:
    try:
        git(folder, "config", "user.email")
    except RequestRefused:
        return ("-c", "user.name=Strongroom", "-c", "user.email=strongroom@localhost")
    return ()


def uncommitted(folder: Path) -> list[str]:
    """Paths that differ from the last commit."""
    status = git(folder, "status", "--porcelain")
    return [line[3:] for line in status.splitlines()]
