"""Studies to measure: each a definition in the language, and by hand in SQL.

By hand means as it is written where nothing shares a scan: each variable reads its table
for itself into a temporary table, and these are joined to the population at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import data

HEAD = """\
import datetime

from cohort_dsl import case, codelist_from_csv, create_dataset, days, when
from cohort_dsl.codes import SNOMEDCTCode
from cohort_dsl.tables import EventFrame, PatientFrame, Series, table


@table
class patients(PatientFrame):
    date_of_birth = Series(datetime.date)
    sex = Series(str)


@table
class events(EventFrame):
    date = Series(datetime.date)
    code = Series(SNOMEDCTCode)
    numeric_value = Series(float)


@table
class medications(EventFrame):
    date = Series(datetime.date)
    code = Series(SNOMEDCTCode)


@table
class registrations(EventFrame):
    start_date = Series(datetime.date)
    end_date = Series(datetime.date)
    region = Series(str)


def codes(name):
    return codelist_from_csv(f"codelists/{name}.csv", column="code")


dataset = create_dataset()
"""
"""How every definition begins: the tables of ``data``."""


JOINED = 150  # tables at once: to plan a join of 500 takes DuckDB most of a minute


@dataclass(frozen=True)
class Variable:
    """A variable ``x`` in the language (``ours``), and by hand.

    ``scan`` selects patient_id and v_x, and is empty where none is needed; ``answer`` is
    the variable, worked out from the v_ of any scans and the patient's row of patients.
    """

    name: str
    ours: str
    scan: str
    answer: str


@dataclass(frozen=True)
class Study:
    """A whole study. ``population``: SQL that selects each patient_id once; ``ours``: the

    same in the language. ``setting_up``: lines of the definition before all others.
    """

    variables: Sequence[Variable]
    population: str
    ours: str
    codelists: Mapping[str, Sequence[str]] = field(repr=False)
    setting_up: Sequence[str] = ()

    def definition(self) -> str:
        lines = [*self.setting_up, f"dataset.define_population({self.ours})"]
        lines += [f"dataset.{one.name} = {one.ours}" for one in self.variables]
        return HEAD + "\n".join(lines) + "\n"

    def written(self, folder: Path) -> Path:
        """The study's folder, with its definition, its codelists and its SQL by hand."""
        write_codelists(folder, self.codelists)
        (folder / "definition.py").write_text(self.definition())
        by_hand = {"scans": [*self.scans(), *self.parts()], "assembly": self.assembly()}
        (folder / "by_hand.json").write_text(json.dumps(by_hand))
        return folder

    def scans(self) -> Iterator[str]:
        """By hand: what makes the temporary tables, one for each variable's scan."""
        yield f"CREATE TEMPORARY TABLE population AS {self.population}"
        for one in self._scanned():
            yield f"CREATE TEMPORARY TABLE scan_{one.name} AS {one.scan}"

    def parts(self) -> Iterator[str]:
        """By hand: where there are very many scans, some of them joined at a time."""
        for number, scanned in enumerate(self._parts()):
            columns = ", ".join(f"v_{one.name}" for one in scanned)
            joined = _joined(f"scan_{one.name}" for one in scanned)
            yield (
                f"CREATE TEMPORARY TABLE part_{number} AS "
                f"SELECT population.patient_id, {columns} {joined}"
            )

    def assembly(self) -> str:
        """By hand: the answer."""
        tables = [f"part_{number}" for number, _ in enumerate(self._parts())]
        tables = tables or [f"scan_{one.name}" for one in self._scanned()]
        answers = ", ".join(f"{one.answer} AS {one.name}" for one in self.variables)
        joined = _joined(["patients", *tables])
        return (
            f"SELECT population.patient_id, {answers} {joined} "
            "ORDER BY population.patient_id"
        )

    def _scanned(self) -> list[Variable]:
        return [one for one in self.variables if one.scan]

    def _parts(self) -> list[list[Variable]]:
        every = self._scanned()
        if len(every) <= JOINED:
            return []
        return [every[start : start + JOINED] for start in range(0, len(every), JOINED)]


def write_codelists(folder: Path, codelists: Mapping[str, Sequence[str]]) -> None:
    """As CSV files with a column ``code``."""
    (folder / "codelists").mkdir(parents=True, exist_ok=True)
    for name, codes in codelists.items():
        text = "".join(f"{code}\n" for code in ("code", *codes))
        (folder / "codelists" / f"{name}.csv").write_text(text)


def _joined(tables: Iterable[str]) -> str:
    joins = (f"LEFT JOIN {t} ON {t}.patient_id = population.patient_id" for t in tables)
    return " ".join(["FROM population", *joins])


# Rows and windows ----------------------------------------------------------------


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


# The studies -------------------------------------------------------------------------


def many(variables: int, codes: int) -> Study:
    """So many variables of all kinds, each with a list of its own; half with a window."""
    lists = {f"l{n:03}": c for n, c in enumerate(data.lists(variables, codes))}
    made = [
        KINDS[n % len(KINDS)](
            f"v{n:03}", Rows(name, codes, **(FIVE_YEARS if n % 2 else {}))
        )
        for n, (name, codes) in enumerate(lists.items())
    ]
    return Study(
        made,
        "SELECT patient_id FROM patients WHERE date_of_birth < DATE '2010-01-01'",
        'patients.date_of_birth.is_before("2010-01-01")',
        lists,
    )


