"""A request is followed on a terminal by a table, elsewhere by a line for each change."""

from __future__ import annotations

import io
import sys

import click
import pytest
from rich.console import Console

from cli import following
from tests.a_command import strongroom

STEPS = [{"a": "waiting"}, {"a": "waiting"}, {"a": "executing"}, {"a": "succeeded"}]


def followed(draw: following.Draw) -> None:
    for states in STEPS:
        draw([f"{action}  {state}" for action, state in states.items()], states)


def test_elsewhere_each_change_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with following.shown(quiet=False) as draw:
        followed(draw)
    assert capsys.readouterr().out == "  a: waiting\n  a: executing\n  a: succeeded\n"


def test_programs_are_told_at_the_end_only(capsys: pytest.CaptureFixture[str]) -> None:
    with following.shown(quiet=True) as draw:
        followed(draw)
    assert capsys.readouterr().out == ""


def test_on_a_terminal_the_table_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    with following.drawn(Console(file=written, force_terminal=True, width=40)) as draw:
        followed(draw)
    assert written.getvalue().count("waiting") == 2
    assert "a  succeeded" in written.getvalue()
    assert written.getvalue().endswith("\x1b[2K")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with following.shown(quiet=False) as draw:
        followed(draw)


def test_only_one_request_can_be_watched() -> None:
    said = strongroom("status", "--watch", "--token-file", "none")
    assert said.code == click.UsageError.exit_code
    assert "--watch takes a REQUEST" in said.err
