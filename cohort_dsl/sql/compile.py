"""From the steps of a plan to a script for one engine.

Each step leaves its result in a temporary table, filled by one statement or, where
expressions go very deep, by several. Constants travel as bound parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Pick, Position, Series, Table
from cohort_dsl.model.types import BOOL, DATE, INT, Scalar, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.rows import Rows, base
from cohort_dsl.plan.steps import (
    Aggregate,
    Assembly,
    Choose,
    CodeList,
    Columns,
    Counts,
    EventTable,
    Hits,
    Inline,
    Keep,
    ListMap,
    Make,
    Members,
    Output,
    Part,
    Plan,
    Population,
    Source,
    Spread,
    Step,
    Tally,
    ValueMap,
)
from cohort_dsl.sql import made
from cohort_dsl.sql.aggregates import AGGREGATES
from cohort_dsl.sql.answers import Answers
from cohort_dsl.sql.catalog import Catalog, demand_ids
from cohort_dsl.sql.counting import Counting
from cohort_dsl.sql.dialect import Dialect, Sql
from cohort_dsl.sql.draft import Draft
from cohort_dsl.sql.expressions import Terms
from cohort_dsl.sql.statements import Script
from cohort_dsl.sql.working import (
    DAY,
    KEY,
    MEMBER,
    OWNER,
    PLACE,
    RESULT,
    Joined,
    Start,
    Worked,
    among,
    looked_up,
    work_out,
)

# The column that says which list a kept row is in. No table's column begins with _.
LIST = "_list"
# The column that stands for the one that rows were looked for by, where order is all.
RANK = "_rank"


def script(plan: Plan, dialect: Dialect, catalog: Catalog) -> Script:
    """The script that answers the plan's question.

    The answer has patient_id and the variables in their order, sorted by patient_id; of
    measures, their counts in no order, with the columns that ``counting`` says.
    WarehouseError where the catalog lacks a table or column that the question mentions.
    """
    catalog.demand(plan.query.tables())
    return _Compiler(plan, dialect, catalog).script()


class _Compiler:
    def __init__(self, plan: Plan, dialect: Dialect, catalog: Catalog) -> None:
        self.plan, self.dialect, self.catalog = plan, dialect, catalog
        self.lists: dict[frozenset[Scalar], sa.FromClause] = {}
        self.results: dict[str, sa.FromClause] = {}
        self.joined: dict[Joined, sa.FromClause] = {}
        self.made: dict[Frame, sa.FromClause] = {}
        self.ranked: dict[str, str] = {}
        self.terms = Terms(dialect, self.lists)
        self.draft = Draft(self.terms)
        self.answers = Answers(plan.givens, self.results, self.draft, catalog.patient_id)
        self.counting = Counting(self.draft, self.answers, self.joined)

    def script(self) -> Script:
        *before, last = self.plan.steps
        for step in before:
            self._do(step)
        if isinstance(last, Counts):
            return self.draft.script(self.counting.answer(last))
        assert isinstance(last, Assembly)
        question = self._question(last)
        events = {n: self._events(step) for n, step in self.plan.event_tables.items()}
        return self.draft.script(question, events)

    def _do(self, step: Step) -> None:
        if isinstance(step, CodeList):
            self._list(step)
        elif isinstance(step, ValueMap):
            self._value_map(step)
        elif isinstance(step, ListMap):
            self._map(step)
        elif isinstance(step, Keep):
            self._keep(step)
        elif isinstance(step, Inline):
            self._inline(step)
        elif isinstance(step, Make):
            self._make(step)
        elif isinstance(step, Columns):
            self._columns(step)
        elif isinstance(step, Aggregate):
            self._aggregate(step)
        elif isinstance(step, Choose):
            self._choose(step)
        elif isinstance(step, Members):
            self._members(step)
        elif isinstance(step, Spread):
            people = self.results[self.plan.population.name]
            self.counting.put_side_by_side(step, people)
        elif isinstance(step, Tally):
            self.counting.tally(step)
        else:
            assert isinstance(step, Population)
            self._population(step)

    # Constants ---------------------------------------------------------------------

    def _list(self, step: CodeList) -> None:
        rows = ((value,) for value in sorted(step.values))
        self.lists[step.values] = self.draft.uploaded(step.name, {"value": step.type}, rows)

    def _value_map(self, step: ValueMap) -> None:
        first = step.maps[0]
        columns = {KEY: first.operand.type, RESULT: first.type}
        rows = (tuple(map(self.terms.given, pair)) for pair in first.pairs)
        held = self.draft.uploaded(step.name, columns, rows)
        self.joined |= dict.fromkeys(step.maps, held)

    def _map(self, step: ListMap) -> None:
        values = sorted({value for one in step.lists for value in one})
        rank = {value: number for number, value in enumerate(values)}
        rows = ((v, step.number(one), rank[v]) for one in step.lists for v in sorted(one))
        columns = {"value": step.type, LIST: INT, RANK: INT}
        self.results[step.name] = self.draft.uploaded(step.name, columns, rows)

    # Passes over a table -------------------------------------------------------------

    def _keep(self, step: Keep) -> None:
        searched = {step.hits.column} if step.hits else set()
        rows = self._of(step.rows, {*step.columns, *searched}).alias("rows")
        source = self._within(rows, within=step.within_population)
        types = {column.name: column.type for column in step.rows.schema.columns}
        kept = {"patient_id": self.catalog.patient_id}
        kept |= {name: types[name] for name in step.columns}
        found = sa.select(*(rows.c[name] for name in kept)).select_from(source)
        if step.hits is not None:
            found, kept = self._hits(found, source, rows, step.hits), kept | {LIST: INT}
            if step.hits.ranked:
                kept |= {RANK: INT}
                self.ranked[step.name] = step.hits.column
        self.results[step.name] = self.draft.kept(step.name, found, kept)

    def _hits(
        self, found: sa.Select[Any], source: sa.FromClause, rows: sa.FromClause, hits: Hits
    ) -> sa.Select[Any]:
        """Rows in order of their lists, so that to read one list is to skip the rest."""
        searched = self.results[hits.map].alias("searched")
        number = searched.c[LIST]
        both = source.join(searched, searched.c.value == rows.c[hits.column])
        some = found.add_columns(number).select_from(both)
        if hits.ranked:
            some = some.add_columns(searched.c[RANK])
        if not hits.every:
            numbers: list[Sql] = [sa.literal_column(str(n)) for n in hits.numbers]
            some = some.where(number.in_(numbers))
        return some.order_by(number)

    # Rows that are made -------------------------------------------------------------------

    def _inline(self, step: Inline) -> None:
        demand_ids(step.table, self.catalog.patient_id)
        types = {column.name: column.type for column in step.table.table.columns}
        types = {"patient_id": self.catalog.patient_id} | types
        rows = (tuple(map(self.terms.given, row)) for row in step.table.cells)
        held = self.draft.uploaded(step.name, types, rows)
        self.results[step.name] = self.made[step.table] = held

    def _make(self, step: Make) -> None:
        frame = step.frame
        types = {column.name: column.type for column in frame.schema.columns}
        ids = self.catalog.patient_id
        kept = {"patient_id": ids} | {name: types[name] for name in step.columns}
        if isinstance(frame, nodes.AsOf):
            kept = {looked_up(name): types[name] for name in step.columns}
            kept = {OWNER: ids, DAY: DATE} | kept
        held = self.draft.kept(step.name, self._rows_made(step, types), kept)
        if isinstance(frame, nodes.AsOf):
            self.joined[frame] = held
        else:
            self.made[frame] = held

    def _rows_made(
        self, step: Make, types: Mapping[str, ValueType]
    ) -> sa.Select[Any] | sa.CompoundSelect[Any]:
        frame = step.frame
        if isinstance(frame, nodes.Union):
            return sa.union_all(*(self._source(one, step.columns) for one in step.sources))
        if isinstance(frame, nodes.Episodes):
            [source] = step.sources
            dated = self._source(source, (), {"day": frame.source})
            return made.episodes(dated, frame.gap_days, step.columns, self.dialect)
        assert isinstance(frame, nodes.AsOf)
        rows, looked_up = step.sources
        days = self._source(rows, (), {DAY: frame.at})
        ends = {made.START: frame.start, made.END: frame.end}
        held = self._source(looked_up, sorted(types), ends)
        return made.held(days, held, types, step.columns, self.terms)

    def _source(
        self,
        source: Source,
        columns: Sequence[str],
        series: Mapping[str, Series] | None = None,
    ) -> sa.Select[Any]:
        """The source's rows: these columns, and what is worked out on them."""
        looked = _looked(source, source.rows)
        if isinstance(source.frame, Pick):
            return self._picked(source, source.frame, looked, columns)
        worked = self._rows(source, looked, carried=columns)
        types = {column.name: column.type for column in source.frame.schema.columns}
        named: list[Sql] = [
            sa.column(name, self.terms.column_type(types[name])) for name in columns
        ]
        found: list[Sql] = [
            self.terms.stored(worked[one], one.type).label(name)
            for name, one in (series or {}).items()
        ]
        ids = self.terms.column_type(self.catalog.patient_id)
        patient: Sql = sa.column("patient_id", ids)
        rows = sa.select(patient, *named, *found).select_from(worked.rows)
        return _where(rows, source.rows, worked)

    # Answers from rows -----------------------------------------------------------------

    def _columns(self, step: Columns) -> None:
        names = [output.name for output in step.outputs]
        rows = self._of(step.table, names).alias("rows")
        outputs = [rows.c[name] for name in names]
        source = self._within(rows, within=step.within_population)
        found = sa.select(rows.c.patient_id, *outputs).select_from(source)
        kept = found.where(rows.c.patient_id.is_not(sa.null()))
        self._result(step.name, kept, _types(step.outputs))

    def _aggregate(self, step: Aggregate) -> None:
        found_by = (part.rows.hit for part in step.parts)
        hits = tuple(dict.fromkeys(hit for hit in found_by if hit is not None))
        alone, within = len(step.parts) == 1, step.within_population
        looked = _Looked(step.rows, step.kept, hits, within, several=not alone)
        worked = self._rows(step, looked)
        answers: list[Sql] = []
        for part in step.parts:
            only = None if alone else _tell(part.rows, worked)
            answers += self._part(part, worked, only)
        patient: Sql = sa.column("patient_id")
        found = sa.select(patient, *answers).select_from(worked.rows)
        if alone:
            found = _where(found, step.parts[0].rows, worked)
        types = [_types(part.outputs) | _there(part) for part in step.parts]
        every = {name: kind for one in types for name, kind in one.items()}
        self._result(step.name, found.group_by(patient), every)

    def _part(self, part: Part, worked: Worked, only: Sql | None) -> Iterator[Sql]:
        """The part's answers; ``only``: the condition that tells its rows from others'."""
        one: Sql = sa.literal_column("1")
        for output in part.outputs:
            source = getattr(output.node, "source", None)
            value = one
            if isinstance(source, Series):
                value = self.terms.stored(worked[source], source.type)
            told = value if only is None else sa.case((only, value))
            rule = AGGREGATES[type(output.node)]
            yield rule(self.terms, output.node, told).label(output.name)
        if part.there is not None:
            yield self._any(only).label(part.there)

    def _any(self, only: Sql | None) -> Sql:
        """Is it true of any row? Of a boolean the state of an aggregate is small."""
        one: Sql = sa.literal_column("1")
        if self.dialect.native_booleans:
            return sa.func.bool_or(sa.true() if only is None else only)
        there = sa.func.max(one if only is None else sa.case((only, one)))
        return self.terms.stored(there.is_not(sa.null()), BOOL)

    def _choose(self, step: Choose) -> None:
        wanted = [output.name for output in step.outputs]
        only = self._picked(step, step.pick, _looked(step, step.rows), wanted)
        self._result(step.name, only, _types(step.outputs))

    def _picked(
        self, step: Choose | Source, pick: Pick, looked: _Looked, wanted: Sequence[str]
    ) -> sa.Select[Any]:
        """The picked rows' columns."""
        types = {column.name: column.type for column in pick.schema.columns}
        types |= {name: INT for name in types if name == self._ranked(looked)}
        every = tuple(sorted(types))
        worked = self._rows(step, looked, carried=every)
        keys = [self.terms.stored(worked[key], key.type) for key in step.rows.keys] + [
            sa.column(name, self.terms.column_type(types[name])) for name in every
        ]
        first = pick.position is Position.FIRST
        order = self.dialect.ascending if first else self.dialect.descending
        patient: Sql = sa.column("patient_id")
        place = sa.func.row_number().over(
            partition_by=patient, order_by=[order(key) for key in keys]
        )
        named: list[sa.ColumnClause[Any]] = [sa.column(name) for name in wanted]
        numbered = sa.select(patient, *named, place.label(PLACE))
        kept = _where(numbered.select_from(worked.rows), step.rows, worked)
        ranked = kept.subquery("ranked")
        found = sa.select(ranked.c.patient_id, *(ranked.c[c.name] for c in named))
        number: Sql = sa.literal_column(str(pick.number))
        return found.where(ranked.c[PLACE] == number)

    def _members(self, step: Members) -> None:
        worked = self._rows(step, _looked(step, step.rows))
        kind = step.series.type
        value = self.terms.stored(worked[step.series], kind)
        owner: Sql = sa.column("patient_id")
        found = sa.select(owner.label(OWNER), value.label(MEMBER)).distinct()
        kept = _where(found.select_from(worked.rows), step.rows, worked)
        types = {OWNER: self.catalog.patient_id, MEMBER: kind}
        known = kept.where(value.is_not(sa.null()))
        self.joined[among(step.series)] = self.draft.kept(step.name, known, types)

    def _population(self, step: Population) -> None:
        everyone = self._everyone(step).subquery("everyone")
        worked = self._work_out(step, everyone, everyone.c.patient_id, {})
        patient: Sql = sa.column("patient_id")
        found = sa.select(patient).select_from(worked.rows)
        self._result(step.name, found.where(worked[step.condition]), {})

    def _everyone(self, step: Population) -> sa.Select[Any]:
        """The patients of the population's tables, each once."""
        read = [self.catalog.rows(table.name) for table in step.tables]
        sources = read + [self.results[name] for name in step.steps]
        if not sources:
            nobody = sa.cast(sa.null(), self.terms.column_type(self.catalog.patient_id))
            return sa.select(nobody.label("patient_id")).where(sa.false())
        ids = [
            sa.select(source.c.patient_id).where(source.c.patient_id.is_not(sa.null()))
            for source in sources
        ]
        # A union drops doubles, but one select alone is no union.
        each_once = sa.union(*ids) if len(ids) > 1 else ids[0]
        if len(ids) == 1 and not self._has_each_once(step):
            each_once = ids[0].distinct()
        all_ids = each_once.subquery("mentioned")
        found = sa.select(all_ids.c.patient_id)
        if self.catalog.people is None:
            return found
        people = self.catalog.people.alias("people")
        both = all_ids.join(people, people.c.patient_id == all_ids.c.patient_id)
        return found.select_from(both)

    def _has_each_once(self, step: Population) -> bool:
        """Are its patients those of a table of one row a patient, read before?"""
        before = {one.name: one for one in self.plan.steps}
        return all(isinstance(before[n], Columns) for n in step.steps) and not step.tables

    def _question(self, step: Assembly) -> sa.Select[Any]:
        population = self.results[self.plan.population.name].alias("population")
        worked = self._work_out(step, population, population.c.patient_id, {})
        variables = [self._answered(output, worked) for output in step.variables]
        ids = self.terms.column_type(self.catalog.patient_id)
        patient: Sql = sa.column("patient_id", ids)
        found = sa.select(patient, *variables).select_from(worked.rows)
        return found.order_by(self.dialect.ascending(patient))

    def _events(self, step: EventTable) -> sa.Select[Any]:
        """The rows, sorted by all their columns in order."""
        worked = self._rows(step, _looked(step, step.rows))
        columns = [self._answered(output, worked) for output in step.outputs]
        ids = self.terms.column_type(self.catalog.patient_id)
        found = sa.select(sa.column("patient_id", ids), *columns)
        rows = _where(found.select_from(worked.rows), step.rows, worked).subquery("rows")
        order = [self.dialect.ascending(column) for column in rows.c]
        return sa.select(rows).order_by(*order)

    def _answered(self, output: Output, worked: Worked) -> Sql:
        kind = output.node.type
        stored = self.terms.stored(worked[output.node], kind)
        return sa.cast(stored, self.terms.column_type(kind)).label(output.name)

    # Rows to work on -----------------------------------------------------------------

    def _rows(self, step: Step, looked: _Looked, carried: Sequence[str] = ()) -> Worked:
        wanted = {node.name for node in needs.columns(step.computes())} | set(carried)
        rows, source = self._looked_at(looked, wanted)
        types = {column.name: column.type for column in looked.base.schema.columns}
        ranked = self._ranked(looked)
        kept = {
            name: (rows.c[RANK], INT) if name == ranked else (rows.c[name], types[name])
            for name in carried
        }
        if looked.hits and looked.several:
            kept[LIST] = (rows.c[LIST], INT)
        return self._work_out(step, source, rows.c.patient_id, kept, rows)

    def _ranked(self, looked: _Looked) -> str | None:
        """The column of which only the order is kept among the rows, if there is one."""
        return self.ranked.get(looked.kept or "")

    def _looked_at(
        self, looked: _Looked, wanted: set[str]
    ) -> tuple[sa.FromClause, sa.FromClause]:
        """The rows, and what to select them from: their table, or what is kept of it."""
        if looked.kept is None:
            rows = self._of(looked.base, wanted).alias("rows")
            return rows, self._within(rows, within=looked.within)
        kept = self.results[looked.kept]
        if not looked.hits:
            rows = kept.alias("rows")
            return rows, rows
        numbers: list[Sql] = [sa.literal_column(str(n)) for n in looked.hits]
        found = sa.select(kept).where(kept.c[LIST].in_(numbers))
        if len(numbers) == 1:
            found = sa.select(kept).where(kept.c[LIST] == numbers[0])
        if looked.several:
            found = self.dialect.for_many_answers(found, kept.c.patient_id)
        hits = found.subquery("rows")
        return hits, hits

    def _of(self, frame: Frame, wanted: Collection[str]) -> sa.FromClause:
        """All rows of a table, or of a frame that an earlier step has made."""
        if isinstance(frame, Table):
            return self.catalog.rows(frame.table.name, wanted)
        return self.made[frame]

    def _within(self, rows: sa.FromClause, *, within: bool) -> sa.FromClause:
        if not within:
            return rows
        population = self.results[self.plan.population.name].alias("population")
        return rows.join(population, population.c.patient_id == rows.c.patient_id)

    def _work_out(
        self,
        step: Step,
        source: sa.FromClause,
        patient: Sql,
        carried: Mapping[str, tuple[Sql, ValueType]],
        rows: sa.FromClause | None = None,
    ) -> Worked:
        below = needs.in_place(step.computes())
        given = [node for node in below if self.answers.has(node)]
        everyone = self.results.get(self.plan.population.name)
        source, columns = self.answers.onto(source, patient, given, step.name, everyone)
        if rows is not None:
            own = needs.columns(below)
            columns |= {n: self.terms.loaded(rows.c[n.name], n.type) for n in own}
        kept = {"patient_id": (patient, self.catalog.patient_id), **carried}
        start = Start(source, columns, kept)
        keep = self.draft.keeper(step.name)
        return work_out(step.computes(), start, self.terms, self.joined, keep)

    def _result(
        self, name: str, rows: sa.Select[Any], types: Mapping[str, ValueType]
    ) -> None:
        patient = {"patient_id": self.catalog.patient_id}
        self.results[name] = self.draft.kept(name, rows, patient | dict(types))


