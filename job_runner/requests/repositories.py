"""A study's code, taken from a repository that may be hostile.

Git is asked for objects only: no hook, filter, submodule, credential helper or
configuration of the user or the repository is ever used. Files are read object by object
rather than by ``git archive`` or a checkout, so that no ``.gitattributes`` has a say.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from job_runner.errors import RequestRefused
from job_runner.requests.code_tree import REGULAR, Entry, TreeLimits, entries, why_not
from job_runner.requests.git_process import Git, GitFailed

_SHA = re.compile(r"[0-9a-f]{40}")
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class FetchLimits:
    """What getting a repository may take."""

    seconds: float = 120.0
    pack: int = 1024**3
    tree: TreeLimits = field(default_factory=TreeLimits)


@dataclass(frozen=True)
class Commit:
    """A commit that was there, on a branch, when it was fetched."""

    repository: str
    sha: str

    def __str__(self) -> str:
        return f"{self.repository} at {self.sha[:12]}"


class Repositories:
    """A folder of bare repositories. ``environment``: only names git needs are used."""

    def __init__(
        self,
        cache: Path,
        environment: Mapping[str, str],
        limits: FetchLimits = FetchLimits(),
    ) -> None:
        self._cache, self._environment, self._limits = cache, environment, limits

    def fetch(
        self, repository: str, commit: str, branches: Sequence[str] | None = None
    ) -> Commit:
        """The commit, if it is on one of the branches (any, if None).

        ``repository`` must come from the site's policy. RequestRefused otherwise.
        """
        found = Commit(repository, commit)
        if not _SHA.fullmatch(commit):
            raise RequestRefused(
                "this isn't a full commit id",
                where=f"commit {ascii(commit)[:60]}",
                remedy="Give the 40 characters that 'git rev-parse HEAD' prints.",
            )
        with self._locked(repository):
            self._update(repository)
            self._hold(found, branches)
        return found

    def files(self, commit: Commit) -> tuple[Entry, ...]:
        """All files of the commit; RequestRefused with every one that can't be taken."""
        tree = entries(self._git(commit.repository).ask(*_LISTING, commit.sha))
        reasons = why_not(tree, self._limits.tree)
        if reasons:
            more = f" (and {len(reasons) - 5} more)" if len(reasons) > 5 else ""
            raise RequestRefused(
                "this code can't be taken in: " + "; ".join(reasons[:5]) + more,
                where=str(commit),
                remedy="Remove these from the repository, commit and push.",
            )
        return tuple(tree)

    def read_file(self, commit: Commit, path: str, limit: int = 1024**2) -> bytes:
        """One file's bytes; RequestRefused if it isn't there or has more than ``limit``."""
        entry = next((e for e in self.files(commit) if e.path == path), None)
        if entry is None:
            raise RequestRefused(
                f"there is no file '{path}' in this commit",
                where=str(commit),
                remedy=f"add '{path}' at that place, commit and push",
            )
        if entry.size > limit:
            raise RequestRefused(
                f"'{path}' has {entry.size} bytes, more than {limit}",
                where=str(commit),
                remedy="Make it smaller, commit and push.",
            )
        return self._git(commit.repository).ask("cat-file", "blob", entry.oid)

    def export(self, commit: Commit, target: Path) -> None:
        """Writes the commit's files to the new folder ``target``, at once or not at all."""
        tree = self.files(commit)
        partial = target.with_name(target.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            self._fill(partial, commit, tree)
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _fill(self, folder: Path, commit: Commit, tree: Sequence[Entry]) -> None:
        oids = "".join(f"{entry.oid}\n" for entry in tree).encode()
        batch, limit = ("cat-file", "--batch"), 2 * self._limits.tree.size + 2**20
        with self._git(commit.repository).output(batch, limit, oids) as blobs:
            for entry in tree:
                _write(folder, entry, _next_blob(blobs, entry), commit)

    def _update(self, repository: str) -> None:
        home = self._home(repository)
        if not (home / "HEAD").exists():
            home.mkdir(parents=True, exist_ok=True)
            self._git(repository).ask("init", "--bare", "--quiet", "--template=")
        branches = "+refs/heads/*:refs/heads/*"
        try:
            git = self._git(repository)
            git.ask(*_FETCH, "--", repository, branches, limit=self._limits.pack)
        except GitFailed as failed:
            _remove_parts(home)
            raise RequestRefused(
                f"the repository can't be fetched: {failed.problem}",
                where=repository,
                remedy="Check that the site can read it and that it isn't too large.",
            ) from None

    def _hold(self, commit: Commit, branches: Sequence[str] | None) -> None:
        """Checks that the commit is on a branch, and keeps it from now on."""
        try:
            self._git(commit.repository).ask("cat-file", "commit", commit.sha)
        except GitFailed:
            raise _unknown(commit) from None
        listing = ("for-each-ref", "--format=%(refname:lstrip=2)", "--contains")
        on = self._git(commit.repository).ask(*listing, commit.sha, "refs/heads/").decode()
        if not any(_matches(name, branches) for name in on.splitlines()):
            raise _not_on_a_branch(commit, branches)
        kept = f"refs/strongroom/{commit.sha}"
        self._git(commit.repository).ask("update-ref", kept, commit.sha)

    def _home(self, repository: str) -> Path:
        return self._cache / f"{hashlib.sha256(repository.encode()).hexdigest()[:24]}.git"

    def _git(self, repository: str) -> Git:
        home = self._home(repository)
        return Git(home, repository, self._environment, self._limits.seconds)

    @contextmanager
    def _locked(self, repository: str) -> Iterator[None]:
        """One fetch at a time for each repository, across processes."""
        self._cache.mkdir(parents=True, exist_ok=True)
        with self._home(repository).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


_LISTING = ("ls-tree", "-r", "-l", "-z", "--full-tree")
_FETCH = (
    *("fetch", "--quiet", "--prune", "--no-tags", "--force"),
    *("--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc"),
)


def _remove_parts(home: Path) -> None:
    """What a fetch that was cut short leaves: as large as a pack may be, at each attempt.
    Nobody else writes there, as one fetch is made at a time."""
    for part in (home / "objects" / "pack").glob("tmp_*"):
        part.unlink(missing_ok=True)


def _matches(branch: str, allowed: Sequence[str] | None) -> bool:
    return allowed is None or any(fnmatchcase(branch, pattern) for pattern in allowed)


def _unknown(commit: Commit) -> RequestRefused:
    return RequestRefused(
        "the repository has no such commit on a branch",
        where=str(commit),
        remedy="Push it first: 'git push', then submit again.",
    )


def _not_on_a_branch(commit: Commit, allowed: Sequence[str] | None) -> RequestRefused:
    on = "any branch" if allowed is None else "a branch like " + " or ".join(allowed)
    return RequestRefused(
        f"the commit isn't on {on}",
        where=str(commit),
        remedy="Push it to such a branch, then submit again.",
    )


def _next_blob(blobs: IO[bytes], entry: Entry) -> bytes:
    header = blobs.readline().split()
    if header != [entry.oid.encode(), b"blob", str(entry.size).encode()]:
        raise GitFailed("git listed one thing and gave another")
    content = blobs.read(entry.size)
    blobs.read(1)
    return content


def _write(folder: Path, entry: Entry, content: bytes, commit: Commit) -> None:
    if content.startswith(_LFS_POINTER):
        raise RequestRefused(
            f"'{entry.path}' is a Git LFS pointer; LFS isn't read here",
            where=str(commit),
            remedy="Store the file itself, commit and push.",
        )
    path = folder / entry.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
    path.chmod(REGULAR[entry.mode])
