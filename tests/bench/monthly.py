"""Measures over many months, in the language and by hand: everything once per month."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.bench import data
from tests.bench.study import HEAD, write_codelists

DEFINITION = """\
from cohort_dsl import INTERVAL, case, create_measures, days, months, when

measures = create_measures()
registered = registrations.where(
    registrations.start_date <= INTERVAL.start_date
).except_where(registrations.end_date < INTERVAL.start_date)
age = (INTERVAL.start_date - patients.date_of_birth).years


def having(table, name):
    return table.where(table.code.is_in(codes(name)))


def now(table, name):
    return having(table, name).where(table.date.is_during(INTERVAL))


def year(table, name):
    since = INTERVAL.end_date - days(365)
    found = having(table, name)
    return found.where(table.date.is_on_or_between(since, INTERVAL.end_date))


numerators = {
    "seen": now(events, "l000").exists_for_patient(),
    "contacts": now(events, "l001").count_for_patient(),
    "treated": now(medications, "l002").exists_for_patient(),
    "known": year(events, "l003").exists_for_patient(),
    "high": year(events, "l004")
    .where(events.numeric_value.is_not_null())
    .sort_by(events.date)
    .last_for_patient()
    .numeric_value
    > 100,
}
groups = {
    "sex": patients.sex,
    "age_band": case(
        when(age < 40).then("18-39"), when(age < 65).then("40-64"), otherwise="65+"
    ),
}
for name, numerator in numerators.items():
    for by, group in groups.items():
        measures.define_measure(
            f"{name}_by_{by}",
            numerator=numerator,
            denominator=registered.exists_for_patient() & (age >= 18),
            group_by={by: group},
            intervals=months(MONTHS).starting_on("2018-01-01"),
        )
"""

GROUPS = ("sex", "age_band")

DENOMINATOR = """
CREATE OR REPLACE TEMPORARY TABLE population AS
SELECT patient_id, sex, CASE WHEN age < 40 THEN '18-39' WHEN age < 65 THEN '40-64'
  ELSE '65+' END AS age_band
FROM (SELECT *, date_sub('year', date_of_birth, DATE '{start}') AS age FROM patients)
WHERE age >= 18 AND patient_id IN (
  SELECT patient_id FROM registrations WHERE start_date <= DATE '{start}'
  AND (end_date IS NULL OR end_date >= DATE '{start}'))
"""

NOW = "date BETWEEN DATE '{start}' AND DATE '{end}'"
YEAR = "date BETWEEN DATE '{end}' - 365 AND DATE '{end}'"
HIGH = (
    "SELECT patient_id, (numeric_value > 100)::INTEGER AS v FROM (SELECT *, "
    "row_number() OVER (PARTITION BY patient_id "
    "ORDER BY date DESC, code DESC, numeric_value DESC) AS place "
    f"FROM events WHERE code IN ({{codes}}) AND {YEAR} AND numeric_value IS NOT NULL) "
    "WHERE place = 1"
)


def _scan(selected: str, table: str, window: str) -> str:
    return (
        f"SELECT patient_id, {selected} AS v FROM {table} "
        f"WHERE code IN ({{codes}}) AND {window} GROUP BY patient_id"
    )


NUMERATORS: Mapping[str, str] = {
    "seen": _scan("1", "events", NOW),
    "contacts": _scan("count(*)", "events", NOW),
    "treated": _scan("1", "medications", NOW),
    "known": _scan("1", "events", YEAR),
    "high": HIGH,
}

COUNTED = """
INSERT INTO answer BY NAME
SELECT '{name}_by_{by}' AS measure, DATE '{start}' AS interval_start,
  DATE '{end}' AS interval_end, sum(coalesce(v_{name}, 0)) / count(*) AS ratio,
  sum(coalesce(v_{name}, 0)) AS numerator, count(*) AS denominator,
  count(*) FILTER (WHERE v_{name} > 0) AS numerator_patients,
  count(*) AS denominator_patients, {by}
FROM wide GROUP BY {by}
"""


@dataclass(frozen=True)
class Monthly:
    """Five numerators, by sex and by age, in so many months from January 2018 on."""

    months: int = 60

    def definition(self) -> str:
        head = HEAD.replace("dataset = create_dataset()\n", f"MONTHS = {self.months}\n")
        return head + DEFINITION

    def written(self, folder: Path) -> Path:
        """The study's folder: its definition, its codelists, and its SQL by hand."""
        lists = self._lists()
        write_codelists(folder, lists)
        (folder / "definition.py").write_text(self.definition())
        statements = list(self._statements(list(lists.values())))
        by_hand = {"scans": statements, "assembly": "SELECT * FROM answer"}
        (folder / "by_hand.json").write_text(json.dumps(by_hand))
        return folder

    def _lists(self) -> Mapping[str, Sequence[str]]:
        found = data.lists(40, 20)[: len(NUMERATORS)]
        return {f"l{number:03}": codes for number, codes in enumerate(found)}

    def _statements(self, lists: Sequence[Sequence[str]]) -> Iterator[str]:
        yield (
            "CREATE TEMPORARY TABLE answer (measure VARCHAR, interval_start DATE, "
            "interval_end DATE, ratio DOUBLE, numerator BIGINT, denominator BIGINT, "
            "numerator_patients BIGINT, denominator_patients BIGINT, sex VARCHAR, "
            "age_band VARCHAR)"
        )
        for month in range(self.months):
            start = date(2018 + month // 12, month % 12 + 1, 1)
            after = date(2018 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
            yield from _month(start, after - timedelta(days=1), lists)


def _month(start: date, end: date, lists: Sequence[Sequence[str]]) -> Iterator[str]:
    yield DENOMINATOR.format(start=start)
    for (name, scan), listed in zip(NUMERATORS.items(), lists, strict=True):
        codes = ", ".join(f"'{code}'" for code in listed)
        found = scan.format(start=start, end=end, codes=codes)
        yield f"CREATE OR REPLACE TEMPORARY TABLE scan_{name} AS {found}"
    columns = ", ".join(f"scan_{name}.v AS v_{name}" for name in NUMERATORS)
    joins = " ".join(f"LEFT JOIN scan_{name} USING (patient_id)" for name in NUMERATORS)
    yield (
        "CREATE OR REPLACE TEMPORARY TABLE wide AS "
        f"SELECT patient_id, sex, age_band, {columns} FROM population {joins}"
    )
    for name in NUMERATORS:
        for by in GROUPS:
            yield COUNTED.format(name=name, by=by, start=start, end=end)
