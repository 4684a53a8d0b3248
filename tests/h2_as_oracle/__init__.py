"""H2 in its Oracle mode, behind oracledb's interface.

No Oracle can be had for tests. This is a module as SQLAlchemy and our own warehouse want
one: ``create_engine("oracle+oracledb://", module=h2_as_oracle)``. What it hasn't, oracledb
has: kinds of errors, names of types. ``words`` says which of Oracle's statements H2 is
told in other words, ``functions`` which functions it lacked.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import oracledb

from tests.h2_as_oracle.connection import Connection, NoH2Error, started

__all__ = ["Connection", "Driver", "NoH2Error", "connect", "started"]

JARS = ("/usr/share/java/h2.jar",)


def connect(*where: Any, **said: Any) -> Connection:
    """A database in memory that is gone with the connection."""
    return Connection(started(JARS))


class Driver(ModuleType):
    """What ``import oracledb`` finds where a test puts it into ``sys.modules``.

    Whoever connects has this connection. ``told``: with which words.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__("oracledb")
        self._connection = connection
        self.told: list[dict[str, Any]] = []

    def connect(self, **words: Any) -> Connection:
        self.told.append(words)
        return self._connection

    def __getattr__(self, name: str) -> Any:
        return getattr(oracledb, name)


def __getattr__(name: str) -> Any:
    return getattr(oracledb, name)
