"""What a selftest found, kept for as long as nothing that it depends on has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import job_runner
from job_runner.selftest.found import Tried, Verdict, broken
from job_runner.workspaces import journal

FORMAT, VERSION = "selftest", 1

OURS = ("executors", "selftest")
"""The folders of code that boxes, and their proof, are made by."""


@dataclass(frozen=True)
class Certificate:
    """What was tried, when, and on what: ``ground`` is ``fingerprint``'s."""

    ground: str
    at: datetime
    tried: tuple[Tried, ...]

    @property
    def broken(self) -> tuple[Tried, ...]:
        """The limits that didn't hold."""
        return broken(self.tried)

    def dumps(self) -> str:
        rows = [
            {
                "limit": one.limit,
                "attempt": one.attempt,
                "held": one.verdict.held,
                "happened": one.verdict.happened,
            }
            for one in self.tried
        ]
        head = {"format": FORMAT, "version": VERSION, "ground": self.ground}
        return (
            json.dumps({**head, "at": self.at.isoformat(), "tried": rows}, indent=2) + "\n"
        )


def loads(text: str) -> Certificate:
    """ValueError for anything but what ``dumps`` writes."""
    try:
        told = json.loads(text)
        if (told["format"], told["version"]) != (FORMAT, VERSION):
            raise ValueError("another format or version")
        tried = tuple(_tried(row) for row in told["tried"])
        return Certificate(str(told["ground"]), datetime.fromisoformat(told["at"]), tried)
    except (KeyError, TypeError, AttributeError) as cause:
        raise ValueError("no certificate") from cause


def _tried(row: Mapping[str, object]) -> Tried:
    if row["held"] not in (True, False):
        raise ValueError("neither held nor broken")
    verdict = Verdict(row["held"] is True, str(row["happened"]))
    return Tried(str(row["limit"]), str(row["attempt"]), verdict)


def fingerprint(engine: Mapping[str, object], boot: str, image: str, uid: int) -> str:
    """Of all that a proof depends on: a change of any of these asks for a new one.

    ``engine``: what it says about itself. ``boot``: the machine's boot id. Our own code
    that makes boxes counts as it is installed.
    """
    ground = {"engine": dict(engine), "boot": boot, "image": image, "uid": uid}
    digest = hashlib.sha256(json.dumps(ground, sort_keys=True, default=str).encode())
    for folder in OURS:
        for path in sorted((Path(job_runner.__file__).parent / folder).rglob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def kept(path: Path, ground: str) -> Certificate | None:
    """The certificate at ``path`` if it is about this ground; a damaged one is none."""
    try:
        found = loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.ground == ground and found.tried else None


def keep(path: Path, certificate: Certificate) -> None:
    """Written at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    journal.write(path, certificate.dumps().encode())
