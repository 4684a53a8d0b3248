"""The referee: a question answered row by row in plain Python. Slow and obvious.

Every warehouse must give the same answers as this; where they differ, this is right
until the manual says otherwise. It knows no SQL, shares no code with the compiler, and
never recurses: parts are answered before wholes, in the order of ``model.nodes.walk``.

A series over rows is a list with one value for each row of its *table* (or of another
frame that has rows of its own, as a union has), kept or not; filters only choose among
the rows. That is possible because no operation fails: what
has no answer (x / 0, a number beyond 64 bits, the year 10,000) is NULL.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from cohort_dsl.model import nodes, rules
from cohort_dsl.model.nodes import Frame, Pick, Position, Series, bottom, tables_in
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar
from cohort_dsl.reference import made

Cell: TypeAlias = Scalar | None
PatientId: TypeAlias = int | str
Row: TypeAlias = Mapping[str, Any]
Tables: TypeAlias = Mapping[str, Sequence[Row]]


def answer(query: Query, tables: Tables) -> list[dict[str, Any]]:
    """One dict for each patient of the cohort: ``patient_id``, then the variables.

    ``tables``: complete rows (every column of the schema, and ``patient_id``) for each
    table that the query mentions. Sorted by ``patient_id``.
    """
    known = Known([query.population, *query.variables.values()], tables)
    return [
        {"patient_id": patient}
        | {name: known.series[node][patient] for name, node in query.variables.items()}
        for patient in _cohort(query, known)
    ]


def event_tables(query: Query, tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Each event table's rows: ``patient_id``, then the columns; sorted by all of them."""
    known = Known(query.roots(), tables)
    cohort = _cohort(query, known)
    return {
        name: sorted(_event_rows(columns, cohort, known), key=_by_all)
        for name, columns in query.event_tables.items()
    }


def _cohort(query: Query, known: Known) -> list[PatientId]:
    mentioned = tables_in(nodes.walk([query.population]))
    candidates = patients_of(known.rows[table] for table in mentioned)
    return [p for p in candidates if known.series[query.population][p] is True]


def _event_rows(
    columns: Mapping[str, Series], cohort: Sequence[PatientId], known: Known
) -> Iterator[dict[str, Any]]:
    frame = nodes.common_frame(columns.values())
    assert frame is not None
    rows = known.by_patient(frame)
    for patient in cohort:
        for at in rows.get(patient, ()):
            cells = {n: known.value(one, at, patient) for n, one in columns.items()}
            yield {"patient_id": patient} | cells


def _by_all(row: Row) -> list[tuple[bool, Any]]:
    return [_null_first(cell) for cell in row.values()]


class Known:
    """Everything below some series, found out once.

    ``series`` holds a dict by patient for one value a patient, else a list by row of
    ``rows``: the rows of each frame that has its own, in table order; a table's are the
    very objects that were given. ``made_of``: for a row of a union or an episode, by its
    ``id``, the rows that it is made of.
    """

    def __init__(self, roots: Iterable[Series], tables: Tables) -> None:
        below = nodes.walk(roots)
        self.rows: dict[Frame, list[Row]] = {
            table: in_table_order(_given(table, tables)) for table in tables_in(below)
        }
        self.patients = patients_of(self.rows.values())
        self.series: dict[Series, Any] = {}
        self.made_of: dict[int, tuple[Row, ...]] = {}
        self._by_frame: dict[Frame, Any] = {}
        self._held: dict[nodes.AsOf, list[Row | None]] = {}
        for node in below:
            if isinstance(node, Series):
                self.series[node] = _ask(node, self)
            elif isinstance(node, nodes.Union):
                self.rows[node] = in_table_order(list(made.united(node, self)))
            elif isinstance(node, nodes.Episodes):
                self.rows[node] = in_table_order(list(made.episodes(node, self)))

    def value(self, node: Series, row: int, patient: PatientId) -> Cell:
        """The series' value in that row; a patient's one value is the same in all rows."""
        found: Cell = self.series[node][patient if node.frame is None else row]
        return found

    def by_patient(self, frame: Frame) -> dict[PatientId, list[int]]:
        """Each patient's rows of the frame, as positions in the table, in order."""
        if frame not in self._by_frame:
            self._by_frame[frame] = self._find(frame)
        found: dict[PatientId, list[int]] = self._by_frame[frame]
        return found

    def held(self, look: nodes.AsOf) -> list[Row | None]:
        """For each row beside which the look-up stands, the row that holds then."""
        if look not in self._held:
            assert look.beside is not None
            there = self.rows[bottom(look.beside)]
            found = [
                made.held(look, i, row["patient_id"], self) for i, row in enumerate(there)
            ]
            self._held[look] = found
        return self._held[look]

    def _find(self, frame: Frame) -> dict[PatientId, list[int]]:
        if isinstance(frame, Pick):
            number = frame.number
            at = number - 1 if frame.position is Position.FIRST else -number
            rows = self.by_patient(frame.source).items()
            return {one: [chosen[at]] for one, chosen in rows if len(chosen) >= number}
        return self._grouped(bottom(frame), self._ordered(frame))

    def _ordered(self, frame: Frame) -> list[int]:
        """The frame's rows. Sorts are stable: the table's own order breaks ties."""
        *steps, own = nodes.lineage(frame)
        rows = self.rows[own]
        kept: Iterable[int] = range(len(rows))
        for step in reversed(steps):
            if isinstance(step, nodes.Filter):
                kept = [i for i in kept if self._at(step.condition, i, rows) is True]
            elif isinstance(step, nodes.Sort):
                key = step.key
                kept = sorted(kept, key=lambda i: _null_first(self._at(key, i, rows)))
        return list(kept)

    def _at(self, node: Series, row: int, rows: Sequence[Row]) -> Cell:
        return self.value(node, row, rows[row]["patient_id"])

    def _grouped(self, own: Frame, kept: Iterable[int]) -> dict[PatientId, list[int]]:
        grouped: dict[PatientId, list[int]] = {}
        for i in kept:
            grouped.setdefault(self.rows[own][i]["patient_id"], []).append(i)
        return grouped


