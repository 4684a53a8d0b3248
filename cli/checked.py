"""What the checker would say of an action's outputs, kept until one of the two changes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from job_runner.jobs.job import State
from job_runner.local.home import Ran
from job_runner.local.studies import STATE_FOLDER
from job_runner.project import Level
from job_runner.workspaces import journal
from job_runner.workspaces.workspace import local_workspace

FORMAT, VERSION = "strongroom-checked", 1


@dataclass(frozen=True)
class Checked:
    """``lines`` for people, ``told`` as JSON; ``note`` is what holds for all of them."""

    lines: Sequence[str] = ()
    told: Sequence[Any] = ()
    note: Sequence[str] = ()


def of(study: Path, ran: Ran) -> Checked:
    """As the checker would say it now; it isn't asked again where nothing has changed."""
    manifest = local_workspace(study).manifest(ran.action)
    medium = Level.MODERATELY_SENSITIVE
    if manifest is None or ran.state is not State.SUCCEEDED:
        return Checked()
    if not any(file.level is medium for file in manifest.files):
        return Checked()
    path = study / STATE_FOLDER / "checked" / f"{quote(ran.action, safe=' ')[:150]}.json"
    key = f"{manifest.job_id} {_checker()}"
    return _kept(path, key) or _asked(study, ran, path, key)


def notes(all_: Iterable[Checked]) -> list[str]:
    """Each note once."""
    return list(dict.fromkeys(note for found in all_ for note in found.note))


def _asked(study: Path, ran: Ran, path: Path, key: str) -> Checked:
    from cli import previews  # and the checker, with all that it computes with

    found = previews.of(study, ran)
    made = Checked([*found.lines()], previews.told(found), previews.note([found]))
    body = {"format": FORMAT, "version": VERSION, "key": key, **asdict(made)}
    journal.write(path, json.dumps(body).encode())
    return made


def _kept(path: Path, key: str) -> Checked | None:
    try:
        body = json.loads(path.read_bytes())
        if (body["format"], body["version"], body["key"]) == (FORMAT, VERSION, key):
            return Checked(body["lines"], body["told"], body["note"])
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return None


def _checker() -> str:
    """Another one, another name: by its files' sizes and times."""
    spec = find_spec("output_checker")
    assert spec is not None
    assert spec.origin is not None
    seen = hashlib.sha256()
    for folder, _, files in sorted(os.walk(Path(spec.origin).parent)):
        for name in sorted(files):
            if not name.endswith(".pyc"):
                found = os.stat(os.path.join(folder, name))
                seen.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:16]
