"""What earlier steps have answered, beside the rows that need it.

It is joined to them by patient. A join of very many tables nests too deep for SQLAlchemy
and slows every planner, so they are joined ``JOINS`` at a time into tables that are joined
in their turn. Where the warehouse lays out the whole population's answers, none are joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import BOOL, INT, ValueType
from cohort_dsl.plan.steps import Given
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft, Keep
from cohort_dsl.sql.expressions import Terms
from cohort_dsl.sql.working import NUMBER

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
    """``givens``: where each answer lies; ``results``: the tables that steps have left.

    ``numbered``: the steps in whose results patients go by their numbers.
    """

    givens: Mapping[Series, Given]
    results: Mapping[str, sa.FromClause]
    draft: Draft
    patient_id: ValueType
    numbered: Collection[str] = frozenset()

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

        ``name``: of the step that needs them; ``everyone``: a table of those whom the
        rows are about, if there is one.
        """
        numbered = name in self.numbered
        parts = self._parts(wanted, everyone, numbered=numbered)
        if numbered and everyone is not None:
            who = sa.select(everyone.c[NUMBER].label("patient_id"))
            everyone = who.subquery("numbers")
        keep = self.draft.keeper(f"{name}_joined")
        key = INT if numbered else self.patient_id
        while len(parts) > JOINS:
            chunks = [parts[at : at + JOINS] for at in range(0, len(parts), JOINS)]
            parts = [self._gathered(chunk, everyone, key, keep) for chunk in chunks]
        return self._joined(source, patient, parts)

    def laid_out(
        self, wanted: Iterable[Series], name: str, everyone: sa.FromClause
    ) -> tuple[sa.TableClause, dict[Series, Sql]]:
        """All of everyone's answers side by side, in order, and each answer's expression.

        ``everyone``: with their numbers. ``name``: of the table that holds the answers.
        """
        laid = _Laid({"patient_id": self.patient_id})
        for part in self._parts(wanted, everyone, numbered=True):
            laid.add(part)
        people = sa.select(everyone.c.patient_id).order_by(everyone.c[NUMBER])
        table = self.draft.beside(name, people, laid.asked, laid.types)
        said = {
            node: self._answer(node, table.c[column], of_row=of_row)
            for node, (column, of_row) in laid.columns.items()
        }
        return table, said

    def _parts(
        self, wanted: Iterable[Series], everyone: sa.FromClause | None, *, numbered: bool
    ) -> list[_Part]:
        """The results with these answers; in all of them patients go by number, or none."""
        columns: dict[str, dict[Series, str | None]] = {}
        for node in wanted:
            given = self.givens[node]
            columns.setdefault(given.step, {})[node] = given.column
        return [
            _Part(self._result(step, everyone, numbered=numbered), columns[step])
            for step in columns
        ]

    def _result(
        self, step: str, everyone: sa.FromClause | None, *, numbered: bool
    ) -> sa.FromClause:
        """A step's result; where need be, with the other name for each patient."""
        result = self.results[step].alias(step)
        if numbered is (step in self.numbered):
            return result
        assert everyone is not None, "there are numbers only of a population"
        people = everyone.alias("people")
        names = (NUMBER, "patient_id") if numbered else ("patient_id", NUMBER)
        wanted, known = (people.c[name] for name in names)
        others = [column for column in result.c if column.name != "patient_id"]
        both = result.join(people, known == result.c.patient_id)
        renamed = sa.select(wanted.label("patient_id"), *others).select_from(both)
        return renamed.subquery(step)

    def _joined(
        self, source: sa.FromClause, patient: Sql, parts: Sequence[_Part]
    ) -> tuple[sa.FromClause, dict[Series, Sql]]:
        said: dict[Series, Sql] = {}
        for part in parts:
            source = source.outerjoin(part.table, part.table.c.patient_id == patient)
            for node, column in part.columns.items():
                told = part.table.c[column or "patient_id"]
                said[node] = self._answer(node, told, of_row=column is None)
        return source, said

    def _gathered(
        self,
        parts: Sequence[_Part],
        everyone: sa.FromClause | None,
        key: ValueType,
        keep: Keep,
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
        types = {"patient_id": key} | {names[n]: n.type for n in names}
        table = keep(rows, types)
        return _Part(table.alias(table.name), names)

    def _answer(self, node: Series, told: Sql, *, of_row: bool) -> Sql:
        """An answer for a patient whom the step may not have met.

        ``told``: what the step says; ``of_row``: which is only that it has a row.
        """
        terms = self.draft.terms
        if of_row:
            there = told.is_not(sa.null())
            return there if isinstance(node, nodes.Exists) else _as_int(terms, there)
        if isinstance(node, nodes.Exists):
            missing = terms.stored(terms.false(), BOOL)
            return terms.loaded(sa.func.coalesce(told, missing), BOOL)
        if isinstance(node, nodes.Count | nodes.CountDistinct):
            return sa.func.coalesce(told, sa.literal_column("0"))
        return terms.loaded(told, node.type)


@dataclass(frozen=True)
class _Laid:
    """What lies side by side: the types of its columns, and what is asked for each part.

    ``columns``: of each answer its column, and whether that is only there for a row.
    """

    types: dict[str, ValueType]
    asked: list[sa.Select[Any]] = field(default_factory=list)
    columns: dict[Series, tuple[str, bool]] = field(default_factory=dict)

    def add(self, part: _Part) -> None:
        """Its columns, each once and under a new name."""
        names: dict[str | None, str] = {}
        for node, column in part.columns.items():
            if column not in names:
                names[column] = f"a{len(self.types)}"
                self.types[names[column]] = BOOL if column is None else node.type
            self.columns[node] = names[column], column is None
        its = part.table.c
        asked = [(sa.true() if c is None else its[c]).label(n) for c, n in names.items()]
        self.asked.append(sa.select(its.patient_id, *asked))


def _as_int(terms: Terms, condition: Sql) -> Sql:
    one, zero = (terms.constant(number, INT) for number in (1, 0))
    return sa.case((condition, one), else_=zero)
