"""A request that is followed: its jobs' table drawn anew on a terminal, elsewhere lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli import console

if TYPE_CHECKING:
    from rich.console import Console

Draw = Callable[[Sequence[str], Mapping[str, str]], None]
"""Takes the table's lines, and each action's state in words."""


@contextmanager
def shown(*, quiet: bool) -> Iterator[Draw]:
    """Who shows it, for as long as the block lasts."""
    if quiet:
        yield lambda lines, states: None
    elif sys.stdout.isatty():
        from rich.console import Console

        with drawn(Console()) as draw:
            yield draw
    else:
        yield _changes()


@contextmanager
def drawn(screen: Console) -> Iterator[Draw]:
    """The table itself; it is gone when it is over."""
    from rich.live import Live
    from rich.text import Text

    with Live(console=screen, transient=True, auto_refresh=False) as live:
        yield lambda lines, states: live.update(Text("\n".join(lines)), refresh=True)


def _changes() -> Draw:
    """Each change of a state once, when it is seen."""
    seen: dict[str, str] = {}

    def draw(lines: Sequence[str], states: Mapping[str, str]) -> None:
        for action, state in states.items():
            if seen.get(action) != state:
                console.say(f"  {action}: {state}")
        seen.update(states)

    return draw
