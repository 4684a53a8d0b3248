"""Warehouses in the SNDS's shape: the extract of ``samples/snds``, and all its columns.

The extract's rows are kept as texts, the way they stand in its files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.a_postgres import Server
from tests.an_omop import opened

SAMPLE = Path(__file__).parent / "samples" / "snds"

LACKS = ["lab_results", "documents", "core.clinical_events", "core.medications",
         "core.practice_registrations"]  # fmt: skip
"""What the model has nothing of, for ``empty_tables``."""

UNKNOWN_TO_EXTRACTS = ["deaths.cause_code", "deaths.cause_vocabulary",
                       "core.ons_deaths.underlying_cause_of_death"]  # fmt: skip
"""Causes of death are known by BEN_IDT_ANO only."""

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "TIMESTAMP"}

OTHERS = {"IR_PHA_R": "PHA_CIP_C13 BIGINT, PHA_ATC_CLA VARCHAR"}
"""A nomenclature, of which ``columns.tsv`` says nothing."""


@contextmanager
def extract(place: Path | Server) -> Iterator[MappedWarehouse]:
    """The two people of the sample."""
    found = {path.stem: _rows(path) for path in sorted(SAMPLE.glob("*.csv"))}
    tables = {
        name: ", ".join(f"{column} VARCHAR" for column in rows[0])
        for name, rows in found.items()
    }
    filled = {
        name: [{key: text for key, text in row.items() if text} for row in rows]
        for name, rows in found.items()
    }
    with opened(
        place, filled, tables, [*LACKS, *UNKNOWN_TO_EXTRACTS], mapping="snds"
    ) as warehouse:
        yield warehouse


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


@contextmanager
def whole(
    place: Path | Server,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    tables: Mapping[str, str],
    empty: Sequence[str] = LACKS,
) -> Iterator[MappedWarehouse]:
    with opened(place, rows, tables, empty, mapping="snds") as warehouse:
        yield warehouse


def tables(years: Sequence[int], archived: Sequence[int] = ()) -> dict[str, str]:
    """All columns of the tables that the mapping reads, in these years of the PMSI.

    ``archived``: years of DCIR that have tables of their own.
    """
    found = dict(OTHERS)
    for table, columns in _described().items():
        if table.startswith("T_MCOaa"):
            found |= {
                table.replace("aa", str(year)[2:]): there
                for year in years
                if "ETA_NUM" in (there := _columns(columns, year))
            }
        else:
            found[table] = _columns(columns)
            if table.startswith("ER_"):
                found |= {f"{table}_{year}": _columns(columns) for year in archived}
    return found | {"IR_BEN_R_ARC": found["IR_BEN_R"]}


def _described() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with (SAMPLE / "columns.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["table"], []).append(row)
    return found


def _columns(described: list[dict[str, str]], year: int | None = None) -> str:
    """In words of DDL; a column of the PMSI is in the tables of its years only."""
    return ", ".join(
        f"{row['column']} {TYPES[row['type']]}"
        for row in described
        if year is None or int(row["from"] or 0) <= year < int(row["before"] or 9999)
    )