def _given(table: nodes.Table | nodes.InlineTable, tables: Tables) -> Sequence[Row]:
    if isinstance(table, nodes.Table):
        return tables[table.table.name]
    names = ["patient_id", *(column.name for column in table.table.columns)]
    return [dict(zip(names, row, strict=True)) for row in table.cells]


def _null_first(value: Cell) -> tuple[bool, Any]:
    return (value is not None, value)


def in_table_order(rows: Sequence[Row]) -> list[Row]:
    """Rows by all their columns, ascending by column name, NULL first."""
    return sorted(
        rows,
        key=lambda row: [_null_first(row[c]) for c in sorted(row) if c != "patient_id"],
    )


def patients_of(tables: Iterable[Sequence[Row]]) -> list[PatientId]:
    """Everybody who has a row in any of the tables, ascending."""
    return sorted({row["patient_id"] for rows in tables for row in rows})


# One answer for each kind of series -------------------------------------------


@functools.singledispatch
def _ask(node: Series, known: Known) -> Any:
    """Anything that looks at one row, or one patient, at a time."""
    rule = rules.RULES[type(node)]
    parts = [part for part in node.parts() if isinstance(part, Series)]

    def at(row: int, patient: PatientId) -> Cell:
        return rule(node, [known.value(part, row, patient) for part in parts])

    return _for_each(node, known, at)


def _for_each(node: Series, known: Known, at: Callable[[int, PatientId], Cell]) -> Any:
    if node.frame is None:
        return {patient: at(-1, patient) for patient in known.patients}
    rows = known.rows[bottom(node.frame)]
    return [at(i, row["patient_id"]) for i, row in enumerate(rows)]


@_ask.register
def _(node: nodes.SelectColumn, known: Known) -> Any:
    if isinstance(node.source, nodes.AsOf):
        held = known.held(node.source)
        return [None if row is None else row[node.name] for row in held]
    rows = known.rows[bottom(node.source)]
    if node.frame is not None:
        return [row[node.name] for row in rows]
    only = known.by_patient(node.source)
    return {
        patient: rows[only[patient][0]][node.name] if patient in only else None
        for patient in known.patients
    }


@_ask.register
def _(node: nodes.Found, known: Known) -> Any:
    assert isinstance(node.source, nodes.AsOf)
    return [row is not None for row in known.held(node.source)]


@_ask.register
def _(node: nodes.Exists, known: Known) -> Any:
    rows = known.by_patient(node.source)
    return {patient: patient in rows for patient in known.patients}


@_ask.register
def _(node: nodes.Count, known: Known) -> Any:
    rows = known.by_patient(node.source)
    return {patient: len(rows.get(patient, ())) for patient in known.patients}


@_ask.register
def _(node: nodes.Aggregation, known: Known) -> Any:
    rule = rules.AGGREGATIONS[type(node)]
    return {
        patient: rule(node, _values(node.source, patient, known))
        for patient in known.patients
    }


@_ask.register
def _(node: nodes.IsInSeries, known: Known) -> Any:
    among = {p: set(_values(node.among, p, known)) for p in known.patients}

    def at(row: int, patient: PatientId) -> Cell:
        value = known.value(node.operand, row, patient)
        return rules.is_among(value, among[patient])

    return _for_each(node, known, at)


def _values(node: Series, patient: PatientId, known: Known) -> list[Scalar]:
    """The patient's non-NULL values of a series over rows."""
    assert node.frame is not None
    rows = known.by_patient(node.frame).get(patient, [])
    return [v for i in rows if (v := known.series[node][i]) is not None]
