"""People's public keys, and which signed requests were seen: each counts once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from job_runner.errors import Conflict
from job_runner.store import tables
from job_runner.store.database import Database
from job_runner.store.rows import instant


@dataclass(frozen=True)
class PersonKey:
    """A public key of somebody's: the line that a ``.pub`` file has, without a comment."""

    person: str
    fingerprint: str
    key: str
    revoked: bool = False


class Keys:
    """Kept in the site's database, each change a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: PersonKey, *, at: datetime) -> None:
        """Conflict where the key is, or was, somebody's: one key tells one person."""
        values = {
            "person": key.person,
            "fingerprint": key.fingerprint,
            "public_key": key.key,
            "added_at": instant(at),
            "revoked": False,
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(tables.person_keys).values(values))
        except IntegrityError:
            raise Conflict(
                "this key is somebody's already, or was, or there is no such person",
                where=f"key {key.fingerprint}",
                remedy="Let them make a new one: ssh-keygen -t ed25519.",
            ) from None

    def of(self, person: str) -> tuple[PersonKey, ...]:
        """Their keys, oldest first; also those revoked."""
        columns = tables.person_keys.c
        asked = (
            select(tables.person_keys)
            .where(columns.person == person)
            .order_by(columns.added_at, columns.fingerprint)
        )
        with self._database.read() as connection:
            return tuple(
                PersonKey(row.person, row.fingerprint, row.public_key, bool(row.revoked))
                for row in connection.execute(asked)
            )

    def revoke(self, person: str, fingerprint: str) -> bool:
        """Whether they have such a key; nothing that it signs counts any more."""
        columns = tables.person_keys.c
        theirs = (columns.person == person, columns.fingerprint == fingerprint)
        with self._database.write() as connection:
            change = update(tables.person_keys).where(*theirs).values(revoked=True)
            return connection.execute(change).rowcount > 0

    def used(self, request_id: str, sha256: str, *, at: datetime) -> str | None:
        """Marks a signed request as seen. None at its first use; else what came first: the
        sha256 of what was signed under this id."""
        values = {"id": request_id, "sha256": sha256, "seen_at": instant(at)}
        try:
            with self._database.write() as connection:
                connection.execute(insert(tables.signed_requests).values(values))
        except IntegrityError:
            return self._seen(request_id)
        return None

    def _seen(self, request_id: str) -> str:
        seen = tables.signed_requests.c
        with self._database.read() as connection:
            asked = select(seen.sha256).where(seen.id == request_id)
            return str(connection.execute(asked).scalar_one())
