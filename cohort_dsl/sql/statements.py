"""What is sent to an engine: text with its parameters, and lists to upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql.base import Executable

from cohort_dsl.model.types import Scalar
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
    """Rows of constants to put into a table of these columns."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar | None, ...], ...] = field(repr=False)


Sent: TypeAlias = Statement | Upload


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
        texts = (s.text for s in self.statements() if isinstance(s, Statement))
        return sum(len(text.encode()) for text in texts)

    def __str__(self) -> str:
        """The script to read, with its parameters as comments."""
        return "\n\n".join(map(_told, self.statements()))


def _told(sent: Sent) -> str:
    if isinstance(sent, Upload):
        return f"-- {len(sent.rows)} rows into {sent.table}"
    values = enumerate(map(_readable, sent.parameters), start=1)
    notes = "".join(f"-- ${number} = {value}\n" for number, value in values)
    return f"{notes}{sent.text};"


def _readable(value: Scalar) -> str:
    return value.isoformat() if isinstance(value, date) else repr(value)


def create(table: sa.Table, dialect: Dialect) -> Statement:
    return Statement(_text(CreateTable(table), dialect).string.strip(), makes=table.name)


def drop(table: sa.Table, dialect: Dialect) -> Statement:
    return Statement(_text(DropTable(table), dialect).string.strip(), drops=table.name)


def render(clause: Executable, dialect: Dialect, fills: str = "") -> Statement:
    """The clause as text; every constant a bound parameter."""
    compiled = _text(clause, dialect)
    values = compiled.params
    names = getattr(compiled, "positiontup", None) or ()
    return Statement(
        compiled.string.strip(), tuple(values[name] for name in names), fills=fills
    )


def _text(clause: Any, dialect: Dialect) -> Any:
    return clause.compile(
        dialect=dialect.renderer(), compile_kwargs={"render_postcompile": True}
    )
