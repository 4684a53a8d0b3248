"""``codelists.json``: what was fetched, from where, when, and its hashes.

The form is OpenSAFELY's: ``files``, and for each its ``id``, ``url``, ``downloaded_at`` and
``sha`` (SHA-1). Added here is ``sha256``, which nobody can make two files for, and for a
file of a repository its ``commit``. Keys that others add are passed over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job_runner.codelists.asked import FILE
from job_runner.codelists.files import FOLDER, RECORD, bytes_of, folder
from job_runner.errors import CodelistError

MOST_BYTES = 5_000_000
_HASHES = {"sha": re.compile("[0-9a-f]{40}"), "sha256": re.compile("[0-9a-f]{64}")}


@dataclass(frozen=True)
class Fetched:
    """A file as it was fetched. ``sha`` or ``sha256`` may be empty, not both."""

    id: str
    url: str
    downloaded_at: str
    sha: str
    sha256: str
    commit: str | None = None

    def is_of(self, data: bytes) -> bool:
        """Whether a file's bytes are those that were fetched."""
        return self.sha in ("", sha1(data)) and self.sha256 in ("", sha256(data))


def sha1(data: bytes) -> str:
    """As OpenSAFELY's files have it; no promise against somebody who makes collisions."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(study: Path) -> dict[str, Fetched] | None:
    """By file name; None where nothing was fetched yet. CodelistError for no record."""
    data = bytes_of(folder(study) / RECORD)
    if data is None:
        return None
    try:
        if len(data) > MOST_BYTES:
            raise ValueError
        told = json.loads(data, object_pairs_hook=_once)
        if not all(FILE.fullmatch(name) for name in told["files"]):
            raise ValueError  # a path elsewhere, for one
        return {name: _fetched(entry) for name, entry in told["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CodelistError(
            "this isn't a record of codelists that were fetched",
            where=f"{FOLDER}/{RECORD}",
            remedy="Take it from git again, or write it anew: strongroom codelists update.",
        ) from None


def written(files: Mapping[str, Fetched]) -> bytes:
    """The record's bytes: sorted, so that a change shows as one."""
    told = {name: _told(files[name]) for name in sorted(files)}
    return (json.dumps({"files": told}, indent=2, ensure_ascii=False) + "\n").encode()


def _told(one: Fetched) -> dict[str, str]:
    told = {
        **{"id": one.id, "url": one.url, "downloaded_at": one.downloaded_at},
        **{"sha": one.sha, "sha256": one.sha256, "commit": one.commit or ""},
    }
    return {key: value for key, value in told.items() if value}


def _fetched(entry: Mapping[str, Any]) -> Fetched:
    texts = {
        key: entry.get(key, "")
        for key in ("url", "downloaded_at", "sha", "sha256", "commit")
    }
    if not all(isinstance(text, str) for text in (entry["id"], *texts.values())):
        raise ValueError
    if not (texts["sha"] or texts["sha256"]):
        raise ValueError
    for key, form in _HASHES.items():
        if texts[key] and not form.fullmatch(texts[key]):
            raise ValueError
    return Fetched(entry["id"], **{**texts, "commit": texts["commit"] or None})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
