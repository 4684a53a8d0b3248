"""The world's time and chance, read here and handed to everything else."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def today() -> date:
    """The date, in UTC."""
    return now().date()


def new_id() -> str:
    """An id nobody had before: 12 letters and digits that can be read aloud."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(letters) for _ in range(12))
