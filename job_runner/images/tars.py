"""Layers as tar files whose bytes depend on nothing but their contents."""

from __future__ import annotations

import hashlib
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from job_runner.images.recipes import EPOCH


class Hashing:
    """A file to write to that knows the digest of what went through."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sha256 = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._sha256.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    @property
    def digest(self) -> str:
        return f"sha256:{self._sha256.hexdigest()}"


def pack(folder: Path, prefix: str, target: Path) -> str:
    """Everything below ``folder``, as if it lay at ``prefix``; the digest of the tar.

    Sorted; owned by root; one time for all; files 644 or 755, folders 755.
    """
    with target.open("wb") as file:
        hashing = Hashing(file)
        with tarfile.open(fileobj=hashing, mode="w", format=tarfile.GNU_FORMAT) as tar:  # type: ignore[call-overload]  # tarfile needs only write and tell here
            for parent in _parents(prefix):
                tar.addfile(_member(parent, tarfile.DIRTYPE, 0o755))
            for path in sorted(folder.rglob("*")):
                _add(
                    tar, path, f"{prefix.strip('/')}/{path.relative_to(folder).as_posix()}"
                )
    return hashing.digest


def digest(path: Path) -> str:
    """``sha256:…`` of a file; an uncompressed layer's is what Docker calls its diff id."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _parents(prefix: str) -> Iterator[str]:
    parts = prefix.strip("/").split("/")
    for end in range(1, len(parts) + 1):
        yield "/".join(parts[:end])


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    facts = path.lstat()
    if stat.S_ISDIR(facts.st_mode):
        tar.addfile(_member(name, tarfile.DIRTYPE, 0o755))
    elif stat.S_ISLNK(facts.st_mode):
        member = _member(name, tarfile.SYMTYPE, 0o777)
        member.linkname = str(path.readlink())
        tar.addfile(member)
    else:
        member = _member(
            name, tarfile.REGTYPE, 0o755 if facts.st_mode & stat.S_IXUSR else 0o644
        )
        member.size = facts.st_size
        with path.open("rb") as file:
            tar.addfile(member, file)


def _member(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = kind, mode, EPOCH
    return member
