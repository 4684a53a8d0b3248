"""The command line in this process: what it said, and with which code it ended."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cli.__main__ import main


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error of a command that was asked for JSON."""
        found: dict[str, Any] = json.loads(self.err.splitlines()[-1])["error"]
        return found


def strongroom(*words: str | Path) -> Said:
    """One command, as ``strongroom WORDS`` runs it."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return Said(code, out.getvalue(), err.getvalue())


def contents(folder: Path) -> dict[str, str]:
    """Every file and folder below, with its mode and hash: equal if nothing was written."""
    return {
        path.relative_to(folder).as_posix(): f"{path.lstat().st_mode:o} {_hash(path)}"
        for path in sorted(folder.rglob("*"))
    }


def _hash(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree_that_raises(error: BaseException) -> click.Group:
    """A command tree whose ``go`` raises this, with or without ``--json``."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def go(as_json: bool) -> None:
        raise error

    return click.Group("strongroom", [go])
