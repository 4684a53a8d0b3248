"""What is sent to an engine: text with its parameters, and lists to upload."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.sql.dialect import Dialect


@dataclass(frozen=True)
class Statement:
    """SQL text, and the values of its numbered parameters.

    ``makes``, ``fills``, ``drops``: the temporary table that it creates, puts rows into,
    or needs no more.
    """

    text: str
    parameters: tuple[Scalar, ...] = field(default=(), repr=False)
    makes: str = ""
    fills: str = ""
    drops: str = ""


@dataclass(frozen=True)
class Upload:
    """Rows of constants to put into a table of these columns, of these types."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar | None, ...], ...] = field(repr=False)
    types: tuple[ValueType, ...] = ()


@dataclass(frozen=True)
class Beside:
    """Answers of several tables, to be laid side by side as a table of this name.

    It has a row for each of the ``people``, in their order. Each of ``parts`` selects a
    patient's number, from 0 on in that order, each once, and columns of names that no
    other part has. Whom a part doesn't tell of, of these columns that patient has NULL.
    """

    table: str
    people: Statement
    parts: tuple[Statement, ...]


Sent: TypeAlias = Statement | Upload | Beside


@dataclass(frozen=True)
class Script:
    """What prepares an answer, in order, and the question whose rows are the answer.

    ``event_tables``: by name, more questions, whose rows are an event table's.
    """

    preparations: tuple[Sent, ...]
    question: Statement
    event_tables: Mapping[str, Statement] = field(default_factory=dict)

    def statements(self) -> tuple[Sent, ...]:
        """All that is sent, in order."""
        return (*self.preparations, self.question, *self.event_tables.values())

    def size(self) -> int:
        """Of all SQL text, in bytes."""
        texts = (one.text for sent in self.statements() for one in _questions(sent))
        return sum(len(text.encode()) for text in texts)

    def __str__(self) -> str:
        """The script to read, with its parameters as comments."""
        return "\n\n".join(filter(None, map(_told, self.statements())))


_PLACES = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|(:\d+)""")


def taken(asked: Statement, dialect: Dialect) -> int:
    """Of the parameters that a statement may have there, how many it takes."""
    if not dialect.within.each_place:
        return len(asked.parameters)
    return sum(1 for found in _PLACES.finditer(asked.text) if found[1])


def _questions(sent: Sent) -> tuple[Statement, ...]:
    if isinstance(sent, Upload):
        return ()
    return (sent.people, *sent.parts) if isinstance(sent, Beside) else (sent,)


def _told(sent: Sent) -> str:
    if isinstance(sent, Upload):
        return f"-- {len(sent.rows)} rows into {sent.table}"
    if isinstance(sent, Beside):
        asked = "\n\n".join(map(_told, _questions(sent)))
        return f"-- side by side as {sent.table}\n{asked}"
    if not sent.text:  # some engines need not be told that a table will be there
        return ""
    values = enumerate(map(_readable, sent.parameters), start=1)
    notes = "".join(f"-- ${number} = {value}\n" for number, value in values)
    return f"{notes}{sent.text};"


def _readable(value: Scalar) -> str:
    return value.isoformat() if isinstance(value, date) else repr(value)


Rows: TypeAlias = "sa.Select[Any] | sa.CompoundSelect[Any]"


def create(table: sa.TableClause, dialect: Dialect, *, in_order: bool = False) -> Statement:
    """``in_order``: of patients, where the dialect has something of its own for that."""
    temporary = dialect.temporary
    made = temporary.in_order if in_order and temporary.in_order else temporary
    text = made.create(table, dialect.renderer())
    return Statement(text, makes=table.name)


def fill(table: sa.TableClause, rows: Rows, dialect: Dialect) -> Statement:
    """The rows added to a table that has their columns."""
    found = render(rows, dialect)
    names = [str(one.name) for one in rows.selected_columns]
    text = dialect.temporary.fill(table, names, found.text, dialect.renderer())
    return Statement(text, found.parameters, fills=table.name)


def drop(table: sa.TableClause, dialect: Dialect) -> Statement:
    text = dialect.temporary.drop(table, dialect.renderer())
    return Statement(text, drops=table.name)


def render(rows: Rows, dialect: Dialect) -> Statement:
    """The rows' select as text; every constant a bound parameter."""
    compiled: Any = rows.compile(
        dialect=dialect.renderer(), compile_kwargs={"render_postcompile": True}
    )
    values = compiled.params
    names = getattr(compiled, "positiontup", None) or ()
    return Statement(compiled.string.strip(), tuple(values[name] for name in names))
