"""What earlier steps have answered, beside the rows that need it.

It is joined to them by patient. A join of very many tables nests too deep for SQLAlchemy
and slows every planner, so they are joined ``JOINS`` at a time into tables that are joined
in their turn. Where the warehouse lays out the whole population's answers, none are joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import BOOL, INT, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import Given
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Draft, Keep
from cohort_dsl.sql.terms import Terms
from cohort_dsl.sql.working import INTERVAL, NUMBER

JOINS = 60

# An answer's expression; of one that bits tell, an expression for each column of them.
Told: TypeAlias = "Sql | tuple[Sql, ...]"


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

    def beside(
        self, times: str, wanted: Iterable[Series]
    ) -> tuple[sa.FromClause, dict[Series, Sql]]:
        """A table of intervals to join, and what it says of the parameters among these."""
        held, terms = self.results[times].alias("times"), self.draft.terms
        said: dict[Series, Sql] = {}
        for node in wanted:
            if needs.is_parameter(node):
                column = self.givens[node].column
                assert column is not None
                said[node] = terms.loaded(held.c[column], node.type)
        return held, said

    def onto(
        self,
        source: sa.FromClause,
        patient: Sql,
        wanted: Iterable[Series],
        name: str,
        everyone: sa.FromClause | None,
        interval: Sql | None = None,
    ) -> tuple[sa.FromClause, dict[Series, Told]]:
        """The rows with the answers beside them, and each answer's expression.

        ``name``: of the step that needs them; ``everyone``: a table of those whom the
        rows are about, if there is one. ``interval``: which one they are about, where
        some answers differ.
        """
        numbered = name in self.numbered
        every = self._parts(wanted, everyone, numbered=numbered)
        differing = [part for part in every if INTERVAL in part.table.c]
        parts = [part for part in every if part not in differing]
        if numbered and everyone is not None:
            who = sa.select(everyone.c[NUMBER].label("patient_id"))
            everyone = who.subquery("numbers")
        keep = self.draft.keeper(f"{name}_joined")
        key = INT if numbered else self.patient_id
        while len(parts) > JOINS:
            chunks = [parts[at : at + JOINS] for at in range(0, len(parts), JOINS)]
            parts = [self._gathered(chunk, everyone, key, keep) for chunk in chunks]
        return self._joined(source, patient, [*parts, *differing], interval)

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
        self,
        source: sa.FromClause,
        patient: Sql,
        parts: Sequence[_Part],
        interval: Sql | None = None,
    ) -> tuple[sa.FromClause, dict[Series, Told]]:
        said: dict[Series, Told] = {}
        for part in parts:
            own = part.table.c.patient_id == patient
            if INTERVAL in part.table.c:
                own = sa.and_(own, part.table.c[INTERVAL] == interval)
            source = source.outerjoin(part.table, own)
            for node, column in part.columns.items():
                said[node] = self._told(node, part.table, column)
        return source, said

    def _told(self, node: Series, result: sa.FromClause, column: str | None) -> Told:
        places = range(self.givens[node].masks)
        if not places:
            return self.of_result(node, result, column)
        zero: Sql = sa.literal_column("0")
        masks = (result.c[f"{column}_{place}"] for place in places)
        return tuple(sa.func.coalesce(mask, zero) for mask in masks)

    def of_result(self, node: Series, result: sa.FromClause, column: str | None) -> Sql:
        """An answer from a step's result; the column is None for whether there is a row."""
        return self._answer(node, result.c[column or "patient_id"], of_row=column is None)

    def columns(
        self, node: Series, told: Told, name: str
    ) -> Iterator[tuple[str, Sql, ValueType]]:
        """The columns that keep an answer under a name: one, or several of bits."""
        if isinstance(told, tuple):
            yield from ((f"{name}_{place}", one, INT) for place, one in enumerate(told))
        else:
            yield name, self.draft.terms.stored(told, node.type), node.type

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
        told = [one for n, name in names.items() for one in self.columns(n, said[n], name)]
        columns = [column.label(name) for name, column, _ in told]
        rows = sa.select(people.c.patient_id, *columns).select_from(source)
        types = {"patient_id": key} | {name: kind for name, _, kind in told}
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
