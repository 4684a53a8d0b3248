"""What people and programs read: text on a terminal, JSON when it is asked for."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """The ``--json`` that every reporting command has."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON, for programs."
    )(command)


def report(value: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print a result: the value as JSON, or its lines for people."""
    if as_json:
        click.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def say(line: str = "") -> None:
    """One line for people, at once."""
    click.echo(line)
    sys.stdout.flush()


def program(path: str | None, python: Path, here: Path) -> str:
    """This command as the reader can run it from ``here``.

    ``path``: where programs are looked for, as the environment says; ``python``: what
    runs us, beside which our command was installed.
    """
    own = python.with_name("strongroom")
    found = shutil.which("strongroom", path=path)
    if found is not None and own.exists() and Path(found).samefile(own):
        return "strongroom"
    if not own.exists():
        return f"{shlex.quote(str(python))} -m cli"
    return shlex.quote(str(own.relative_to(here) if own.is_relative_to(here) else own))


def note(line: str) -> None:
    """One line about what is going on, kept out of a command's result."""
    click.echo(line, err=True)


def fail(error: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Print an error where errors go."""
    click.echo(json.dumps({"error": dict(error)}) if as_json else text, err=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a plain table, columns as wide as they need."""
    everything = [list(headings), *[list(row) for row in rows]]
    widths = [max(len(row[i]) for row in everything) for i in range(len(headings))]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in everything
    ]
