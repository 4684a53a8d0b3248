"""Types as narrow as values allow, found out without holding the rows."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl import cohort_file, early, narrow
from cohort_dsl.cohort_file import GROUP, Columns
from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import BOOL, FLOAT, INT, STR
from cohort_dsl.narrow import Spool
from cohort_dsl.progress import Progress
from cohort_dsl.warehouses.rows import Rows

SHA = "0" * 64


def kept(kind, *batches, categories=()):
    """The column of these batches, as it is in the end."""
    schema = pa.schema([("patient_id", pa.int64()), ("x", kind)])
    with tempfile.TemporaryFile() as file:
        spool = Spool(schema, {"x": categories} if categories else {}, file)
        for values in batches:
            ids = list(range(len(values)))
            spool.put(pa.RecordBatch.from_pydict({"patient_id": ids, "x": values}, schema))
        made = pa.Table.from_batches(list(spool.batches()), spool.schema)
    assert made.column("x").to_pylist() == [value for values in batches for value in values]
    return made.column("x")


@pytest.mark.parametrize(
    ("batches", "bits"),
    [
        ([[]], 8),
        ([[None, None]], 8),
        ([[0, 1, None]], 8),
        ([[-128, 127]], 8),
        ([[128]], 16),
        ([[-129], [3]], 16),
        ([[1], [32_768]], 32),
        ([[2**31], [1], [None]], 64),
        ([[-(2**63), 2**63 - 1]], 64),
        ([[100_000], [-1, 1]], 32),
    ],
)
def test_ints_are_as_wide_as_the_widest_of_them(batches, bits):
    assert kept(pa.int64(), *batches).type == getattr(pa, f"int{bits}")()


def test_other_types_have_one_width():
    for kind, values in ((pa.bool_(), [True, None]), (pa.float64(), [1.0, None])):
        assert kept(kind, values, values).type == kind
    assert kept(pa.string(), ["a"]).type == pa.string()


def test_words_out_of_categories_are_places_among_them():
    found = kept(pa.string(), ["b", None], ["a", "b"], categories=("a", "b", "c"))
    assert found.type == pa.dictionary(pa.int8(), pa.string())
    assert found.chunk(0).dictionary.to_pylist() == ["a", "b", "c"]


def test_words_beyond_the_categories_come_after_them_as_they_are_met():
    batches = [["y", "a"], ["x", "y", None]]
    found = kept(pa.string(), *batches, categories=("a", "b"))
    assert found.chunk(0).dictionary.to_pylist() == ["a", "b", "y", "x"]
    many = [str(n) for n in range(200)]
    assert kept(pa.string(), many, categories=("a",)).type.index_type == pa.int16()


def test_far_more_words_than_categories_are_strings_after_all(monkeypatch):
    monkeypatch.setattr(narrow, "MOST", 2)
    batches = [["a", None], ["u", "v", "w", "x"], ["y", "a"]]
    assert kept(pa.string(), *batches, categories=("a",)).type == pa.string()


# All of a file ---------------------------------------------------------------------

COLUMNS = Columns(
    {"patient_id": INT, "n": INT, "sex": STR, "ill": BOOL, "weight": FLOAT, "big": INT},
    {"sex": ("f", "m")},
)
SIZE = 20_000


def batches(many: int) -> Iterator[pa.RecordBatch]:
    schema = COLUMNS.schema
    for number in range(many):
        ids = pa.array(range(number * SIZE, (number + 1) * SIZE), pa.int64())
        columns = {
            "patient_id": ids,
            "n": pa.array([n % 100 for n in range(SIZE)], pa.int64()),
            "sex": ["f", "m"] * (SIZE // 2),
            "ill": [True, None] * (SIZE // 2),
            "weight": pa.array([n / 7 for n in range(SIZE)]),
            "big": ids,
        }
        yield pa.RecordBatch.from_pydict(columns, schema)


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".csv", ".csv.gz"])
def test_memory_does_not_grow_with_rows(tmp_path, suffix):
    """A few batches and one group of rows are held, whether there are few or many."""

    def most(many):
        seen, before = [], pa.total_allocated_bytes()

        def looked(*numbers):
            seen.append(pa.total_allocated_bytes() - before)

        told = Progress(answered=looked, written=looked)
        rows = Rows(COLUMNS.schema, batches(many))
        cohort_file.write(rows, COLUMNS, tmp_path / f"c{suffix}", SHA, told)
        return max(seen)

    most(1)
    few, many = most(12), most(48)
    assert many < 2 * few  # of four times the rows; a writer beside holds some more or less
    assert few < 3 * GROUP * 8 * len(COLUMNS.types)


def test_how_far_it_is_is_told(tmp_path):
    told = []
    progress = Progress(
        answered=lambda rows: told.append(("answered", rows)),
        written=lambda rows, of: told.append(("written", rows, of)),
    )
    rows = Rows(COLUMNS.schema, batches(6))
    cohort_file.write(rows, COLUMNS, tmp_path / "c.parquet", SHA, progress)
    assert told == [
        *(("answered", SIZE * n) for n in range(1, 7)),
        ("written", 6 * SIZE, 6 * SIZE),
    ]


def test_nothing_is_left_beside_a_file_while_it_is_made(tmp_path):
    """But the draft: rows on their way have no name that a killed process would leave."""
    seen: set[str] = set()
    look = Progress(answered=lambda rows: seen.update(p.name for p in tmp_path.iterdir()))
    rows = Rows(COLUMNS.schema, batches(2))
    cohort_file.write(rows, COLUMNS, tmp_path / "c.parquet", SHA, look)
    assert seen == {".c.parquet.partial"}
    assert [p.name for p in Path(tmp_path).iterdir()] == ["c.parquet"]


def test_groups_of_rows_share_their_categories(tmp_path):
    rows = Rows(COLUMNS.schema, batches(6))
    path = cohort_file.write(rows, COLUMNS, tmp_path / "c.parquet", SHA).path
    assert pq.read_metadata(path).num_row_groups == 2
    assert list(pq.read_table(path).to_pandas()["sex"].cat.categories) == ["f", "m"]


# Begun early ---------------------------------------------------------------------------

ONE = Columns({"patient_id": INT, "x": INT, "sex": STR}, {"sex": ("f", "m")})
LAST = {
    "as the first": (1, "f"),
    "a wider int": (1000, "f"),
    "a string of no category": (1, "other"),
    "nothing": (None, None),
}


def rows_with_a_last(x: int | None, sex: str | None, many: int = 6) -> Rows:
    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(many):
            ids = range(number * SIZE, (number + 1) * SIZE)
            columns = {"patient_id": ids, "x": [1] * SIZE, "sex": ["f", "m"] * (SIZE // 2)}
            yield pa.RecordBatch.from_pydict(columns, ONE.schema)
        for number in range(2):
            last = {"patient_id": [many * SIZE + number], "x": [x], "sex": [sex]}
            yield pa.RecordBatch.from_pydict(last, ONE.schema)

    return Rows(ONE.schema, batches())


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
@pytest.mark.parametrize("last", LAST)
def test_a_file_that_is_begun_early_is_the_same(tmp_path, monkeypatch, last, suffix):
    found = []
    for name, first in (("early", 100_000), ("late", 1_000_000)):
        monkeypatch.setattr(early, "FIRST", first)
        path = tmp_path / f"{name}{suffix}"
        found.append(cohort_file.write(rows_with_a_last(*LAST[last]), ONE, path, SHA))
    assert found[0].sha256 == found[1].sha256
    assert found[0].rows == found[1].rows == 6 * SIZE + 2


def test_a_file_that_no_row_comes_to_undo_is_written_once(tmp_path, monkeypatch):
    written = []
    once = cohort_file._written
    monkeypatch.setattr(
        cohort_file,
        "_written",
        lambda *some, **how: written.append(1) or once(*some, **how),
    )
    for name, times in (("as the first", 1), ("a wider int", 2)):
        written.clear()
        cohort_file.write(rows_with_a_last(*LAST[name]), ONE, tmp_path / "c.parquet", SHA)
        assert len(written) == times


def test_what_writing_raises_is_raised_where_rows_come_from(tmp_path):
    """As where a disk is full: nobody waits for a thread that is there no more."""
    with tempfile.TemporaryFile() as file, pytest.raises(OSError, match="full"):
        early.written(
            rows_with_a_last(1, "f", 12).reveal(), Spool(ONE.schema, {}, file), full
        )


def full(batches, schema):
    next(iter(batches))
    raise OSError("the disk is full")


def test_nobody_writes_any_more_where_no_more_rows_come(tmp_path):
    def failing() -> Iterator[pa.RecordBatch]:
        yield from rows_with_a_last(1, "f").reveal()
        raise pa.ArrowInvalid("somebody's value")

    path, rows = tmp_path / "c.parquet", Rows(ONE.schema, failing())
    with pytest.raises(WarehouseError, match="failed"):
        cohort_file.write(rows, ONE, path, SHA)
    assert not list(tmp_path.iterdir())
    assert not [t for t in threading.enumerate() if t.name.startswith("cohort-file")]
