"""Dummy tables as CSV files: the same tables, the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.types import TableSchema
from dummy_data.generate import arrow_schema


def write(tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """One file a table; NULL is an empty field, yes and no are true and false as in cohort
    files, a date is ISO. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        draft = path.with_suffix(".csv.part")
        draft.write_text(as_csv(table), encoding="utf-8", newline="")
        draft.replace(path)
        written.append(path)
    return written


def as_csv(table: pa.Table) -> str:
    """The table as CSV text."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    rows.writerows([_cell(v) for v in row] for row in zip(*columns, strict=True))
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def read(
    folder: Path, schemas: Iterable[TableSchema], patient_id: Any = None
) -> dict[str, pa.Table]:
    """Tables from files as ``write`` makes them, or as somebody wrote them by hand.

    ``patient_id``: its Arrow type, int64 if none is given. DefinitionError where a file
    is missing or doesn't fit its table.
    """
    kind = patient_id or pa.int64()
    return {s.name: _read(folder / f"{s.name}.csv", s, kind) for s in schemas}


def _read(path: Path, schema: TableSchema, patient_id: Any) -> pa.Table:
    wanted = arrow_schema(schema, patient_id)
    convert = arrow_csv.ConvertOptions(
        column_types=wanted,
        include_columns=wanted.names,
        include_missing_columns=True,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["T", "true", "True", "1"],
        false_values=["F", "false", "False", "0"],
    )
    try:
        return arrow_csv.read_csv(path, convert_options=convert)
    except FileNotFoundError:
        problem = f"there is no file for the table {schema.name}"
    except pa.ArrowInvalid as error:
        problem = f"it doesn't fit the table {schema.name}: {error}"
    raise DefinitionError(
        problem,
        where=str(path),
        remedy="Its columns are patient_id and those of the table; dates are ISO dates.",
    )
