"""What tests need of the machine. Where it lacks, they are skipped; in CI they fail."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest

CI = os.environ.get("CI", "").lower() == "true"


@contextlib.contextmanager
def needed(missing: type[Exception]) -> Iterator[None]:
    """Skips with the reason of an error that says what isn't there; raises it in CI."""
    try:
        yield
    except missing as error:
        if CI:
            raise
        pytest.skip(str(error))


def lacks(reason: str) -> None:
    """Skips a test that can't be had here; fails it in CI."""
    if CI:
        pytest.fail(reason)
    pytest.skip(reason)
