"""SQL Server's SQL is as it was, with every kind of operation. No server has read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl.sql.sqlserver import SQLSERVER
from tests.unit.sql.oracle_golden import QUESTIONS, text

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.__name__)
def test_the_sql_is_as_it_was(asked: type) -> None:
    """Where a change is meant: write the new text into the file, and look at it."""
    golden = GOLDEN / f"{asked.__name__}.sqlserver.sql"
    assert text(asked(), SQLSERVER) == golden.read_text("utf-8")
