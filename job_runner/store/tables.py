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
)

from job_runner.jobs.job import TERMINAL, Failure, Kind, State, WaitingFor

SCHEMA_VERSION = 1

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
    UniqueConstraint("request_id", "action"),
    _one_of("kind", (kind.value for kind in Kind)),
    _one_of("state", (state.value for state in State)),
    _one_of("waiting_for", (reason.value for reason in WaitingFor)),
    _one_of("failure", (failure.value for failure in Failure)),
    CheckConstraint("(state = 'failed') = (failure IS NOT NULL)"),
    sqlite_autoincrement=True,
)
"""Order is by ``sequence``: clocks step back, sequences don't."""

Index(
    "one_live_job_of_an_action",
    jobs.c.workspace,
    jobs.c.action,
    unique=True,
    sqlite_where=jobs.c.state.not_in([state.value for state in TERMINAL]),
    postgresql_where=jobs.c.state.not_in([state.value for state in TERMINAL]),
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
