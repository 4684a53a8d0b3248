"""How an engine is asked in one statement, in which nothing is made and nothing dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

Rows: TypeAlias = "sa.Select[Any] | sa.CompoundSelect[Any]"


def named(rows: Rows, name: str) -> sa.CTE:
    """Rows that a WITH names; how often they are worked out is the engine's affair.

    DuckDB decides well, and is slow where each of 500 steps must be kept.
    """
    return rows.cte(name)


def kept(rows: Rows, name: str) -> sa.CTE:
    """The same, worked out once however often they are read."""
    return named(rows, name).prefix_with("MATERIALIZED")


def hinted(rows: Rows, name: str) -> sa.CTE:
    """The same for who is told in a comment, which stands in a select."""
    said = rows if isinstance(rows, sa.Select) else sa.select(rows.subquery("every"))
    return named(said.prefix_with("/*+ MATERIALIZE */"), name)


@dataclass(frozen=True)
class Within:
    """``keep``: a step's rows under the name of its table, for what follows in the WITH.

    ``parameters``: as many as a statement may have; ``steps``: as many as its WITH may
    have. ``text``: the bytes of a text that a parameter may be.
    """

    keep: Callable[[Rows, str], sa.CTE] = named
    parameters: int = 65_535
    steps: int = 2_000
    text: int = 4_000


WITHIN = Within()
"""As the standard has it."""
