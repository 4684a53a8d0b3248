"""How far an extraction is, told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nobody(*numbers: int) -> None:
    pass


@dataclass(frozen=True)
class Progress:
    """Whom to tell. Numbers of rows are numbers of patients: not for everybody's eyes.

    ``prepared``: statements that the warehouse has done, and of how many. ``answered``:
    rows that have come so far. ``written``: rows in the file, and of how many; formats
    that are written as the rows come tell the former only.
    """

    prepared: Callable[[int, int], None] = _nobody
    answered: Callable[[int], None] = _nobody
    written: Callable[[int, int], None] = _nobody


SILENT = Progress()
