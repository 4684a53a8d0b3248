"""An author's made-up patients, with what a definition should say of them.

test_data = {
    1: {
        patients: {"date_of_birth": "1990-01-01", "sex": "female"},
        diagnoses: [{"date": "2020-01-01", "code": "J45"}],
        "expected_in_population": True,
        "expected_columns": {"age": 33},
    },
}
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from cohort_dsl.codes import Code
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.frames import Frame
from cohort_dsl.model.nodes import Table

FORMAT, VERSION = "strongroom-test-data", 1
IN_POPULATION, COLUMNS = "expected_in_population", "expected_columns"


def plain(test_data: object, file: str) -> dict[str, Any]:
    """The patients as JSON values, dates as ISO text; DefinitionError for a mistake."""
    if not isinstance(test_data, Mapping) or not test_data:
        raise DefinitionError(
            "the file has no test_data" if test_data is None else "test_data is no dict",
            where=file,
            remedy="Write test_data = {1: {patients: {...}, "
            '"expected_in_population": True, "expected_columns": {...}}}.',
        )
    patients = [_Patient(file, key, told).plain_() for key, told in test_data.items()]
    return {"format": FORMAT, "version": VERSION, "patients": patients}


class _Patient:
    """One entry of test_data."""

    def __init__(self, file: str, key: object, told: object) -> None:
        self.file, self.key, self.told = file, key, told

    def plain_(self) -> dict[str, Any]:
        if type(self.key) not in (int, str):
            self._refuse("a patient is an int or a str", "Write test_data = {1: {...}}.")
        if not isinstance(self.told, Mapping):
            self._refuse("there is no dict of tables", "Write {patients: {...}, ...}.")
        words = {k: v for k, v in self.told.items() if isinstance(k, str)}
        expected, columns = self._expected(words)
        return {
            "patient": self.key,
            "tables": dict(self._tables(self.told)),
            "in_population": expected,
            "columns": {n: self._value(v, n) for n, v in columns.items()},
        }

    def _expected(self, words: Mapping[str, Any]) -> tuple[bool, Mapping[str, Any]]:
        for word in words:
            if word not in (IN_POPULATION, COLUMNS):
                near = hints.nearest(word, (IN_POPULATION, COLUMNS))
                self._refuse(
                    f'"{word}" is no word of test data',
                    f'Did you mean "{near}"?' if near else "Tables stand without quotes.",
                )
        expected, columns = words.get(IN_POPULATION), words.get(COLUMNS, {})
        if type(expected) is not bool:
            self._refuse(
                f"{IN_POPULATION} is {hints.called(expected)}", "Write True or False."
            )
        if not isinstance(columns, Mapping) or not all(type(n) is str for n in columns):
            self._refuse(f"{COLUMNS} is no dict of names", 'Write {"age": 33}.')
        if columns and not expected:
            self._refuse(
                "columns are expected of somebody outside the population",
                f"Leave out {COLUMNS}, or write True.",
            )
        return expected, columns

    def _tables(self, told: Mapping[Any, Any]) -> Iterator[tuple[str, list[Any]]]:
        for table, rows in told.items():
            if isinstance(table, str):
                continue
            if not isinstance(table, Frame) or not isinstance(table.node_, Table):
                self._refuse(
                    f"{hints.called(table)} is no table",
                    "Write the table itself, as imported, without where() or quotes.",
                )
            yield table.title_(), [self._row(r, table) for r in self._rows(rows, table)]

    def _rows(self, rows: object, table: Frame) -> Sequence[Any]:
        if table.one_row_per_patient_:
            return [rows]
        if not isinstance(rows, list | tuple):
            self._refuse(
                f"{table.title_()} holds many rows a patient, and here is one",
                "Write a list of rows: [{...}, {...}].",
            )
        return rows

    def _row(self, row: object, table: Frame) -> dict[str, Any]:
        name = table.title_()
        if not isinstance(row, Mapping):
            self._refuse(
                f"a row of {name} is {hints.called(row)}",
                'Write a dict: {"column": value}.',
            )
        columns = [column.name for column in table.node_.schema.columns]
        for column in row:
            if column not in columns:
                near = hints.nearest(str(column), columns)
                self._refuse(
                    f"{name} has no column {column}",
                    f"Did you mean {near}?" if near else f"It has: {', '.join(columns)}.",
                )
        return {column: self._value(value, column) for column, value in row.items()}

    def _value(self, value: object, name: str) -> Any:
        if isinstance(value, Code):
            return value.value
        if type(value) is datetime.date:
            return value.isoformat()
        if value is None or type(value) in (bool, int, float, str):
            return value
        return self._refuse(
            f"{name} is {hints.called(value)}",
            "Write True, False, None, a number, text or a date.",
        )

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        where = f"{self.file}, test_data, patient {self.key}"
        raise DefinitionError(problem, where=where, remedy=remedy)
