"""The referee's rows that are made of other rows: unions, episodes, what held on a date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import bottom

if TYPE_CHECKING:
    from cohort_dsl.reference.answer import Known, PatientId, Row


def united(union: nodes.Union, known: Known) -> Iterator[Row]:
    """The rows of all the sources, with the columns that the union has."""
    names = ["patient_id", *(column.name for column in union.schema.columns)]
    for source in union.sources:
        rows = known.rows[bottom(source)]
        for at in (at for kept in known.by_patient(source).values() for at in kept):
            row = {name: rows[at][name] for name in names}
            known.made_of[id(row)] = (rows[at],)
            yield row


def episodes(node: nodes.Episodes, known: Known) -> Iterator[Row]:
    """A row for each run of a patient's dates."""
    assert node.source.frame is not None
    rows = known.rows[bottom(node.source.frame)]
    for patient, kept in known.by_patient(node.source.frame).items():
        dated: list[tuple[Any, int]] = sorted(
            (day, at) for at in kept if (day := known.series[node.source][at]) is not None
        )
        for run in _runs(dated, node.gap_days):
            row = {
                "patient_id": patient,
                "start_date": run[0][0],
                "end_date": run[-1][0],
                "event_count": len(run),
            }
            known.made_of[id(row)] = tuple(rows[at] for _, at in run)
            yield row


def _runs(dated: list[tuple[Any, int]], gap: int) -> Iterator[list[tuple[Any, int]]]:
    """The dates parted wherever more than the gap lies between two of them."""
    first = 0
    for at in range(1, len(dated) + 1):
        if at == len(dated) or (dated[at][0] - dated[at - 1][0]).days > gap:
            yield dated[first:at]
            first = at


def held(look: nodes.AsOf, at: int, patient: PatientId, known: Known) -> Row | None:
    """The patient's row that holds on the date of that row; None where there is none."""
    day: Any = known.value(look.at, at, patient)
    rows = known.rows[bottom(look.source)]
    best: tuple[Any, Row] | None = None
    for i in known.by_patient(look.source.rows).get(patient, ()):  # in table order
        start: Any = known.value(look.start, i, patient)
        end: Any = known.value(look.end, i, patient)
        if day is None or start is None or start > day or (end is not None and end < day):
            continue
        if best is None or start >= best[0]:
            best = start, rows[i]
    return None if best is None else best[1]
