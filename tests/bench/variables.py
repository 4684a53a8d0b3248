"""The kinds of variables that studies are made of, over rows with codes of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.study import Variable


@dataclass(frozen=True)
class Rows:
    """Rows of a table with codes of a list, in a window of time."""

    codelist: str
    codes: Sequence[str] = field(repr=False)
    table: str = "events"
    ours: str = ""
    sql: str = ""

    def asked(self, more: str = "") -> str:
        found = f'{self.table}.where({self.table}.code.is_in(codes("{self.codelist}")))'
        return found + "".join(f".where({self.table}.{w})" for w in (self.ours, more) if w)

    def read(self, selected: str, more: str = "") -> str:
        """``e`` is the table, and ``i`` knows the index date where the window needs it."""
        index = "JOIN scan_index_date AS i ON i.patient_id = e.patient_id "
        codes = ", ".join(f"'{code}'" for code in self.codes)
        wanted = [f"e.code IN ({codes})", self.sql, more]
        return (
            f"SELECT e.patient_id, {selected} FROM {self.table} AS e "
            f"{index if 'i.v_' in self.sql else ''}"
            f"WHERE {' AND '.join(w for w in wanted if w)}"
        )


FIVE_YEARS = {
    "ours": 'date.is_on_or_between("2018-01-01", "2022-12-31")',
    "sql": "e.date BETWEEN DATE '2018-01-01' AND DATE '2022-12-31'",
}
UNTIL_2020 = {
    "ours": 'date.is_before("2020-01-01")',
    "sql": "e.date < DATE '2020-01-01'",
}
YEAR_BEFORE_INDEX = {
    "ours": "date.is_on_or_between(index_date - days(365), index_date - days(1))",
    "sql": "e.date BETWEEN i.v_index_date - 365 AND i.v_index_date - 1",
}
BEFORE_INDEX = {"ours": "date.is_before(index_date)", "sql": "e.date < i.v_index_date"}
AFTER_INDEX = {"ours": "date.is_after(index_date)", "sql": "e.date > i.v_index_date"}


# Kinds of variables ----------------------------------------------------------------


def exists(name: str, rows: Rows) -> Variable:
    scan = f"{rows.read(f'true AS v_{name}')} GROUP BY e.patient_id"
    answer = f"coalesce(v_{name}, false)"
    return Variable(name, f"{rows.asked()}.exists_for_patient()", scan, answer)


def count(name: str, rows: Rows) -> Variable:
    scan = f"{rows.read(f'count(*) AS v_{name}')} GROUP BY e.patient_id"
    answer = f"coalesce(v_{name}, 0)"
    return Variable(name, f"{rows.asked()}.count_for_patient()", scan, answer)


def first_date(name: str, rows: Rows) -> Variable:
    ours = f"{rows.asked()}.sort_by({rows.table}.date).first_for_patient().date"
    scan = f"{rows.read(f'min(e.date) AS v_{name}')} GROUP BY e.patient_id"
    return Variable(name, ours, scan, f"v_{name}")


def last_date(name: str, rows: Rows) -> Variable:
    ours = f"{rows.asked()}.sort_by({rows.table}.date).last_for_patient().date"
    scan = f"{rows.read(f'max(e.date) AS v_{name}')} GROUP BY e.patient_id"
    return Variable(name, ours, scan, f"v_{name}")


def last_value(name: str, rows: Rows) -> Variable:
    """The latest event with a number; of several on its day, the language's choice."""
    asked = rows.asked(more="numeric_value.is_not_null()")
    place = (
        "row_number() OVER (PARTITION BY e.patient_id "
        "ORDER BY e.date DESC, e.code DESC, e.numeric_value DESC)"
    )
    read = rows.read(
        f"e.numeric_value AS v_{name}, {place} AS place", more="e.numeric_value IS NOT NULL"
    )
    ours = f"{asked}.sort_by({rows.table}.date).last_for_patient().numeric_value"
    scan = f"SELECT patient_id, v_{name} FROM ({read}) AS placed WHERE place = 1"
    return Variable(name, ours, scan, f"v_{name}")


def mean_value(name: str, rows: Rows) -> Variable:
    scan = f"{rows.read(f'avg(e.numeric_value) AS v_{name}')} GROUP BY e.patient_id"
    ours = f"{rows.asked()}.numeric_value.mean_for_patient()"
    return Variable(name, ours, scan, f"v_{name}")


KINDS = (exists, count, first_date, last_date, last_value, mean_value)
