"""The tables, with as much of the rules as a database can hold."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from job_runner.jobs.job import TERMINAL, Failure, Kind, State, WaitingFor
from job_runner.jobs.members import Drain, Gone

SCHEMA_VERSION = 2

metadata = MetaData()


def _one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})")


schema = Table("strongroom_schema", metadata, Column("version", Integer, nullable=False))

people = Table(
    "people",
    metadata,
    Column("name", Text, primary_key=True),
    Column("roles", Text, nullable=False),
    Column("token_sha256", Text, nullable=False, unique=True),
    Column("added_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("revoked", Boolean, nullable=False, default=False),
)
"""A name is never given twice, so the record stays true after somebody left."""

person_keys = Table(
    "person_keys",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.name"), nullable=False, index=True),
    Column("public_key", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
)
"""Keys are revoked, never removed: what they signed before stays theirs."""

signed_requests = Table(
    "signed_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)
"""Every signed request whose signature was right, so that none counts twice."""

requests = Table(
    "requests",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("project", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("commit_id", Text, nullable=False),
    Column("actions", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("request_id", Text, ForeignKey("requests.id"), nullable=False),
    Column("workspace", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("needs", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting_for", Text),
    Column("failure", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("cancel_asked", Boolean, nullable=False, default=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("runner", Text),
    Column("place", Text),
    Column("not_before", Text),
    UniqueConstraint("request_id", "action"),
    _one_of("kind", (kind.value for kind in Kind)),
    _one_of("state", (state.value for state in State)),
    _one_of("waiting_for", (reason.value for reason in WaitingFor)),
    _one_of("failure", (failure.value for failure in Failure)),
    CheckConstraint("(state = 'failed') = (failure IS NOT NULL)"),
    sqlite_autoincrement=True,
)
"""Order is by ``sequence``: clocks step back, sequences don't."""

live = text("state NOT IN ('failed', 'succeeded')")
"""Jobs that aren't over. In these words everywhere: so indexes of live jobs are used."""
assert {state.value for state in TERMINAL} == {"failed", "succeeded"}

Index(
    "one_live_job_of_an_action",
    jobs.c.workspace,
    jobs.c.action,
    unique=True,
    sqlite_where=live,
    postgresql_where=live,
)
"""Two would write the same outputs."""

job_events = Table(
    "job_events",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("job_id", Text, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("request_id", Text, ForeignKey("requests.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("happened", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting_for", Text),
    Column("failure", Text),
    _one_of("happened", ("created", "moved", "cancel_asked")),
    sqlite_autoincrement=True,
)

runners = Table(
    "runners",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("beats", Integer, nullable=False, default=0),
    Column("drain", Text),
    Column("safe_to_stop", Boolean, nullable=False, default=False),
    Column("gone", Text),
    _one_of("drain", (how.value for how in Drain)),
    _one_of("gone", (how.value for how in Gone)),
)
"""Who runs jobs, and who did. ``beats`` only grows while a runner lives: others see that
it stands still, by their own clocks, and nobody's clock is compared with another's."""

pauses = Table(
    "pauses",
    metadata,
    Column("project", Text, primary_key=True),
    Column("since", Text, nullable=False),
)
"""What the custodian holds back: projects, or all of the site, whose name here is empty."""
