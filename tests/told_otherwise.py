"""What a stand-in for Oracle is told where it reads Oracle's words otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Instead:
    """``pattern``: what Oracle reads; ``told``: what the stand-in is told; ``why``."""

    pattern: str
    told: str
    why: str


def told_otherwise(statement: str, words: Iterable[Instead]) -> str:
    """The statement in the stand-in's words."""
    for one in words:
        statement = re.sub(one.pattern, one.told, statement, flags=re.DOTALL)
    return statement
