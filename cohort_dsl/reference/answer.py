"""The referee: a question answered row by row in plain Python. Slow and obvious.

Every warehouse must give the same answers as this; where they differ, this is right
until the manual says otherwise. It knows no SQL, shares no code with the compiler, and
never recurses: parts are answered before wholes, in the order of ``model.nodes.walk``.

A series over rows is a list with one value for each row of its *table*, kept or not;
filters only choose among the rows. That is possible because no operation fails: what
has no answer (x / 0, a number beyond 64 bits, the year 10,000) is NULL.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from cohort_dsl.model import nodes, rules
from cohort_dsl.model.nodes import Frame, Pick, Position, Series, Table
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar

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
    mentioned = [n for n in nodes.walk([query.population]) if isinstance(n, Table)]
    candidates = patients_of(known.rows[t.table.name] for t in mentioned)
    cohort = [p for p in candidates if known.series[query.population][p] is True]
    return [
        {"patient_id": patient}
        | {name: known.series[node][patient] for name, node in query.variables.items()}
        for patient in cohort
    ]


class Known:
    """Everything below some series, found out once.

    ``series`` holds a dict by patient for one value a patient, else a list by row of
    ``rows``: each table's rows (the very objects that were given), in table order.
    """

    def __init__(self, roots: Iterable[Series], tables: Tables) -> None:
        below = nodes.walk(roots)
        named = {n.table.name for n in below if isinstance(n, Table)}
        self.rows = {name: in_table_order(tables[name]) for name in sorted(named)}
        self.patients = patients_of(self.rows.values())
        self.series: dict[Series, Any] = {}
        self._by_frame: dict[Frame, Any] = {}
        for node in below:
            if isinstance(node, Series):
                self.series[node] = _ask(node, self)

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

    def _find(self, frame: Frame) -> dict[PatientId, list[int]]:
        if isinstance(frame, Pick):
            at = 0 if frame.position is Position.FIRST else -1
            rows = self.by_patient(frame.source)
            return {patient: [chosen[at]] for patient, chosen in rows.items()}
        return self._grouped(base(frame), self._ordered(frame))

    def _ordered(self, frame: Frame) -> list[int]:
        """The frame's rows. Sorts are stable: the table's own order breaks ties."""
        *made, table = nodes.lineage(frame)
        rows = self.rows[base(table)]
        kept: Iterable[int] = range(len(rows))
        for step in reversed(made):
            if isinstance(step, nodes.Filter):
                kept = [i for i in kept if self._at(step.condition, i, rows) is True]
            elif isinstance(step, nodes.Sort):
                key = step.key
                kept = sorted(kept, key=lambda i: _null_first(self._at(key, i, rows)))
        return list(kept)

    def _at(self, node: Series, row: int, rows: Sequence[Row]) -> Cell:
        return self.value(node, row, rows[row]["patient_id"])

    def _grouped(self, table: str, kept: Iterable[int]) -> dict[PatientId, list[int]]:
        grouped: dict[PatientId, list[int]] = {}
        for i in kept:
            grouped.setdefault(self.rows[table][i]["patient_id"], []).append(i)
        return grouped


def base(frame: Frame) -> str:
    """The name of the table that the frame's rows come from."""
    *_, last = nodes.lineage(frame)
    while isinstance(last, Pick):
        *_, last = nodes.lineage(last.source)
    assert isinstance(last, Table)
    return last.table.name


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
    rows = known.rows[base(node.frame)]
    return [at(i, row["patient_id"]) for i, row in enumerate(rows)]


@_ask.register
def _(node: nodes.SelectColumn, known: Known) -> Any:
    rows = known.rows[base(node.source)]
    if node.frame is not None:
        return [row[node.name] for row in rows]
    only = known.by_patient(node.source)
    return {
        patient: rows[only[patient][0]][node.name] if patient in only else None
        for patient in known.patients
    }


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