@dataclass(frozen=True)
class _Looked:
    """Rows that a step looks at: all of a table, or what a pass has kept of it.

    ``several``: sets of rows, to be told from each other.
    """

    base: Frame
    kept: str | None
    hits: tuple[int, ...]
    within: bool
    several: bool = False


def _looked(step: Choose | Members | Source | EventTable, rows: Rows) -> _Looked:
    hits = () if rows.hit is None else (rows.hit,)
    kept = step.kept if isinstance(step, Choose | Members) else None
    return _Looked(base(rows.frame), kept, hits, step.within_population)


def _types(outputs: Iterable[Output]) -> dict[str, ValueType]:
    return {output.name: output.node.type for output in outputs}


def _there(part: Part) -> dict[str, ValueType]:
    return {} if part.there is None else {part.there: BOOL}


def _tell(rows: Rows, worked: Worked) -> Sql | None:
    """What tells these rows from those of other sets; None where they are all."""
    found: list[Sql] = [worked[condition] for condition in rows.conditions]
    if rows.hit is not None:  # first, because most rows are of other lists
        found.insert(0, sa.column(LIST) == sa.literal_column(str(rows.hit)))
    return sa.and_(*found) if found else None


def _where(found: sa.Select[Any], rows: Rows, worked: Worked) -> sa.Select[Any]:
    for condition in rows.conditions:
        found = found.where(worked[condition])
    return found
