"""PostgreSQL doesn't let us in: why, and what the custodian does next.

No code comes with it, and its words are of the server's language. So the server is looked
at from outside, as pg_isready does it, without a password: does it answer, and would it
without TLS? Of its words counts which of our own settings they quote. None of them is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping

from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.warehouses.faults import AGAIN, NEVER_AGAIN, SETTINGS, Fault

NOT_UNDERSTOOD = Fault(
    "libpq doesn't understand a setting, or can't read a file that it names",
    f"Correct sslmode, sslrootcert, service or port {SETTINGS}: psql has the same words.",
)
NO_HOST = Fault(
    "no host of this name is known here",
    f"Correct host {SETTINGS}, or have the name put into DNS. {AGAIN}",
    WarehouseAway,
)
SILENT = Fault(
    "no server answers at this host and port",
    f"Correct host and port {SETTINGS}; does a firewall stand between, and does the server "
    f"listen to other machines (listen_addresses)? pg_isready tries the same. {AGAIN}",
    WarehouseAway,
)
NO_TLS = Fault(
    "the server answers, but not with TLS as sslmode and sslrootcert want it",
    "Has the server ssl = on, is its certificate of the authority in sslrootcert, and is "
    "host written as in the certificate?",
)
STARTING = Fault(
    "the server is being started or stopped",
    f"Wait until it is open. {AGAIN}",
    WarehouseAway,
)
FULL = Fault(
    "the server, the database or the role has no room for another session",
    "Ask for fewer at once (database_workers), or have max_connections or the role's "
    f"CONNECTION LIMIT raised. {AGAIN}",
    WarehouseAway,
)
NO_PASSWORD = Fault(
    "the server wants a password, and there is none for it",
    "Write a line host:port:database:user:password into the passfile, each as it stands "
    f"{SETTINGS} or *, and chmod 600 it for the site's account: else it isn't read.",
    LoginRefused,
)
FROM_ELSEWHERE = Fault(
    "the server's pg_hba.conf doesn't let this user in from this machine",
    "Have a line put into pg_hba.conf for this machine, user and database (hostssl if "
    "sslmode wants TLS), and have the server reload it.",
    LoginRefused,
)
NO_DATABASE = Fault(
    "there is no such database, or this user may not connect to it",
    f"Correct database {SETTINGS}, or GRANT CONNECT ON DATABASE.",
    LoginRefused,
)
NO_USER = Fault(
    "the user isn't known or may not log in, or the password is wrong",
    f"Correct user {SETTINGS} or its line in the passfile, and try it once with psql. "
    f"{NEVER_AGAIN}",
    LoginRefused,
)
REFUSED = Fault(
    "the server answers, and doesn't let us in",
    "Its log says why; try the same host, database, user and passfile with psql. "
    f"{NEVER_AGAIN}",
    LoginRefused,
)
AWAY_AGAIN = Fault(
    "the server answers, and ended the connection as it was made",
    f"Its log says why. {AGAIN}",
    WarehouseAway,
)

NO_TABLES = Fault(
    "this account may make no temporary table in this database",
    "GRANT TEMPORARY ON DATABASE to it, or say one_statement: true under warehouse in the "
    "site's policy: then no question needs any.",
)
FOLLOWS = Fault(
    "this server follows another one, and has no temporary tables",
    "Say one_statement: true under warehouse in the site's policy: then no question needs "
    "any.",
)
TABLES = """
    SELECT pg_is_in_recovery(), has_database_privilege(current_database(), 'TEMPORARY')
"""

AT = re.compile(r'.*?(?:port \d+|socket "[^"]*") failed: ', re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A connection that wasn't made. ``message``: whoever's words; they aren't told.

    ``answers``: what the server says to who only asks whether it is there; ``openly``: and
    without TLS. ``lacking``: it wants a password, and there was none; ``gave``: there was.
    """

    answers: Ping
    openly: Ping
    lacking: bool = False
    gave: bool = False
    message: str = field(default="", repr=False)
    user: str = ""
    database: str = ""

    def quotes(self, name: str) -> bool:
        """Is it in quotation marks, of whichever language?"""
        return bool(name) and bool(
            re.search(rf'["«„“]\s*{re.escape(name)}\s*["»“”]', self.said)
        )

    @property
    def said(self) -> str:
        """Without libpq's own words about where the server is."""
        return AT.sub("", self.message, count=1)


def not_entered(error: psycopg.Error, dsn: str, where: str) -> WarehouseError:
    """Why not, and what to do next. Asks the server twice at most, without a password."""
    return fault(_looked_at(error, dsn)).error(where)


def without_tables(connection: psycopg.Connection[Any]) -> Fault | None:
    """Why no temporary table can be made; None where they can."""
    [(follows, may)] = connection.execute(TABLES).fetchall()
    return FOLLOWS if follows else None if may else NO_TABLES


def fault(entry: Entry) -> Fault:
    """What has gone wrong."""
    if entry.answers is Ping.NO_ATTEMPT:
        return NOT_UNDERSTOOD
    if entry.answers is Ping.REJECT:
        return STARTING
    if entry.answers is Ping.NO_RESPONSE:
        return _unanswered(entry)
    return _refusal(entry)


def _unanswered(entry: Entry) -> Fault:
    if entry.openly in (Ping.OK, Ping.REJECT):
        return NO_TLS
    return NO_HOST if "failed to resolve host" in entry.message else SILENT


def _refusal(entry: Entry) -> Fault:
    """Of a server that answers; a user and a database of one name can't be told apart."""
    if entry.lacking:
        return NO_PASSWORD
    if "too many c" in entry.said or "connection slots" in entry.said:
        return FULL
    if "pg_hba.conf" in entry.said:
        return FROM_ELSEWHERE
    user, database = entry.quotes(entry.user), entry.quotes(entry.database)
    if user is not database:
        return NO_USER if user else NO_DATABASE
    return REFUSED if entry.gave or user else AWAY_AGAIN


def _looked_at(error: psycopg.Error, dsn: str) -> Entry:
    tried, message = error.pgconn, str(error)
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return Entry(Ping.NO_RESPONSE, Ping.NO_RESPONSE, message=message)
    answers = _ping(dsn)
    asked = conninfo_to_dict(dsn).get("sslmode", "prefer")
    apart = answers is Ping.NO_RESPONSE and asked not in ("disable", "allow", "prefer")
    openly = _ping(make_conninfo(dsn, sslmode="disable")) if apart else answers
    if tried is None:
        return Entry(answers, openly, message=message)
    lacking, gave = tried.needs_password, tried.used_password
    user, database = tried.user.decode(), tried.db.decode()
    return Entry(answers, openly, lacking, gave, message, user, database)


def _ping(dsn: str) -> Ping:
    return Ping(PGconn.ping(dsn.encode()))
