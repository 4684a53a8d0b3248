"""A script in the making: temporary tables, and what fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.sql.statements import (
    Beside,
    Script,
    Sent,
    Upload,
    create,
    drop,
    fill,
    render,
)
from cohort_dsl.sql.terms import Terms

# Keeps rows in a temporary table: their select, and their columns with types.
Keep: TypeAlias = Callable[["sa.Select[Any]", Mapping[str, ValueType]], sa.TableClause]

NONE: Mapping[str, Any] = MappingProxyType({})


class Draft:
    """Grows by each statement; nothing is taken back."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._sent: list[Sent] = []

    def kept(
        self,
        name: str,
        rows: sa.Select[Any] | sa.CompoundSelect[Any],
        types: Mapping[str, ValueType],
        *,
        in_order: bool = False,
    ) -> sa.TableClause:
        """A temporary table of these rows. ``in_order``: they come sorted by patient."""
        table = self.created(name, types, in_order=in_order)
        self.filled(table, rows)
        return table

    def filled(
        self, table: sa.TableClause, rows: sa.Select[Any] | sa.CompoundSelect[Any]
    ) -> None:
        """These rows added to a table that has their columns."""
        self._sent.append(fill(table, rows, self.terms.dialect))

    def dropped(self, table: sa.TableClause) -> None:
        """The table isn't read any more."""
        self._sent.append(drop(table, self.terms.dialect))

    def keeper(self, name: str) -> Keep:
        """Keeps rows under this name and a running number."""
        parts = iter(range(1, 1_000_000))
        return lambda rows, types: self.kept(f"{name}_{next(parts)}", rows, types)

    def uploaded(
        self,
        name: str,
        columns: Mapping[str, ValueType],
        rows: Iterable[tuple[Scalar | None, ...]],
    ) -> sa.TableClause:
        """A temporary table of constants."""
        table = self.created(name, columns)
        types = tuple(columns.values())
        self._sent.append(Upload(table.name, tuple(columns), tuple(rows), types))
        return table

    def beside(
        self,
        name: str,
        people: sa.Select[Any],
        parts: Sequence[sa.Select[Any]],
        types: Mapping[str, ValueType],
    ) -> sa.TableClause:
        """Answers side by side, as ``Beside`` says, in columns of these types."""
        dialect = self.terms.dialect
        asked = tuple(render(part, dialect) for part in parts)
        self._sent.append(Beside(name, render(people, dialect), asked))
        columns = [sa.column(c, self.terms.column_type(kind)) for c, kind in types.items()]
        return sa.table(name, *columns)

    def script(
        self,
        question: sa.Select[Any],
        event_tables: Mapping[str, sa.Select[Any]] = NONE,
    ) -> Script:
        """The script so far, and its questions."""
        dialect = self.terms.dialect
        told = {name: render(rows, dialect) for name, rows in event_tables.items()}
        return Script(tuple(self._sent), render(question, dialect), MappingProxyType(told))

    def created(
        self, name: str, types: Mapping[str, ValueType], *, in_order: bool = False
    ) -> sa.TableClause:
        """A temporary table without rows."""
        columns: list[sa.ColumnClause[Any]] = [
            sa.column(c, self.terms.column_type(kind)) for c, kind in types.items()
        ]
        table = sa.table(self.terms.dialect.temporary.named(name), *columns)
        self._sent.append(create(table, self.terms.dialect, in_order=in_order))
        return table
