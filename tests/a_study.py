"""Studies and their repositories, built as an author (or an attacker) would."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(folder: Path, *words: str, text: str | None = None) -> str:
    """Runs git as a person whose settings are empty."""
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "user.name=Ana",
         "-c", "user.email=ana@example.org", "-c", "protocol.file.allow=always", *words],
        cwd=folder,
        input=text,
        capture_output=True,
        check=True,
        text=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder),
             "GIT_CONFIG_NOSYSTEM": "1"},
    ).stdout.strip()  # fmt: skip


def a_repository(folder: Path, files: dict[str, str]) -> str:
    """A repository with one commit of these files on main; the commit's id."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    return a_commit(folder, files)


def a_commit(folder: Path, files: dict[str, str]) -> str:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "A step")
    return git(folder, "rev-parse", "HEAD")


def a_tree_commit(folder: Path, entries: str, branch: str = "main") -> str:
    """A commit of a tree as ``git mktree`` reads it, which no checkout would make."""
    tree = git(folder, "mktree", "--missing", text=entries)
    commit = git(folder, "commit-tree", tree, "-m", "A strange tree")
    git(folder, "update-ref", f"refs/heads/{branch}", commit)
    return commit


def a_blob(folder: Path, content: str) -> str:
    return git(folder, "hash-object", "-w", "--stdin", text=content)
