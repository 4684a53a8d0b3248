"""An extraction that is lost goes on with its next piece, of the same state of the data."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy as sa

from cohort_dsl import INTERVAL, create_dataset
from cohort_dsl.cohort_file import CohortFile
from cohort_dsl.errors import SnapshotLost, WarehouseAway
from cohort_dsl.extract import cohorts
from cohort_dsl.load import question_of
from cohort_dsl.model.query import Query
from cohort_dsl.pieces import done
from cohort_dsl.sql.ranges import Range, ranges
from cohort_dsl.tables.contract import lab_results, patients
from cohort_dsl.warehouses.duckdb import holding
from tests.a_flashing import Flashing, Story, away

CANARY = "canary-7f3a"
TABLES = {
    "patients": pa.table(
        {
            "patient_id": [5, 2, 1, 3, 4, 7, 6],
            "sex": ["male", "female", None, "male", "female", "male", "male"],
        }
    ),
    "lab_results": pa.table(
        {"patient_id": [1, 2, 7, 3, 2], "numeric_value": [4.5, None, 2.5, 1.0, 2.5]}
    ),
}
AS_TEXT = {
    name: table.set_column(
        0, "patient_id", pa.array([f"é{n:02}" for n in table["patient_id"].to_pylist()])
    )
    for name, table in TABLES.items()
}


def a_query(*periods: tuple[str, str], value: bool = True) -> Query:
    dataset = create_dataset()
    dataset.define_population(patients.sex.is_not_null())
    dataset.sex = patients.sex
    dataset.number = lab_results.count_for_patient()
    if value:
        dataset.add_event_table("labs", value=lab_results.numeric_value)
    if periods:
        dataset.late = patients.date_of_birth.is_before(INTERVAL.start_date)
        dataset.define_periods(list(periods))
    found = question_of(dataset)
    assert isinstance(found, Query)
    return found


def extracted(
    query: Query,
    target: Path,
    story: Story | None = None,
    tables: dict[str, pa.Table] = TABLES,
    opposed: int | None = None,
) -> tuple[CohortFile, ...]:
    """By a connection of its own; without a story by a warehouse that can't go back."""
    with duckdb.connect(":memory:") as memory:
        schemas = {schema.name: schema for schema in query.tables()}
        held = holding(memory, tables, schemas)
        if opposed is not None:
            its = sa.select(sa.literal(opposed, sa.BigInteger()).label("patient_id"))
            held.catalog = replace(held.catalog, left_out=its.subquery("opposed"))
        if story is None:
            return cohorts(query, held, target)
        return cohorts(query, Flashing(memory, held.catalog, story), target)


def hashes(made: tuple[CohortFile, ...]) -> list[str]:
    return [one.sha256 for file in made for one in (file, *file.event_tables)]


