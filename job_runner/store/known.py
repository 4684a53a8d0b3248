"""Who is known by a token: only its hash is ever kept."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from job_runner.errors import Conflict, RequestRefused
from job_runner.site.people import Person, likeness, why_no_name
from job_runner.store import rows, tables

SHORTEST_TOKEN = 43
"""Characters of 256 random bits in base 64."""

_BY_TOKEN = select(tables.people).where(
    tables.people.c.token_sha256 == bindparam("token_sha256")
)


def person(connection: Connection, token: str, at: datetime) -> Person | None:
    """Whose token this is; None if nobody's, or revoked, or expired by ``at``."""
    if len(token) < SHORTEST_TOKEN:
        return None
    row = connection.execute(_BY_TOKEN, {"token_sha256": hashed(token)}).first()
    found = rows.person_of(row) if row else None
    if found is None or found.revoked:
        return None
    return found if found.expires is None or at < found.expires else None


def hashed(token: str) -> str:
    """What is kept of a token.

    A plain SHA-256 is enough, where a password would need salt and a slow hash: nobody
    can guess 256 random bits, nor make a table of them. It also lets the database find
    the person by the hash; how long that takes tells nothing about a token.
    """
    if len(token) < SHORTEST_TOKEN:
        raise ValueError("a token must be 256 random bits")
    return hashlib.sha256(token.encode()).hexdigest()


def refuse_unless_a_name(name: str) -> None:
    """RequestRefused, with why nobody may be called so."""
    if why := why_no_name(name):
        raise RequestRefused(
            f"this is no name for a person: {why}",
            where=f"person {name[:100]!a}",
            remedy="Choose another, such as the name of their account.",
        )


def refuse_if_taken(connection: Connection, name: str) -> None:
    """Conflict where somebody is, or was, called so, or so that people can't tell."""
    names = connection.execute(select(tables.people.c.name)).scalars()
    if likeness(name) in map(likeness, names):
        raise taken(name)


def taken(name: str) -> Conflict:
    return Conflict(
        f"{name!r} is somebody already, or was, or looks like it",
        where="people",
        remedy="Choose a name that was never used here.",
    )
