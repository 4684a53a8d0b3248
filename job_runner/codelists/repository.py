"""A file from a git repository, which may hold anything: asked for as objects only."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from job_runner.codelists.asked import InGit
from job_runner.codelists.content import MOST_BYTES
from job_runner.codelists.web import NotHad
from job_runner.requests.code_tree import REGULAR, entries
from job_runner.requests.git_process import Git, GitFailed

MOST_PACKED = 256 * 1024**2
_COMMIT = re.compile("[0-9a-f]{40}")
_FETCH = (
    *("fetch", "--quiet", "--no-tags", "--force", "--no-recurse-submodules"),
    *("--no-write-fetch-head", "--no-auto-gc"),
)


@dataclass(frozen=True)
class Repositories:
    """``environment``: only the names that git needs are used of it. ``study``: from where
    a path is meant that isn't absolute."""

    environment: Mapping[str, str]
    study: Path
    seconds: float = 120.0

    def get(self, source: InGit) -> tuple[bytes, str]:
        """The file's bytes and the commit that they are of; NotHad else."""
        where = source.repository
        if where.startswith("."):
            where = str((self.study / where).resolve())
        with tempfile.TemporaryDirectory(prefix="strongroom-codelists-") as folder:
            home = Path(folder, "copy.git")
            home.mkdir()
            git = Git(home, where, self.environment, self.seconds)
            try:
                commit = _fetched(git, source.revision)
                return _blob(git, commit, source.path), commit
            except GitFailed as failed:
                raise NotHad(
                    f"git can't have {source.revision or 'its main branch'} of that "
                    f"repository ({failed.problem})"
                ) from None


def _fetched(git: Git, revision: str | None) -> str:
    """The commit: of its branch or tag, fetched alone; or itself, from any branch."""
    git.ask("init", "--bare", "--quiet", "--template=")
    if revision is not None and _COMMIT.fullmatch(revision):
        every = "+refs/heads/*:refs/heads/*"
        git.ask(*_FETCH, "--", git.repository, every, limit=MOST_PACKED)
        wanted = revision
    else:
        one = f"+{revision or 'HEAD'}:refs/heads/wanted"
        git.ask(*_FETCH, "--depth=1", "--", git.repository, one, limit=MOST_PACKED)
        wanted = "refs/heads/wanted"
    return git.ask("rev-parse", "--verify", f"{wanted}^{{commit}}").decode().strip()


def _blob(git: Git, commit: str, path: str) -> bytes:
    listed = git.ask("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", path)
    found = next((entry for entry in entries(listed) if entry.path == path), None)
    if found is None or found.mode not in REGULAR:
        raise NotHad(f"commit {commit[:12]} has no file of that name")
    if found.size > MOST_BYTES:
        raise NotHad(f"it has more than {MOST_BYTES // 1024**2} MB")
    return git.ask("cat-file", "blob", found.oid)
