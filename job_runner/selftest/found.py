"""What trying one limit came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Whether the limit held, and what happened, in words without any path or value."""

    held: bool
    happened: str


@dataclass(frozen=True)
class Tried:
    """A limit, how the box tried to break it, and what came of that."""

    limit: str
    attempt: str
    verdict: Verdict


def broken(tried: tuple[Tried, ...]) -> tuple[Tried, ...]:
    """Those that didn't hold. No attempt at all is no proof: ValueError."""
    if not tried:
        raise ValueError("a selftest that tried nothing")
    return tuple(one for one in tried if not one.verdict.held)
