"""A question tried on a warehouse: what each statement took, and nothing of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from cohort_dsl import plan
from cohort_dsl.model.empty_text import without_empty_text
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.plan import Plan
from cohort_dsl.sql import Catalog, Dialect, Script, Statement
from cohort_dsl.sql.statements import Sent

Clock: TypeAlias = Callable[[], float]
"""Seconds since any one moment."""


@dataclass(frozen=True)
class Took:
    """A statement that has run. ``fills``: the table; "" where its rows are the answer.

    ``event_table``: whose rows the answer's are, if not the cohort's. ``estimated``: the
    rows that the engine had expected; None where it wasn't asked. ``rows``: those there
    were. Both may be small numbers of patients.
    """

    fills: str
    estimated: int | None
    rows: int
    seconds: float
    event_table: str = ""


@dataclass(frozen=True)
class Tried:
    """A question of one time, or measures: how it was answered, and what that took."""

    plan: Plan
    script: Script
    took: tuple[Took, ...]


class Session(Protocol):
    """Where an engine answers one question."""

    def estimated(self, asked: Statement) -> int | None:
        """How many rows the engine expects of a statement, before it runs."""
        ...

    def send(self, sent: Sent) -> int:
        """Do it; how many rows it put into a table."""
        ...

    def read(self, asked: Statement) -> int:
        """Read the answer to its end and throw it away; how many rows it had."""
        ...


def planned(question: Query | Measures, dialect: Dialect, catalog: Catalog) -> Plan:
    """The plan by which a warehouse of this kind answers. The query is of one time."""
    everyone, together, shared = catalog.everyone, dialect.together, catalog.reads
    if not dialect.empty_text:
        question = without_empty_text(question)
    if isinstance(question, Measures):
        return plan.build_measures(question, everyone, together, shared)
    return plan.build(question, everyone, together=together, shared=shared)


def tried(steps: Plan, script: Script, session: Session, clock: Clock) -> Tried:
    """The script, run to its end in a session that is prepared for it."""
    return Tried(steps, script, tuple(_took(script, session, clock)))


def _took(script: Script, session: Session, clock: Clock) -> Iterator[Took]:
    for sent in script.preparations:
        if isinstance(sent, Statement) and not sent.fills:
            session.send(sent)
            continue
        table, expected = _expected(sent, session)
        before = clock()
        rows = session.send(sent)
        yield Took(table, expected, rows, clock() - before)
    answers = {"": script.question, **script.event_tables}
    for name, asked in answers.items():
        expected = session.estimated(asked)
        before = clock()
        rows = session.read(asked)
        yield Took("", expected, rows, clock() - before, name)


def _expected(sent: Sent, session: Session) -> tuple[str, int | None]:
    if isinstance(sent, Statement):
        return sent.fills, session.estimated(sent)
    return sent.table, None
