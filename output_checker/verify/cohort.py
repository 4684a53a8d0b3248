"""A cohort file, opened in a DuckDB that can reach nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from output_checker.verify import files, reading

PATIENT = reading.PATIENT
NUMBERS = frozenset(
    f"{sign}{size}"
    for sign in ("", "U")
    for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
)
FRACTIONS = frozenset(("FLOAT", "DOUBLE"))
MEASURABLE = NUMBERS | FRACTIONS
DATES = frozenset(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"))
KNOWN = MEASURABLE | DATES | {"VARCHAR", "BOOLEAN"}
LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


class Unverifiable(Exception):
    """Why a claim can't be recomputed, and what its author can do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


class Peopleless(Unverifiable):
    """A file whose rows aren't people: measures, say."""


@dataclass(frozen=True)
class Dataset:
    """A cohort file as the runner recorded it.

    ``of``: the cohort files that an action may have made it of, if one did; none for what
    was extracted.
    """

    path: Path
    sha256: str
    of: tuple[Dataset, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """The cohort's columns and their types, and a way to ask about its rows.

    ``named``: what the table's columns are called in SQL, by the same names.
    ``made``: the columns that an action made; None for a cohort as it was extracted.
    """

    columns: Mapping[str, str]
    named: reading.Names
    _connection: duckdb.DuckDBPyConnection
    made: frozenset[str] | None = None

    def __repr__(self) -> str:
        return f"<cohort of {len(self.columns)} columns>"

    def sql(self, name: str) -> str:
        """A column, quoted."""
        return quoted(self.named[name])

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of an aggregate over the table ``cohort``; values are bound, never text."""
        with _silent():
            return self._connection.execute(sql, list(values)).fetchall()

    def ask_beside(self, words: Sequence[str], sql: str) -> list[tuple[Any, ...]]:
        """The same, where these are the column ``word`` of a table ``given``."""
        self._connection.register("given", pa.table({"word": pa.array(words, pa.string())}))
        try:
            return self.ask(sql)
        finally:
            self._connection.unregister("given")

    def columns_of(self, sql: str, values: Sequence[object] = ()) -> Mapping[str, Any]:
        """One value a person, as arrays: for what stays inside."""
        with _silent():
            return self._connection.execute(sql, list(values)).fetchnumpy()


@contextmanager
def _silent() -> Iterator[None]:
    try:
        yield
    except duckdb.Error:  # its text may quote a value
        raise Unverifiable(
            "the cohort's numbers can't be computed with",
            "Look for values that are far too large in the columns of this table.",
        ) from None


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def provider_of(column: str) -> str:
    """What a derived frame's cohort calls its own column of this name."""
    return f"{column} of the cohort"


@contextmanager
def opened(dataset: Dataset, only: reading.Columns = None) -> Iterator[Cohort]:
    """The dataset's rows in memory, after its hash was compared with the recorded one.

    ``only``: the columns, besides the patients' numbers, that will be asked for, if known.

    Raises Unverifiable when the file isn't what the runner recorded, isn't in a format
    that extractions write, or doesn't have one row per patient.
    """
    with closing(duckdb.connect(":memory:", config=LOCKED)) as connection:
        wanted = None if only is None else only | {PATIENT}
        yield locked(connection, load(connection, dataset, only=wanted))


def load(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    most: int | None = None,
    only: reading.Columns = None,
) -> reading.Names:
    """The dataset's rows as the table ``cohort``; Unverifiable if over ``most``.

    Returns what its columns are called in SQL.
    """
    try:
        with files.opened(dataset.path.parent, dataset.path.name) as found:
            if files.sha256(found) != dataset.sha256:
                raise _changed()
            path = f"/dev/fd/{found}"
            if most is not None:
                reading.at_most(connection, dataset.path.name, path, most)
            names = reading.load(connection, dataset.path.name, path, only)
            if files.sha256(found) != dataset.sha256:  # it was written to meanwhile
                raise _changed()
            return names
    except files.Unreadable:
        raise Unverifiable(
            "the dataset isn't there", "Run the extraction again, then this action."
        ) from None
    except reading.NotRows:
        raise Unverifiable(
            "the dataset isn't a cohort file", "Claim about the extraction's output file."
        ) from None


def locked(
    connection: duckdb.DuckDBPyConnection,
    names: reading.Names,
    made: frozenset[str] | None = None,
) -> Cohort:
    """The loaded table, in a connection that can reach nothing else from now on."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    described = connection.execute("DESCRIBE cohort").fetchall()
    kinds = {row[0]: row[1] for row in described}
    columns = {name: kinds[own] for name, own in names.items()}
    cohort = Cohort(columns, names, connection, made)
    _one_row_per_patient(cohort)
    return cohort


def _one_row_per_patient(cohort: Cohort) -> None:
    if PATIENT not in cohort.columns:
        raise Peopleless(f"the dataset has no {PATIENT}", "Claim about the cohort file.")
    if not _rising(cohort) and not _all_different(cohort):
        raise Unverifiable(
            "the dataset has several rows for a patient, which isn't supported yet",
            "Claim about the cohort file, which has one row per patient.",
        )


def _rising(cohort: Cohort) -> bool:
    """Is each patient's number above that of the row before? Then all are different.

    As extractions write them; and it takes a tenth of the time of comparing all.
    """
    sql = (
        "SELECT count(*) - count(patient_id), count_if(rises IS NOT TRUE) FROM (SELECT"
        " patient_id, patient_id > lag(patient_id) OVER () AS rises FROM cohort)"
    )
    nobody, first = cohort.ask(sql)[0]
    return bool(nobody == 0 and first <= 1)


def _all_different(cohort: Cohort) -> bool:
    rows, people = cohort.ask("SELECT count(*), count(DISTINCT patient_id) FROM cohort")[0]
    return bool(rows == people)


def _changed() -> Unverifiable:
    return Unverifiable(
        "the dataset isn't the file that the runner recorded",
        "Run the extraction again, then this action; outputs are about exactly one file.",
    )
