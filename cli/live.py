"""How a run at home goes: a board on a terminal, redrawn as it happens; elsewhere lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli import console
from cohort_dsl.progress import SILENT, Progress
from job_runner.jobs.job import TERMINAL, Failure, State
from job_runner.jobs.ports import Told

WAITING, RUNNING, DONE = "waiting", "running", "done"
UP_TO_DATE, FAILED, NOT_BEGUN = "up to date", "failed", "not begun"
STYLES: Mapping[str, str] = {
    WAITING: "dim",
    RUNNING: "bold cyan",
    DONE: "green",
    UP_TO_DATE: "dim green",
    FAILED: "bold red",
    NOT_BEGUN: "dim",
}
FIRST = (RUNNING, FAILED, DONE, WAITING, NOT_BEGUN, UP_TO_DATE)
"""What is shown before what, where there isn't room for all."""


class Shown(Protocol):
    """Who is told how it goes."""

    def told(self, news: Told) -> None:
        """An action began or ended."""

    def note(self, line: str) -> None:
        """Something that isn't any action's state."""

    def extracting(self) -> AbstractContextManager[Progress]:
        """How far the extraction is that is under way."""


class Lines:
    """A line when an action begins, and why. Its result is told at the end."""

    def told(self, news: Told) -> None:
        if news.job.state not in TERMINAL:
            console.say(beginning(news))

    def note(self, line: str) -> None:
        console.note(line)

    def extracting(self) -> AbstractContextManager[Progress]:
        return nullcontext(SILENT)


class Silence(Lines):
    """For programs, which read the result."""

    def told(self, news: Told) -> None:
        pass


def beginning(news: Told) -> str:
    return f"{news.job.action}: running, because {news.why}"


@dataclass(frozen=True)
class Row:
    """An action on the board. Times are seconds of a clock that never steps back."""

    action: str
    state: str = WAITING
    began: float = 0.0
    ended: float | None = None
    how_far: str = ""


class Board:
    """All actions, what each does and for how long; gone when it is over.

    ``order``: the actions. Lines that stay are printed above it.
    """

    def __init__(
        self, order: Sequence[str], screen: Console, monotonic: Callable[[], float]
    ) -> None:
        self._rows = {action: Row(action) for action in order}
        self._screen, self._monotonic = screen, monotonic
        self._extracting = ""

    def __rich_console__(self, screen: Console, options: ConsoleOptions) -> RenderResult:
        rows = list(self._rows.values())
        yield self._table(chosen(rows, max(1, screen.height - 3)))
        yield Text(counted(rows), style="dim")

    def told(self, news: Told) -> None:
        job, now = news.job, self._monotonic()
        row = self._rows[job.action]
        if job.state is State.PREPARING:
            self._screen.print(beginning(news), highlight=False, markup=False)
            self._rows[job.action] = replace(row, state=RUNNING, began=now)
            if job.kind.value == "extraction":
                self._extracting = job.action
        elif job.state in TERMINAL:
            self._rows[job.action] = replace(row, state=_end(row, news), ended=now)

    def note(self, line: str) -> None:
        self._screen.print(line, highlight=False, markup=False)

    @contextmanager
    def extracting(self) -> Iterator[Progress]:
        def say(doing: str, done: int, of: int | None) -> None:
            row = self._rows[self._extracting]
            words = f"{doing}: {done:,}" if of is None else f"{doing}: {done:,} of {of:,}"
            self._rows[row.action] = replace(row, how_far=words)

        yield Progress(
            prepared=lambda done, of: say("asking", done, of),
            answered=lambda rows: say("reading rows", rows, None),
            written=lambda rows, of: say("writing rows", rows, of),
        )

    def _table(self, rows: Sequence[Row]) -> Table:
        table = Table.grid(padding=(0, 2))
        for row in rows:
            style = STYLES[row.state]
            until = self._monotonic() if row.ended is None else row.ended
            took = f"{until - row.began:.1f} s" if row.began else ""
            how_far = row.how_far if row.ended is None else ""
            table.add_row(
                Text(row.action), Text(row.state, style), Text(took), Text(how_far, "dim")
            )
        return table


def _end(row: Row, news: Told) -> str:
    begun = row.state == RUNNING
    if news.job.state is State.SUCCEEDED:
        return DONE if begun else UP_TO_DATE
    spared = news.job.failure in (Failure.CANCELLED, Failure.DEPENDENCY_FAILED)
    return NOT_BEGUN if spared and not begun else FAILED


def chosen(rows: Sequence[Row], most: int) -> list[Row]:
    """The rows there is room for, in their order: of what matters most, the latest."""
    latest = sorted(rows, key=lambda row: -(row.ended or 0.0))
    first = sorted(latest, key=lambda row: FIRST.index(row.state))[:most]
    kept = {row.action for row in first}
    return [row for row in rows if row.action in kept]


def counted(rows: Sequence[Row]) -> str:
    """How many are in which state, in a line."""
    states = Counter(row.state for row in rows)
    parts = [f"{states[state]} {state}" for state in STYLES if states[state]]
    return f"{len(rows)} actions: {', '.join(parts)}"


@contextmanager
def shown(
    order: Sequence[str], monotonic: Callable[[], float], screen: Console | None
) -> Iterator[Shown]:
    """A board on ``screen`` for as long as the block lasts; lines, where that is None."""
    if screen is None:
        yield Lines()
        return
    board = Board(order, screen, monotonic)
    with Live(board, console=screen, refresh_per_second=5, transient=True):
        yield board
