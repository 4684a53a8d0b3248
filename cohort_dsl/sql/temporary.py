"""How an engine keeps a step's rows until the question is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as Renderer

Write: TypeAlias = Callable[[sa.TableClause, Renderer], str]
Fill: TypeAlias = Callable[[sa.TableClause, Sequence[str], str, Renderer], str]


def unchanged(name: str) -> str:
    """As the planner calls it."""
    return name


def quoted(name: str, renderer: Renderer) -> str:
    """Where a name is also a word of SQL, or has capitals."""
    return renderer.identifier_preparer.quote(name)


def columns(table: sa.TableClause, renderer: Renderer) -> str:
    """Names and types, as they stand between the parentheses of CREATE TABLE."""
    types = renderer.type_compiler_instance
    return ", \n".join(
        f"\t{quoted(column.name, renderer)} {types.process(column.type)}"
        for column in table.c
    )


def _create(table: sa.TableClause, renderer: Renderer) -> str:
    name = quoted(table.name, renderer)
    return f"CREATE TEMPORARY TABLE {name} (\n{columns(table, renderer)}\n)"


def indexed(table: sa.TableClause, renderer: Renderer) -> str:
    """With an index of its patients."""
    name = quoted(table.name, renderer)
    index = f"CREATE INDEX ON {name} (patient_id)"
    return f"{_create(table, renderer)};\n{index}"


def _fill(
    table: sa.TableClause, names: Sequence[str], select: str, renderer: Renderer
) -> str:
    columns = ", ".join(quoted(name, renderer) for name in names)
    return f"INSERT INTO {quoted(table.name, renderer)} ({columns}) {select}"


def _drop(table: sa.TableClause, renderer: Renderer) -> str:
    return f"DROP TABLE {quoted(table.name, renderer)}"


@dataclass(frozen=True)
class InOrder:
    """``columns``: from so many answers a patient on it is worth its while."""

    create: Write
    columns: int


@dataclass(frozen=True)
class Temporary:
    """``named``: what a table is called there; the others: the statements' text.

    ``fill``: of a select whose columns have these names. ``in_order``: how one is made
    whose rows come sorted by patient, where the engine can be told so; None: it can't.

    What makes, fills and drops a table is so plain that it is written by hand: SQLAlchemy's
    own CREATE TABLE and INSERT take as long as the select between them.
    """

    named: Callable[[str], str] = unchanged
    create: Write = _create
    fill: Fill = _fill
    drop: Write = _drop
    in_order: InOrder | None = None


TEMPORARY = Temporary()
"""As the standard has them, and DuckDB and PostgreSQL."""
