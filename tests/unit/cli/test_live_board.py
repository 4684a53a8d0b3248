"""A run at home on a terminal: each action's state and time, and how many there are."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from cli import live
from cli.live import DONE, FAILED, NOT_BEGUN, RUNNING, UP_TO_DATE, WAITING, Board, Row
from job_runner.jobs.job import Failure, Job, Kind, State
from job_runner.jobs.ports import Told
from tests.jobs_made import a_job

ORDER = ("extract", "describe", "draw")


class Screen:
    """A terminal of so many lines, and a clock that stands until it is told."""

    def __init__(self, height: int = 20) -> None:
        self.written, self.now = io.StringIO(), 100.0
        self.console = Console(
            file=self.written, force_terminal=True, width=100, height=height
        )
        self.board = Board(ORDER, self.console, lambda: self.now)

    def drawn(self) -> str:
        with self.console.capture() as found:
            self.console.print(self.board)
        return found.get()

    def told(self, action: str, state: State, failure: Failure | None = None) -> None:
        kind = Kind.EXTRACTION if action == "extract" else Kind.ANALYSIS
        self.board.told(Told(job(action, state, failure, kind), "it is new"))


def job(action: str, state: State, failure: Failure | None, kind: Kind) -> Job:
    return replace(a_job(action), state=state, failure=failure, kind=kind)


def test_each_action_has_its_state_and_time() -> None:
    screen = Screen()
    screen.told("extract", State.PREPARING)
    screen.now += 2.5
    assert "2.5 s" in screen.drawn()
    screen.told("extract", State.SUCCEEDED)
    screen.told("describe", State.PREPARING)
    screen.now += 60
    drawn = screen.drawn()
    assert "2.5 s" in drawn
    assert "60.0 s" in drawn
    assert "3 actions: 1 waiting, 1 running, 1 done" in drawn
    assert "describe: running, because it is new" in screen.written.getvalue()


def test_an_extraction_says_how_far_it_is() -> None:
    screen = Screen()
    screen.told("extract", State.PREPARING)
    with screen.board.extracting() as progress:
        progress.prepared(2, 5)
        assert "asking: 2 of 5" in screen.drawn()
        progress.answered(7_000)
        assert "reading rows: 7,000" in screen.drawn()
        progress.written(100, 400)
        assert "writing rows: 100 of 400" in screen.drawn()


@pytest.mark.parametrize(
    ("failure", "begun", "state"),
    [
        (None, True, DONE),
        (None, False, UP_TO_DATE),
        (Failure.NONZERO_EXIT, True, FAILED),
        (Failure.CANCELLED, True, FAILED),
        (Failure.CANCELLED, False, NOT_BEGUN),
        (Failure.DEPENDENCY_FAILED, False, NOT_BEGUN),
        (Failure.PLATFORM_ERROR, False, FAILED),
    ],
)
def test_how_it_ended_is_told(failure: Failure | None, begun: bool, state: str) -> None:
    screen = Screen()
    if begun:
        screen.told("draw", State.PREPARING)
    screen.told("draw", State.FAILED if failure else State.SUCCEEDED, failure)
    assert f"3 actions: 2 waiting, 1 {state}" in screen.drawn()


def test_where_there_is_no_room_for_all_what_runs_and_failed_is_shown() -> None:
    rows = [
        Row("a", DONE, 1.0, 2.0),
        Row("b", UP_TO_DATE),
        Row("c", FAILED, 1.0, 3.0),
        Row("d", RUNNING, 4.0),
        Row("e", DONE, 1.0, 4.0),
        Row("f", WAITING),
    ]
    assert [row.action for row in live.chosen(rows, 2)] == ["c", "d"]
    assert [row.action for row in live.chosen(rows, 3)] == ["c", "d", "e"]
    assert live.chosen(rows, 9) == rows
    assert Screen(height=4).drawn().count("waiting") == 2


def test_a_note_stands_above_the_board_as_it_is() -> None:
    screen = Screen()
    screen.board.note("rounded [to 5]")
    assert screen.written.getvalue() == "rounded [to 5]\n"


def test_the_board_is_gone_when_it_is_over() -> None:
    screen = Screen()
    with live.shown(ORDER, lambda: 1.0, screen.console) as board:
        board.told(Told(job("draw", State.PREPARING, None, Kind.ANALYSIS), "it is new"))
    assert screen.written.getvalue().endswith("\x1b[2K")


def test_without_a_terminal_lines_tell_what_begins(capsys: pytest.CaptureFixture[str]):
    with live.shown(ORDER, lambda: 1.0, None) as lines, lines.extracting() as progress:
        lines.told(Told(job("draw", State.PREPARING, None, Kind.ANALYSIS), "it is new"))
        lines.told(Told(job("draw", State.SUCCEEDED, None, Kind.ANALYSIS), ""))
        lines.note("a note")
        progress.answered(7)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("draw: running, because it is new\n", "a note\n")
    live.Silence().told(Told(job("draw", State.PREPARING, None, Kind.ANALYSIS), "x"))
    assert capsys.readouterr().out == ""
