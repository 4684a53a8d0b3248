"""What is read of files that change meanwhile is no answer, whichever way it was asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort_dsl import create_dataset, create_measures, warehouses, years
from cohort_dsl.errors import WarehouseAway
from cohort_dsl.extract import cohorts
from cohort_dsl.load import question_of
from cohort_dsl.pieces import done
from cohort_dsl.tables.contract import diagnoses, patients
from cohort_dsl.warehouses import unchanged
from cohort_dsl.warehouses.mapped import MappedWarehouse
from cohort_dsl.warehouses.parquet import from_parquet
from cohort_dsl.warehouses.unchanged import Steady
from tests.an_omop import TABLES, built

ROWS: dict[str, list[dict[str, Any]]] = {
    "person": [{"person_id": 1, "gender_concept_id": 8507}],
    "condition_occurrence": [{"person_id": 1, "condition_source_value": "x"}],
}


def written(folder: Path, kind: str) -> dict[str, Any]:
    """OMOP's tables in files of a kind; the settings that name them."""
    database = built(folder / "w.duckdb", ROWS)
    if kind == "database":
        return {"database": str(database)}
    data = folder / "data"
    data.mkdir()
    with duckdb.connect(str(database)) as connection:
        for table in TABLES:
            target = data / f"{table}.{kind}"
            connection.execute(f"COPY {table} TO '{target}' (FORMAT {kind})")
    return {"folder": str(data)}


KINDS = ("parquet", "csv", "database")


@pytest.fixture
def kind() -> str:
    return "parquet"


@pytest.fixture
def warehouse(tmp_path: Path, kind: str) -> Iterator[MappedWarehouse]:
    given = {"engine": "duckdb", "mapping": "omop", **written(tmp_path, kind)}
    with warehouses.open(given) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path, kind: str) -> Path:
    return tmp_path / ("w.duckdb" if kind == "database" else f"data/person.{kind}")


def everybody() -> Any:
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    dataset.add_event_table("found", code=diagnoses.code)
    return question_of(dataset)


def counted() -> Any:
    measures = create_measures()
    there, times = patients.exists_for_patient(), years(1).starting_on("2020-01-01")
    measures.define_measure("m", numerator=there, denominator=there, intervals=times)
    return question_of(measures)


def touched(file: Path) -> None:
    """Written anew, and its clock set back."""
    before = file.stat()
    file.write_bytes(file.read_bytes())
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def of_events(warehouse: MappedWarehouse, file: Path) -> None:
    """Between the cohort and an event table of one answer."""
    with warehouse.ask(everybody()) as answer:
        assert list(answer.reveal())
        touched(file)
        list(answer.event_table("found").reveal())


def of_the_cohort(warehouse: MappedWarehouse, file: Path) -> None:
    with warehouse.ask(everybody()) as answer:
        touched(file)
        list(answer.reveal())


def meanwhile(doing: Callable[[MappedWarehouse], object]) -> Any:
    """A file changes before the warehouse is done with it."""

    def done_so(warehouse: MappedWarehouse, file: Path) -> None:
        touched(file)
        doing(warehouse)

    return done_so


@pytest.mark.parametrize("kind", KINDS)
def test_no_half_of_a_cohort_is_of_other_files(
    warehouse: MappedWarehouse, file: Path
) -> None:
    with pytest.raises(WarehouseAway, match=rf"{file.name} changed while"):
        of_the_cohort(warehouse, file)


@pytest.mark.parametrize(
    "asked",
    [
        of_events,
        meanwhile(lambda warehouse: warehouse.measure(counted())),
        meanwhile(lambda warehouse: warehouse.explain(everybody(), lambda: 0.0)),
        meanwhile(lambda warehouse: warehouse.explain(counted(), lambda: 0.0)),
        meanwhile(lambda warehouse: warehouse.check()),
    ],
)
def test_a_file_that_changes_is_told_by_its_name_and_is_something_to_ask_again(
    warehouse: MappedWarehouse, file: Path, asked: Any
) -> None:
    with pytest.raises(WarehouseAway, match=rf"{file.name} changed while") as told:
        asked(warehouse, file)
    assert "Nothing of this answer is kept" in told.value.remedy


class Changing:
    """A database whose files change while it does something."""

    def __init__(self, database: Any, file: Path) -> None:
        self._database, self._file = database, file

    def __getattr__(self, name: str) -> Any:
        def done_so(*given: Any) -> Any:
            found = getattr(self._database, name)(*given)
            touched(self._file)
            return found

        return done_so


def test_what_changes_while_measures_are_counted_is_noticed_too(
    warehouse: MappedWarehouse, file: Path
) -> None:
    held: Any = warehouse._engine
    files = unchanged.seen([file])
    for ask in (
        lambda changing: changing.measure(counted()),
        lambda changing: changing.explain(everybody(), lambda: 0.0),
    ):
        files = unchanged.seen([file])
        with pytest.raises(WarehouseAway, match="changed while"):
            ask(Steady(Changing(held._database, file), files))  # type: ignore[arg-type]


def test_no_file_of_a_cohort_is_left_and_asked_again_it_is_there(
    tmp_path: Path, kind: str
) -> None:
    """Nor any piece: files can't be read as they once were, so nothing is gone on with."""
    given = {"engine": "duckdb", "mapping": "omop", **written(tmp_path, kind)}
    file = tmp_path / ("w.duckdb" if kind == "database" else f"data/person.{kind}")
    target = tmp_path / "out" / "cohort.parquet"
    target.parent.mkdir()
    with warehouses.open(given) as opened:
        assert opened.resumable(everybody()) is None
        touched(file)
        with pytest.raises(WarehouseAway):
            cohorts(everybody(), opened, target)
        assert not target.exists()
        assert done(target.parent) == 0
    with warehouses.open(given) as opened:
        [made] = cohorts(everybody(), opened, target)
    assert target.exists()
    assert made.event_tables


def test_parquet_that_a_question_names_stays_too(tmp_path: Path) -> None:
    path = tmp_path / "patients.parquet"
    asked = create_dataset()
    asked.define_population(patients.exists_for_patient())
    query: Any = question_of(asked)
    names = ", ".join(
        f"NULL::{'DATE' if 'date' in c.name else 'VARCHAR'} AS {c.name}"
        for c in patients.node_.schema.columns
    )
    duckdb.execute(f"COPY (SELECT 1::BIGINT AS patient_id, {names}) TO '{path}'")
    schemas = {schema.name: schema for schema in query.tables()}
    with from_parquet({"patients": path}, schemas) as opened:
        with opened.ask(query) as answer:
            assert sum(batch.num_rows for batch in answer.reveal()) == 1
        path.unlink()
        with pytest.raises(WarehouseAway, match=r"patients\.parquet changed"):
            opened.explain(query, lambda: 0.0)


def test_a_folder_is_all_that_is_in_it_and_few_are_named(tmp_path: Path) -> None:
    files = unchanged.seen([tmp_path])
    files.demand_unchanged()
    (tmp_path / "parts").mkdir()
    for number in range(7):
        (tmp_path / "parts" / f"{number}.parquet").write_bytes(b"")
    with pytest.raises(WarehouseAway) as told:
        files.demand_unchanged()
    names = ", ".join(f"{n}.parquet" for n in range(5))
    assert told.value.problem == f"{names} and 2 more changed while it was in use"
