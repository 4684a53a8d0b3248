"""Generated examples run without counting which lines they reach: other tests do."""

from __future__ import annotations

from collections.abc import Iterator

import coverage
import pytest


@pytest.fixture(autouse=True)
def lines_are_counted_by_others() -> Iterator[None]:
    """Counting takes nearly as long again as what is counted."""
    counting = coverage.Coverage.current()
    if counting is not None:
        counting.stop()
    yield
    if counting is not None:
        counting.start()
