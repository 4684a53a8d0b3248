"""How far extractions are, as bars on a terminal; elsewhere nothing is shown.

On standard error, so that a command's result stays as it is; and gone when it is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from job_runner.definitions.apart import Heard

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


Counting: TypeAlias = Callable[[int, int], None]
"""Told how many are done, and of how many."""


@contextmanager
def counting(what: str, otherwise: Counting) -> Iterator[Counting]:
    """A bar on a terminal that is moved by what is counted; ``otherwise`` elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield otherwise
        return
    with Bars(*COLUMNS, console=console, transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, of: bars.update(bar, completed=done, total=of)


class Terminal:
    """Where bars are shown, as many at once as there are extractions."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bars = Bars(*COLUMNS, console=self._console, transient=True)
        self._lock, self._shown = threading.Lock(), 0

    @contextmanager
    def hearing(self) -> Iterator[Heard]:
        """A bar for one extraction, moved by what is heard: what, how much, of how much."""
        if not self._console.is_terminal:
            yield lambda told: None
            return
        self._count(1)
        bar = self._bars.add_task("asking", total=None)
        try:
            yield lambda told: self._bars.update(
                bar, description=told[0], completed=told[1], total=told[2]
            )
        finally:
            self._bars.remove_task(bar)
            self._count(-1)

    def _count(self, more: int) -> None:
        """On the screen from the first extraction to the end of the last one."""
        with self._lock:
            self._shown += more
            if more > 0 and self._shown == 1:
                self._bars.start()
            if not self._shown:
                self._bars.stop()
