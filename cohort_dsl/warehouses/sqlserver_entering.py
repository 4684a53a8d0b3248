"""SQL Server doesn't let us in: why, by the number that it or its client library gives.

Their words aren't told. No real server was there to say them: the numbers are the manual's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.warehouses.faults import AGAIN, NEVER_AGAIN, SETTINGS, Fault

SILENT = Fault(
    "no SQL Server answers at this host and port, or not with TLS as encryption wants it",
    f"Correct host, port or encryption {SETTINGS}; does a firewall stand between? {AGAIN}",
    WarehouseAway,
)
PASSWORD = Fault(
    "user or password is wrong",
    f"Correct user {SETTINGS} or the password in passfile, and try it once with sqlcmd. "
    f"{NEVER_AGAIN}",
    LoginRefused,
)
LOCKED = Fault(
    "the login is locked or disabled, or its password has to be changed",
    "ALTER LOGIN … WITH PASSWORD = '…' UNLOCK, or ENABLE, and CHECK_EXPIRATION = OFF. "
    f"{NEVER_AGAIN}",
    LoginRefused,
)
NO_DATABASE = Fault(
    "there is no such database, or this login has no user in it",
    f"Correct database {SETTINGS}, or CREATE USER in it. {NEVER_AGAIN}",
    LoginRefused,
)
FULL = Fault(
    "the server has no room for another session",
    f"Ask for fewer at once (database_workers). {AGAIN}",
    WarehouseAway,
)
REFUSED = Fault(
    "the server doesn't let us in",
    f"Try the same host, port, database, user and password with sqlcmd. {NEVER_AGAIN}",
    LoginRefused,
)

FAULTS: Mapping[int, Fault] = MappingProxyType(
    {
        **dict.fromkeys((20002, 20003, 20009, 20013, 20017), SILENT),
        **dict.fromkeys((18452, 18456), PASSWORD),
        **dict.fromkeys((18470, 18486, 18487, 18488), LOCKED),
        **dict.fromkeys((4060, 4064), NO_DATABASE),
        **dict.fromkeys((17809, 17810), FULL),
    }
)
"""Of what has no number, or another, nobody knows whether asking again is harmless."""


def not_entered(error: Exception, where: str) -> WarehouseError:
    """Why not, and what to do next."""
    found = next((n for n in _numbers(error.args) if n in FAULTS), None)
    fault = REFUSED if found is None else FAULTS[found]
    return fault.error(where, "" if found is None else str(found))


def _numbers(told: tuple[object, ...]) -> Iterator[int]:
    """The driver gives a number and words, as one argument or as two."""
    for one in told:
        if isinstance(one, tuple):
            yield from (inner for inner in one if isinstance(inner, int))
        elif isinstance(one, int):
            yield one
