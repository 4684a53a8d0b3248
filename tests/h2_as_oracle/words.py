"""Statements that H2 doesn't read as Oracle does, and what it is told instead."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Instead:
    """``pattern``: what Oracle reads; ``told``: what H2 is told; ``why``."""

    pattern: str
    told: str
    why: str


WORDS = (
    Instead(
        r"^CREATE PRIVATE TEMPORARY TABLE (.*) ON COMMIT PRESERVE DEFINITION$",
        r"CREATE LOCAL TEMPORARY TABLE \1 TRANSACTIONAL",
        "a table that only its session sees is called LOCAL",
    ),
    Instead(
        r"^SET TRANSACTION (ISOLATION LEVEL SERIALIZABLE|READ ONLY)$",
        "SELECT 1 FROM DUAL",
        "nobody else writes into a database in memory",
    ),
)

_PARTS = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|:(\d+)""")


def told(statement: str) -> str:
    """The statement as H2 reads it."""
    for one in WORDS:
        statement = re.sub(one.pattern, one.told, statement, flags=re.DOTALL)
    return _PARTS.sub(_numbered, statement)


def _numbered(part: re.Match[str]) -> str:
    """A parameter is ?1 there, not :1."""
    return part[0] if part[1] is None else f"?{part[1]}"