@pytest.mark.parametrize("tables", [TABLES, AS_TEXT])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pieces_put_together_are_the_answer(
    tmp_path: Path, size: int, tables: dict[str, pa.Table]
) -> None:
    story = Story(size)
    made = extracted(a_query(), tmp_path / "pieces.parquet", story, tables)
    whole = extracted(a_query(), tmp_path / "whole.parquet", None, tables)
    assert hashes(made) == hashes(whole)
    assert len(story.asked) == -(-7 // size)
    assert list(tmp_path.glob(".*")) == []


def test_what_was_lost_goes_on_with_the_next_piece_of_the_same_moment(
    tmp_path: Path,
) -> None:
    target, story = tmp_path / "cohort.parquet", Story(breaks={2: away()})
    with pytest.raises(WarehouseAway):
        extracted(a_query(), target, story)
    assert not target.exists()
    assert done(tmp_path) == 2
    made = extracted(a_query(), target, story)
    held = ranges((1, 3, 5, 7))
    asked = [held[0], held[1], held[2], held[2], held[3]]
    assert story.asked == [(one, "moment 1") for one in asked]
    assert hashes(made) == hashes(extracted(a_query(), tmp_path / "whole.parquet"))
    assert done(tmp_path) == 0


def test_periods_share_their_moment_and_none_is_asked_for_twice(tmp_path: Path) -> None:
    query = a_query(("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31"))
    target, story = tmp_path / "cohort.parquet", Story(4, breaks={3: away()})
    with pytest.raises(WarehouseAway):
        extracted(query, target, story)
    made = extracted(query, target, story)
    assert {moment for _, moment in story.asked} == {"moment 1"}
    assert len(story.asked) == 5
    assert hashes(made) == hashes(extracted(query, tmp_path / "whole.parquet"))


def test_a_state_that_is_no_longer_kept_starts_all_over(tmp_path: Path) -> None:
    gone = SnapshotLost("it is too old", where="warehouse", remedy="keep it longer")
    target, story = tmp_path / "cohort.parquet", Story(breaks={2: gone})
    with pytest.raises(SnapshotLost):
        extracted(a_query(), target, story)
    assert done(tmp_path) == 0
    extracted(a_query(), target, story)
    assert [moment for _, moment in story.asked[3:]] == ["moment 2"] * 4


def test_another_question_begins_anew(tmp_path: Path) -> None:
    target, story = tmp_path / "cohort.parquet", Story(breaks={1: away()})
    with pytest.raises(WarehouseAway):
        extracted(a_query(), target, story)
    made = extracted(a_query(value=False), target, story)
    assert {moment for _, moment in story.asked[2:]} == {"moment 2"}
    whole = extracted(a_query(value=False), tmp_path / "whole.parquet")
    assert hashes(made) == hashes(whole)


def test_who_is_left_out_since_then_is_in_no_piece_from_before(tmp_path: Path) -> None:
    target, story = tmp_path / "cohort.parquet", Story(breaks={3: away()})
    with pytest.raises(WarehouseAway):
        extracted(a_query(), target, story, opposed=6)
    made = extracted(a_query(), target, story, opposed=2)
    whole = extracted(a_query(), tmp_path / "whole.parquet", opposed=2)
    assert hashes(made) == hashes(whole)
    assert {moment for _, moment in story.asked[4:]} == {"moment 2"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda piece: (piece / "cohort.arrow").write_bytes(b""),
        lambda piece: (piece / "events.labs.arrow").unlink(),
        lambda piece: (piece / "sha256.json").write_text("{}x"),
    ],
)
def test_a_piece_that_a_disk_damaged_is_asked_for_again(tmp_path: Path, damage) -> None:
    target, story = tmp_path / "cohort.parquet", Story(breaks={2: away()})
    with pytest.raises(WarehouseAway):
        extracted(a_query(), target, story)
    [piece, _] = sorted(path for path in tmp_path.glob(".*.pieces/*-0000?"))
    damage(piece)
    made = extracted(a_query(), target, story)
    assert len(story.asked) == 6
    assert hashes(made) == hashes(extracted(a_query(), tmp_path / "whole.parquet"))


@pytest.mark.parametrize("held", ["{", "[]", '{"format": "pieces", "version": 2}'])
def test_what_cannot_be_read_begins_anew(tmp_path: Path, held: str) -> None:
    target, story = tmp_path / "cohort.parquet", Story(breaks={1: away()})
    with pytest.raises(WarehouseAway):
        extracted(a_query(), target, story)
    [begun] = tmp_path.glob(".*.pieces/begun.json")
    begun.write_text(held)
    extracted(a_query(), target, story)
    assert [moment for _, moment in story.asked[2:]] == ["moment 2"] * 4


def test_pieces_are_for_the_sites_account_alone(tmp_path: Path) -> None:
    target, story = tmp_path / "cohort.parquet", Story(breaks={1: away()})
    with pytest.raises(WarehouseAway):
        extracted(a_query(), target, story)
    [folder] = tmp_path.glob(".*.pieces")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.glob("*-*")]}
    assert modes == {0o700}
    told = json.loads((folder / "begun.json").read_text())
    assert (told["format"], told["version"]) == ("pieces", 1)
    assert told["starts"] == [1, 3, 5, 7]


def test_a_range_does_not_print_whom_it_is_of() -> None:
    assert CANARY not in repr(Range(CANARY, CANARY))


def test_whatever_the_ids_are_every_patient_is_in_one_range() -> None:
    assert ranges(()) == (Range(None, None),)
    assert ranges((3,)) == (Range(None, None),)
    assert ranges((3, 7)) == (Range(None, 7), Range(7, None))
