"""What is known, besides its manifest, of an action's last success on this machine.

At a site, another commit is another code. At home most changes are of a file that most
actions never look at; so what each opened is kept, and only that counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from job_runner.local.snapshot import Code
from job_runner.project import Action
from job_runner.workspaces import journal

FORMAT, VERSION = "strongroom-known", 1


@dataclass(frozen=True)
class Known:
    """``files``: the study's, as ``Code`` has them. ``opened``: those that the action's box
    opened, None where that couldn't be told. ``outputs``: level and pattern of each that
    was promised. ``source``: of what an extraction's patients were made, None for others.
    """

    job_id: str
    files: Mapping[str, str]
    opened: tuple[str, ...] | None
    outputs: tuple[str, ...]
    source: str | None = None

    def news(self, code: Code, action: Action, source: str) -> str | None:
        """What has changed since, as far as it concerns the action.

        The names of all files do (a program may look for one that wasn't there), and the
        contents of those that it opened; all contents where that isn't known.
        """
        if self.outputs != promised(action):
            return "project.yaml names its outputs otherwise"
        if self.source is not None and self.source != source:
            return "the dummy tables are others"
        return _of_files(self, code.files)


def keep(known: Known, folder: Path, action: str) -> None:
    """In place of what was known of the action's success before."""
    body = {"format": FORMAT, "version": VERSION, **asdict(known)}
    journal.write(_path(folder, action), json.dumps(body).encode())


def read(folder: Path, action: str) -> Known | None:
    """None where there is none that can be read: then all of the code counts."""
    try:
        body = json.loads(_path(folder, action).read_bytes())
        if (body.pop("format"), body.pop("version")) != (FORMAT, VERSION):
            return None
        opened = None if body["opened"] is None else tuple(body["opened"])
        return Known(**{**body, "opened": opened, "outputs": tuple(body["outputs"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def promised(action: Action) -> tuple[str, ...]:
    """Level and pattern of each output; labels change nothing."""
    return tuple(sorted(f"{o.level.value} {o.pattern}" for o in action.outputs))


def _of_files(known: Known, now: Mapping[str, str]) -> str | None:
    before = known.files
    if new := sorted(now.keys() - before.keys()):
        return f"the study has a new file, {new[0]}"
    if lost := sorted(before.keys() - now.keys()):
        return f"the study's file {lost[0]} is gone"
    counted = before if known.opened is None else known.opened
    changed = (path for path in sorted(counted) if before[path] != now[path])
    return next((f"{path} changed" for path in changed), None)


def _path(folder: Path, action: str) -> Path:
    return folder / f"{quote(action, safe=' ')[:150]}.json"
