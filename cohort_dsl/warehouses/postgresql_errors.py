"""A connection to PostgreSQL that was lost, told from what the server refuses.

By codes (SQLSTATE) and kinds of exception: a message may quote a person's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import psycopg

from cohort_dsl.errors import WarehouseAway

LOST = "the connection was lost"
ENDED = "somebody ended our session, or the server is being stopped"
STARTING = "the server is being started or stopped"
FULL = "the server has no room for another session"
CRASHED = "the server stopped in an emergency"
IN_THE_WAY = "another session is in the way"

STATES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("08000", "08003", "08006", "08001", "08004"), LOST),
        **dict.fromkeys(("25P03", "57P05"), "our session was silent for too long"),
        "57P01": ENDED,
        "57P02": CRASHED,
        "57P03": STARTING,
        "53300": FULL,
        **dict.fromkeys(("40001", "40P01"), IN_THE_WAY),
    }
)
"""What passes by itself. All else stays as it is, however often it is asked."""


def lost(error: Exception) -> WarehouseAway | None:
    """The error of a warehouse that went away in the middle; None where it answered."""
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate
    gone = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    problem = STATES.get(state) if state else LOST if gone else None
    if problem is None:
        return None
    named = f" ({state})" if state else ""
    return WarehouseAway(
        f"{problem}{named}",
        where="PostgreSQL",
        remedy="Nothing of this answer is kept. It is tried again by itself: see the "
        "server's log if that doesn't help.",
    )
