"""What the checker would say of a table, told where it is made.

Only where all of Strongroom is installed: in an action's container there are only claims.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from output_checker.claims.parts import wrong

if TYPE_CHECKING:
    from output_checker.report import FileReport

NOT_REAL = (
    "Checked by the ready-made policy {}, on the data that are here. Dummy data aren't"
    " real: at a site other cells may be small, and its policy another."
)


@dataclass(frozen=True)
class Preview:
    """The checker's answer: ``report``, and in words what it says, when shown."""

    report: FileReport
    policy: str

    def __repr__(self) -> str:
        from output_checker.report_text import of_file

        return "\n".join([*of_file(self.report), NOT_REAL.format(self.policy)])


def preview(
    table: Any, *, folder: Path | str = ".", of: str | None = None, policy: str = "default"
) -> Preview:
    """What the checker would say of a table that was just made, and what it would hide.

    ``table``: what a function of claims returned, or its path below ``folder``. ``of``:
    the cohort file, for tables about a frame that ``derived`` wrote. ``policy``: a
    ready-made one, by name. ClaimError where there is no checker, as in an action's
    container: there, ``strongroom run`` shows the same once the action is done.
    """
    try:
        from output_checker.check import Dataset, check
        from output_checker.policy import ready_made
    except ImportError:
        raise wrong(
            "the checker isn't installed here",
            "Look at what `strongroom run` says, or do this where Strongroom is installed.",
        ) from None
    found = {"path": table, "folder": folder} if isinstance(table, str) else table.attrs
    if "path" not in found:
        raise wrong("this isn't a table that was claimed", "Give its path.")
    path, where = str(found["path"]), Path(found["folder"])
    said = _dataset(where, path)
    cohorts = () if of is None else (Dataset(where / of, _now(where / of)),)
    known = {said["file"]: Dataset(where / said["file"], said["sha256"], cohorts)}
    report = check(where, [path], known, ready_made(policy), "preview")
    return Preview(report.files[0], policy)


def _dataset(folder: Path, path: str) -> dict[str, str]:
    try:
        claim = json.loads((folder / path).with_suffix(".claim.json").read_bytes())
        return dict(claim["dataset"])
    except (OSError, ValueError, KeyError, TypeError):
        raise wrong(f"{path} has no claim beside it", "Make it with claims.") from None


def _now(path: Path) -> str:
    from output_checker.claims.writing import sha256

    return sha256(path)
