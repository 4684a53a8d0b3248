"""Whether an action must run again. Decided from its last success and what it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fingerprint:
    """All that an action's outputs depend on.

    ``code``: a commit, or the hash of a study's files. ``image``: the immutable id.
    ``inputs``: path → sha256 of every file that it may read from other actions.
    """

    code: str
    image: str
    command: tuple[str, ...]
    inputs: Mapping[str, str]


CODE_CHANGED = "the study's code changed"


def why_run(
    last: Fingerprint | None,
    now: Fingerprint,
    missing: tuple[str, ...] = (),
    code: str | None = CODE_CHANGED,
) -> str | None:
    """Why the action must run, as the end of a sentence; None if it is up to date.

    ``missing``: outputs of the last success that aren't there as they were any more.
    ``code``: what another code means for this action; None is nothing.
    """
    if last is None:
        return "it has not succeeded before"
    if missing:
        return f"its output {missing[0]} isn't there any more, or isn't as it was"
    if last.command != now.command:
        return "its command changed"
    if last.image != now.image:
        return "its image changed"
    if last.code != now.code and code is not None:
        return code
    return _why_inputs(last.inputs, now.inputs)


def _why_inputs(last: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    for path in sorted(last.keys() | now.keys()):
        if path not in now:
            return f"its input {path} is gone"
        if path not in last:
            return f"its input {path} is new"
        if last[path] != now[path]:
            return f"its input {path} changed"
    return None
