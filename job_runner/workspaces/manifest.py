"""What an action made, from what, and how: one file per action, with its own checksum."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError
from job_runner.project import Level

FORMAT, VERSION = "strongroom-manifest", 1

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ManifestFile:
    """One output: its path in the study, its level, the hash and size (bytes) as copied."""

    path: str
    level: Level
    sha256: str
    size: int

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256) or self.size < 0 or not self.path:
            raise ValueError("an output has a path, a SHA-256 in hex, and a size")


@dataclass(frozen=True)
class ManifestInput:
    """One file that the action read, as it was then."""

    path: str
    sha256: str

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256) or not self.path:
            raise ValueError("an input has a path and a SHA-256 in hex")


@dataclass(frozen=True)
class Manifest:
    """The record of an action's last success.

    ``image`` is the id that ran, ``command`` its words; for an extraction both tell of the
    extraction, and ``query_sha256`` which query was asked. ``commit`` is the code: a commit
    or, where nothing was committed, a hash of the study's files. No times: the same work
    gives the same manifest, and the ledger has them.
    """

    action: str
    job_id: str
    commit: str
    image: str
    command: tuple[str, ...]
    files: tuple[ManifestFile, ...]
    inputs: tuple[ManifestInput, ...] = ()
    query_sha256: str | None = None
    exit_code: int = 0


def dumps(manifest: Manifest) -> bytes:
    """As JSON, for people to read as well. The same manifest gives the same bytes."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "action": manifest.action,
        "job_id": manifest.job_id,
        "commit": manifest.commit,
        "image": manifest.image,
        "command": list(manifest.command),
        "files": [{**vars(f), "level": f.level.value} for f in manifest.files],
        "inputs": [vars(i) for i in manifest.inputs],
        "query_sha256": manifest.query_sha256,
        "exit_code": manifest.exit_code,
    }
    return json.dumps({**body, "checksum": checksum(body)}, indent=2).encode() + b"\n"


def loads(data: bytes, where: str = "manifest") -> Manifest:
    """PlatformError if it isn't exactly what ``dumps`` wrote, to the last bit."""
    try:
        body = json.loads(data)
        told = body.pop("checksum")
        known = body.pop("format") == FORMAT and body.pop("version") == VERSION
        manifest = _manifest(body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise damaged(where) from None
    if not known or dumps(manifest) != data or not isinstance(told, str):
        raise damaged(where)
    return manifest


def read(path: Path) -> Manifest | None:
    """The manifest there, None if there is none.

    A damaged one is moved aside, then PlatformError: the next look finds none, so the
    action runs again instead of failing for ever.
    """
    try:
        return loads(path.read_bytes(), str(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PlatformError(
            f"it can't be read ({error.strerror})",
            where=str(path),
            remedy="Look at this disk and the folder's permissions.",
        ) from None
    except PlatformError:
        path.replace(path.with_name(path.name + ".damaged"))
        raise


def checksum(body: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the canonical JSON."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def damaged(where: str) -> PlatformError:
    """A record of ours that isn't as we wrote it."""
    return PlatformError(
        "it isn't as it was written",
        where=where,
        remedy="It was moved aside (.damaged); the action will run again. Check the disk.",
    )


def _manifest(body: dict[str, Any]) -> Manifest:
    files = [{**f, "level": Level(f["level"])} for f in body.pop("files")]
    return Manifest(
        command=tuple(body.pop("command")),
        files=tuple(ManifestFile(**f) for f in files),
        inputs=tuple(ManifestInput(**i) for i in body.pop("inputs")),
        **body,
    )
