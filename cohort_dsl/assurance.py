"""A definition tried on its author's made-up patients, beside what they expect of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isclose
from typing import Any

from cohort_dsl import rows_by_hand, testing
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.expected import FORMAT, VERSION
from cohort_dsl.language.literals import kind_name
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Kind, Scalar, TableSchema, ValueType, fits


@dataclass(frozen=True)
class Expected:
    """A made-up patient: rows by table, and what a definition should say."""

    patient: int | str
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    in_population: bool
    columns: Mapping[str, Scalar | None]

    def __post_init__(self) -> None:
        """TypeError for what the author's side of the box didn't write so."""
        for table, rows in self.tables.items():
            if type(table) is not str or not all(type(row) is dict for row in rows):
                raise TypeError
        if type(self.patient) not in (int, str) or type(self.in_population) is not bool:
            raise TypeError
        if type(self.columns) is not dict or not all(map(_is_scalar, self._values())):
            raise TypeError

    def _values(self) -> Iterator[object]:
        yield from self.columns.values()
        for rows in self.tables.values():
            for row in rows:
                yield from row.values()


def _is_scalar(value: object) -> bool:
    return value is None or type(value) in (bool, int, float, str)


@dataclass(frozen=True)
class Mismatch:
    """What isn't as expected of a patient; ``column`` None: whether they are in at all."""

    patient: int | str
    column: str | None
    expected: Scalar | None
    found: Scalar | None


def read(data: bytes, where: str) -> tuple[Expected, ...]:
    """The patients that the author's file left; DefinitionError if it left none.

    The bytes come from where the author's code ran, so they may be anything.
    """
    try:
        document = json.loads(data)
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise ValueError
        return tuple(Expected(**one) for one in document["patients"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DefinitionError(
            "evaluating it left no test data that can be read",
            where=where,
            remedy="Write test_data as the language's manual shows.",
        ) from None


def assure(query: Query, patients: Sequence[Expected], where: str) -> list[Mismatch]:
    """What isn't as expected, by patient; DefinitionError for data that can't be tried."""
    _must_be_of_one_kind(patients, f"{where}, test_data")
    for one in patients:
        place = f"{where}, test_data, patient {one.patient}"
        _must_name_columns(query, one, place)
        _must_hold(query, one, place)
    rows = {schema.name: _rows(patients, schema.name) for schema in query.tables()}
    answer = {row["patient_id"]: row for row in testing.evaluate(query, rows)}
    return [m for one in patients for m in _mismatches(one, answer.get(one.patient))]


def _rows(patients: Sequence[Expected], table: str) -> list[dict[str, Any]]:
    return [
        {**row, "patient_id": one.patient}
        for one in patients
        for row in one.tables.get(table, ())
    ]


# What can be tried ---------------------------------------------------------------


def _must_be_of_one_kind(patients: Sequence[Expected], where: str) -> None:
    if len({type(one.patient) for one in patients}) > 1:
        raise DefinitionError(
            "some patients are called by a number, some by text",
            where=where,
            remedy="Write numbers for all of them: {1: {...}, 2: {...}}.",
        )


def _must_name_columns(query: Query, one: Expected, where: str) -> None:
    """Each column that is expected is there, and could have such a value."""
    for name, value in one.columns.items():
        if name not in query.variables:
            near = hints.nearest(name, query.variables)
            there = ", ".join(query.variables) or "none"
            raise DefinitionError(
                f"the dataset has no column {name}",
                where=where,
                remedy=f"Did you mean {near}?" if near else f"It has: {there}.",
            )
        kind = query.variables[name].type
        if not fits(rows_by_hand.as_kind(value, kind.kind), kind) and value is not None:
            raise DefinitionError(
                f"{name} is expected to be {hints.called(value)}, "
                f"but holds {kind_name(kind)}",
                where=where,
                remedy=_like(kind),
            )


def _like(kind: ValueType) -> str:
    examples = {
        Kind.BOOL: "True or False",
        Kind.INT: "a whole number, as 34",
        Kind.FLOAT: "a number, as 7.5",
        Kind.DATE: 'a date, as "2024-01-31"',
    }
    return f"Write {examples.get(kind.kind, 'text in quotes')}; None for a missing value."


def _must_hold(query: Query, one: Expected, where: str) -> None:
    """Their rows are such as the tables could hold."""
    for schema in query.tables():
        rows = one.tables.get(schema.name, ())
        if schema.one_row_per_patient and len(rows) > 1:
            raise DefinitionError(
                f"{schema.name} holds one row a patient, here are {len(rows)}",
                where=where,
                remedy="Write one row, or the patients that you mean one by one.",
            )
        for number, row in enumerate(rows, start=1):
            _must_fit(schema, row, f"{where}, {schema.name} row {number}")


def _must_fit(schema: TableSchema, row: Mapping[str, Any], where: str) -> None:
    problems = rows_by_hand.row_problems(schema, {**row, "patient_id": 0})
    if problems:
        raise DefinitionError("; ".join(problems), where=where, remedy=rows_by_hand.REMEDY)
    for column in schema.columns:
        value = row.get(column.name)
        if value is None or not column.categories or value in column.categories:
            continue
        raise DefinitionError(
            f"{column.name} is never {hints.called(value)}",
            where=where,
            remedy=hints.one_of(str(value), column.categories),
        )


# What isn't as expected ----------------------------------------------------------


def _mismatches(one: Expected, found: Mapping[str, Any] | None) -> Iterator[Mismatch]:
    if (found is not None) is not one.in_population:
        yield Mismatch(one.patient, None, one.in_population, found is not None)
    for name, value in one.columns.items() if found is not None else ():
        if not _same(value, found[name] if found else None):
            yield Mismatch(one.patient, name, value, _plain(found[name] if found else None))


def _plain(value: Any) -> Scalar | None:
    shown: Scalar | None = value.isoformat() if isinstance(value, date) else value
    return shown


def _same(expected: Any, found: Any) -> bool:
    """As exactly as the author can write it: True is no 1; 0.1 + 0.2 is 0.3."""
    found = _plain(found)
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(found, float) and isinstance(expected, int | float):
        return isclose(expected, found, rel_tol=1e-9)
    return bool(expected == found)
