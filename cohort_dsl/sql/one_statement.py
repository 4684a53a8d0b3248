"""A script that is one statement for each of its questions, for whom no table is made.

What a step would keep in a temporary table is a part of the WITH; lists of constants are
written into it. So a warehouse is asked with no other right than to read, and may be a
copy that nothing can be written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import Scalar, ValueType
from cohort_dsl.sql import written
from cohort_dsl.sql.draft import NONE, Draft
from cohort_dsl.sql.statements import Script, Statement, render, taken
from cohort_dsl.sql.terms import Terms
from cohort_dsl.sql.within import Rows


class OneStatement(Draft):
    """Grows by what each table would be filled with, in an order that can be read."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._types: dict[str, Mapping[str, ValueType]] = {}
        self._fills: dict[str, list[Rows]] = {}

    def created(
        self, name: str, types: Mapping[str, ValueType], *, in_order: bool = False
    ) -> sa.TableClause:
        """A name for rows that are still to be told."""
        columns: list[sa.ColumnClause[Any]] = [
            sa.column(c, self.terms.column_type(kind)) for c, kind in types.items()
        ]
        self._types[name], self._fills[name] = types, []
        return sa.table(name, *columns)

    def filled(self, table: sa.TableClause, rows: Rows) -> None:
        """These rows, beside those that it has."""
        in_any_order = rows.order_by(None)  # the order of a WITH's rows means nothing
        self._fills[table.name].append(in_any_order)

    def dropped(self, table: sa.TableClause) -> None:
        """Nothing is there to be dropped."""

    def uploaded(
        self,
        name: str,
        columns: Mapping[str, ValueType],
        rows: Iterable[tuple[Scalar | None, ...]],
    ) -> sa.TableClause:
        """Constants, written down."""
        table = self.created(name, columns)
        self.filled(table, written.rows(columns, tuple(rows), self.terms))
        return table

    def beside(
        self,
        name: str,
        people: sa.Select[Any],
        parts: Sequence[sa.Select[Any]],
        types: Mapping[str, ValueType],
    ) -> sa.TableClause:
        """Never: a dialect that is asked in one statement lays nothing out."""
        raise AssertionError("one statement lays nothing beside its rows")

    def script(
        self,
        question: sa.Select[Any],
        event_tables: Mapping[str, sa.Select[Any]] = NONE,
    ) -> Script:
        """The questions. WarehouseError where one is too large for the engine."""
        told = {name: self._asked(rows) for name, rows in event_tables.items()}
        return Script((), self._asked(question), MappingProxyType(told))

    def _asked(self, question: sa.Select[Any]) -> Statement:
        dialect = self.terms.dialect
        within = dialect.within
        names = self._read(question)
        _demand(len(names), within.steps, "steps")
        steps = [within.keep(self._rows(name), name) for name in names]
        asked = render(question.add_cte(*steps), dialect)
        _demand(taken(asked, dialect), within.parameters, "constants")
        return asked

    def _rows(self, name: str) -> Rows:
        fills = self._fills[name]
        if not fills:
            return written.rows(self._types[name], (), self.terms)
        return fills[0] if len(fills) == 1 else sa.union_all(*fills)

    def _read(self, question: sa.Select[Any]) -> list[str]:
        """The tables that the question needs, each after those that it needs itself."""
        wanted = self._mentioned([question])
        for name in reversed(self._fills):
            if name in wanted:
                wanted |= self._mentioned(self._fills[name])
        return [name for name in self._fills if name in wanted]

    def _mentioned(self, rows: Iterable[Rows]) -> set[str]:
        parts = (part for one in rows for part in visitors.iterate(one))
        tables = {part.name for part in parts if isinstance(part, sa.TableClause)}
        return tables & self._fills.keys()


def _demand(found: int, most: int, what: str) -> None:
    if found > most:
        raise WarehouseError(
            f"the question takes {found:,} {what}, and one statement has room for {most:,}",
            where="the question as one statement, as this site asks its warehouse",
            remedy="Ask for fewer variables or shorter lists at once, or ask the custodian "
            "to let Strongroom make temporary tables.",
        )
