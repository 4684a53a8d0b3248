"""What a question's JSON says beside its nodes: a dataset, or measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias

from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import Node, Series, walk
from cohort_dsl.model.query import DummyData, Interval, Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import ModelError

Refs: TypeAlias = Mapping[Node, int]
Find: TypeAlias = Callable[[Any], Series]


def plain(question: Question, refs: Refs) -> dict[str, Any]:
    """The question as JSON values, its series as references."""
    return {
        "dataset": _plain_dataset(question, refs) if isinstance(question, Query) else None,
        "measures": None if isinstance(question, Query) else _plain_all(question, refs),
        "permissions": list(question.permissions),
        "dummy_data": _plain_dummy(question.dummy_data, refs),
    }


def nodes_of(question: Question) -> list[Node]:
    """Every node that is written down: also what only made-up patients are made for."""
    wished = question.dummy_data.roots() if question.dummy_data else ()
    return walk([*question.roots(), *wished])


def _plain_dummy(wishes: DummyData | None, refs: Refs) -> dict[str, Any] | None:
    if wishes is None:
        return None
    constraint = None if wishes.constraint is None else refs[wishes.constraint]
    return {"population_size": wishes.population_size, "constraint": constraint}


def _plain_dataset(query: Query, refs: Refs) -> dict[str, Any]:
    return {
        "population": refs[query.population],
        "variables": _plain_named(query.variables, refs),
        "event_tables": [
            {"name": name, "columns": _plain_named(columns, refs)}
            for name, columns in query.event_tables.items()
        ],
        "periods": _plain_intervals(query.periods),
    }


def _plain_all(measures: Measures, refs: Refs) -> dict[str, Any]:
    return {
        "measures": [
            {
                "name": measure.name,
                "numerator": refs[measure.numerator],
                "denominator": refs[measure.denominator],
                "group_by": _plain_named(measure.group_by, refs),
                "intervals": _plain_intervals(measure.intervals),
            }
            for measure in measures.measures
        ],
        "disclosure_control": measures.disclosure_control,
    }


def _plain_named(named: Mapping[str, Series], refs: Refs) -> list[dict[str, Any]]:
    return [{"name": name, "series": refs[series]} for name, series in named.items()]


def _plain_intervals(intervals: Iterable[Interval]) -> list[list[str]]:
    return [[one.start.isoformat(), one.end.isoformat()] for one in intervals]


# Reading -----------------------------------------------------------------------------


def read(document: Mapping[str, Any], find: Find) -> Question:
    """The question of a document that fits the schema; ModelError if it has no meaning."""
    dataset, measures = document["dataset"], document["measures"]
    if (dataset is None) == (measures is None):
        raise ModelError("it asks either for a dataset or for measures")
    others = {
        "permissions": tuple(document["permissions"]),
        "dummy_data": _dummy(document["dummy_data"], find),
    }
    if dataset is None:
        return _measures(measures, find, others)
    return _dataset(dataset, find, others)


def _dummy(data: Mapping[str, Any] | None, find: Find) -> DummyData | None:
    if data is None:
        return None
    constraint = None if data["constraint"] is None else find(data["constraint"])
    return DummyData(data["population_size"], constraint)


def _dataset(data: Mapping[str, Any], find: Find, others: Mapping[str, Any]) -> Query:
    tables = _distinct(data["event_tables"], "columns", "event table")
    return Query(
        population=find(data["population"]),
        variables=_named(data["variables"], "variable", find),
        event_tables={n: _named(c, f"{n}'s column", find) for n, c in tables.items()},
        periods=_intervals(data["periods"]),
        **others,
    )


def _measures(data: Mapping[str, Any], find: Find, others: Mapping[str, Any]) -> Measures:
    return Measures(
        tuple(
            Measure(
                name=one["name"],
                numerator=find(one["numerator"]),
                denominator=find(one["denominator"]),
                group_by=_named(one["group_by"], f"{one['name']}'s group", find),
                intervals=_intervals(one["intervals"]),
            )
            for one in data["measures"]
        ),
        disclosure_control=data["disclosure_control"],
        **others,
    )


def _named(data: Iterable[Mapping[str, Any]], what: str, find: Find) -> dict[str, Series]:
    return {name: find(ref) for name, ref in _distinct(data, "series", what).items()}


def _distinct(data: Iterable[Mapping[str, Any]], value: str, what: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in data:
        if one["name"] in found:
            raise ModelError(f"{what} {one['name']} is there twice")
        found[one["name"]] = one[value]
    return found


def _intervals(data: Iterable[list[str]]) -> tuple[Interval, ...]:
    return tuple(Interval(_day(start), _day(end)) for start, end in data)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ModelError(f"{text} is no date") from None