def real() -> Study:
    """140 variables in the shape of a real study of adults registered on 1 January 2020.

    Its index date is found in the data: the first of some frequent events in 2020 or
    later. Fifty-one variables look back or forward from it.
    """
    lists = {f"l{n:03}": codes for n, codes in enumerate(data.lists(129, 20))}
    numbered = iter(lists.items())

    def several(kind: object, stem: str, number: int, **rows: str) -> list[Variable]:
        assert callable(kind)
        return [
            kind(f"{stem}_{n:02}", Rows(*next(numbered), **rows)) for n in range(number)
        ]

    index_codes = [data.code(rank) for rank in (1, 2, 3)]
    since = {"ours": 'date.is_on_or_after("2020-01-01")'}
    since["sql"] = "e.date >= DATE '2020-01-01'"
    index = first_date("index_date", Rows("index", index_codes, **since))
    variables = [
        *_demographics(),
        Variable("index_date", "index_date", index.scan, index.answer),
        *several(exists, "had", 35, **UNTIL_2020),
        *several(first_date, "first", 18, **UNTIL_2020),
        *several(mean_value, "mean", 10, **FIVE_YEARS),
        *several(last_date, "before", 15, **BEFORE_INDEX),
        *several(count, "year", 20, **YEAR_BEFORE_INDEX),
        *several(last_value, "value", 9, **BEFORE_INDEX),
        *several(first_date, "after", 7, **AFTER_INDEX),
        *several(count, "drug", 8, table="medications", **FIVE_YEARS),
        *several(last_date, "drug_last", 7, table="medications", **UNTIL_2020),
        *_derived(),
    ]
    return Study(
        variables,
        "SELECT patient_id FROM patients WHERE date_of_birth <= DATE '2002-01-01' "
        "AND patient_id IN (SELECT patient_id FROM registrations "
        "WHERE start_date <= DATE '2020-01-01' "
        "AND (end_date IS NULL OR end_date >= DATE '2020-01-01'))",
        "(patients.date_of_birth <= '2002-01-01') & registered.exists_for_patient()",
        {**lists, "index": index_codes},
        [REGISTERED, f"index_date = {index.ours}"],
    )


REGISTERED = """\
registered = registrations.where(registrations.start_date <= "2020-01-01").except_where(
    registrations.end_date < "2020-01-01"
)
"""


def _demographics() -> list[Variable]:
    place = (
        "row_number() OVER (PARTITION BY patient_id "
        "ORDER BY start_date DESC, end_date DESC NULLS LAST, region DESC) AS place"
    )
    on_the_day = (
        f"SELECT patient_id, region AS v_region, {place} FROM registrations "
        "WHERE start_date <= DATE '2020-01-01' "
        "AND (end_date IS NULL OR end_date >= DATE '2020-01-01')"
    )
    region = "registered.sort_by(registrations.start_date).last_for_patient().region"
    return [
        Variable("sex", "patients.sex", "", "patients.sex"),
        Variable(
            "born",
            "patients.date_of_birth.to_first_of_month()",
            "",
            "CAST(date_trunc('month', patients.date_of_birth) AS DATE)",
        ),
        Variable(
            "region",
            region,
            f"SELECT patient_id, v_region FROM ({on_the_day}) AS placed WHERE place = 1",
            "v_region",
        ),
        Variable(
            "moves",
            "registrations.count_for_patient()",
            "SELECT patient_id, count(*) AS v_moves FROM registrations GROUP BY patient_id",
            "coalesce(v_moves, 0)",
        ),
    ]


def _derived() -> list[Variable]:
    """What is worked out from other variables, without a scan."""
    either = [f"v_had_{n:02}" for n in range(4)]
    return [
        Variable(
            "any_of_four",
            "dataset.had_00 | dataset.had_01 | dataset.had_02 | dataset.had_03",
            "",
            " OR ".join(f"coalesce({one}, false)" for one in either),
        ),
        Variable(
            "both",
            "dataset.had_04 & dataset.first_00.is_not_null()",
            "",
            "coalesce(v_had_04, false) AND v_first_00 IS NOT NULL",
        ),
        Variable(
            "wait",
            "(dataset.after_00 - index_date).days",
            "",
            "v_after_00 - v_index_date",
        ),
        Variable(
            "contacts",
            "dataset.year_00 + dataset.year_01 + dataset.year_02",
            "",
            "coalesce(v_year_00, 0) + coalesce(v_year_01, 0) + coalesce(v_year_02, 0)",
        ),
        Variable(
            "class_",
            'case(when(dataset.mean_00 >= 100).then("high"), '
            'when(dataset.mean_00 >= 50).then("middle"), otherwise="unknown")',
            "",
            "CASE WHEN v_mean_00 >= 100 THEN 'high' "
            "WHEN v_mean_00 >= 50 THEN 'middle' ELSE 'unknown' END",
        ),
        Variable(
            "age_first",
            "(dataset.first_01 - patients.date_of_birth).days",
            "",
            "v_first_01 - patients.date_of_birth",
        ),
    ]
