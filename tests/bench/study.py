"""A study to measure: a definition in the language, and the same by hand in SQL.

By hand means as it is written where nothing shares a scan: each variable reads its table
for itself into a temporary table, and these are joined to the population at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
