"""Generated examples run without counting which lines they reach: other tests do."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def lines_are_counted_by_others(uncounted: None) -> None:
    """All of them."""
