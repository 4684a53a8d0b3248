"""What earlier steps have answered, joined to the rows that need it.

A join of very many tables nests too deep for SQLAlchemy and slows every planner, so
they are joined ``JOINS`` at a time into tables that are joined in their turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import BOOL, INT, ValueType
from cohort_dsl.plan.steps import Given
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft, Keep
from cohort_dsl.sql.expressions import Terms

JOINS = 60


@dataclass(frozen=True)
class _Part:
    """A table to join, and the column of each answer; None for whether there is a row."""

    table: sa.FromClause
    columns: Mapping[Series, str | None]

    def ids(self) -> sa.Select[Any]:
        return sa.select(self.table.c.patient_id)


@dataclass(frozen=True)
class Answers:
    """``givens``: where each answer lies; ``results``: the tables that steps have left."""

    givens: Mapping[Series, Given]
    results: Mapping[str, sa.FromClause]
    draft: Draft
    patient_id: ValueType

    def has(self, node: Series) -> bool:
        return node in self.givens and not isinstance(node, nodes.IsInSeries)

    def onto(
        self,
        source: sa.FromClause,
        patient: Sql,
        wanted: Iterable[Series],
        name: str,
        everyone: sa.FromClause | None,
    ) -> tuple[sa.FromClause, dict[Series, Sql]]:
        """The rows with the answers beside them, and each answer's expression.

        ``everyone``: a table of those whom the rows are about, if there is one.
        """
        parts = self._parts(wanted)
        keep = self.draft.keeper(f"{name}_joined")
        while len(parts) > JOINS:
            chunks = [parts[at : at + JOINS] for at in range(0, len(parts), JOINS)]
            parts = [self._gathered(chunk, everyone, keep) for chunk in chunks]
        return self._joined(source, patient, parts)

    def _parts(self, wanted: Iterable[Series]) -> list[_Part]:
        columns: dict[str, dict[Series, str | None]] = {}
        for node in wanted:
            given = self.givens[node]
            columns.setdefault(given.step, {})[node] = given.column
        return [_Part(self.results[step].alias(step), columns[step]) for step in columns]

    def _joined(
        self, source: sa.FromClause, patient: Sql, parts: Sequence[_Part]
    ) -> tuple[sa.FromClause, dict[Series, Sql]]:
        said: dict[Series, Sql] = {}
        for part in parts:
            source = source.outerjoin(part.table, part.table.c.patient_id == patient)
            for node, column in part.columns.items():
                said[node] = self._answer(node, part.table, column)
        return source, said

    def _gathered(
        self, parts: Sequence[_Part], everyone: sa.FromClause | None, keep: Keep
    ) -> _Part:
        """One table with the answers of several."""
        people: sa.FromClause
        if everyone is None:
            people = sa.union(*(part.ids() for part in parts)).subquery("who")
        else:
            people = everyone.alias("who")
        source, said = self._joined(people, people.c.patient_id, parts)
        names = {node: f"g{number}" for number, node in enumerate(said, start=1)}
        terms = self.draft.terms
        columns = [terms.stored(said[n], n.type).label(name) for n, name in names.items()]
        rows = sa.select(people.c.patient_id, *columns).select_from(source)
        types = {"patient_id": self.patient_id} | {names[n]: n.type for n in names}
        table = keep(rows, types)
        return _Part(table.alias(table.name), names)

    def _answer(self, node: Series, result: sa.FromClause, column: str | None) -> Sql:
        """An answer for a patient whom the step may not have met."""
        terms = self.draft.terms
        there = result.c.patient_id.is_not(sa.null())
        if column is None:
            return there if isinstance(node, nodes.Exists) else _as_int(terms, there)
        if isinstance(node, nodes.Exists):
            missing = terms.stored(terms.false(), BOOL)
            return terms.loaded(sa.func.coalesce(result.c[column], missing), BOOL)
        if isinstance(node, nodes.Count | nodes.CountDistinct):
            return sa.func.coalesce(result.c[column], sa.literal_column("0"))
        return terms.loaded(result.c[column], node.type)


def _as_int(terms: Terms, condition: Sql) -> Sql:
    one, zero = (terms.constant(number, INT) for number in (1, 0))
    return sa.case((condition, one), else_=zero)
