"""Answers laid side by side by patients' numbers, so that no engine has to join them.

A join looks each patient up in a table of hashes, for every step that has answered. Here
it is noted once for each step at which place of its result a patient is; then the columns
are taken in order, a piece of the patients at a time, while whoever reads them works on.
By NumPy: Arrow's own ``take`` needs eight times as long where places may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cohort_dsl.errors import WarehouseError

PIECE = 65_536  # patients

Places: TypeAlias = "npt.NDArray[np.int64]"
Cells: TypeAlias = "npt.NDArray[Any]"
Take: TypeAlias = Callable[[Places, Cells], pa.Array]
"""Values at places; the bits say which of these there are."""


def side_by_side(people: pa.Table, parts: Sequence[pa.Table]) -> pa.RecordBatchReader:
    """The people's column, then those of the parts but their first, which has numbers.

    A number is a person's place among the people, from 0 on. WarehouseError where a part
    has one twice.
    """
    fields = [*people.schema, *(field for part in parts for field in [*part.schema][1:])]
    schema = pa.schema([field.with_type(_long(field.type)) for field in fields])
    laid = [_Laid(part, people.num_rows) for part in parts]
    return pa.RecordBatchReader.from_batches(schema, _pieces(people, laid, schema))


def _pieces(
    people: pa.Table, laid: Sequence[_Laid], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    ids = _whole(people.column(0))
    for start in range(0, len(ids), PIECE):
        its = (column for one in laid for column in one.columns(start))
        columns = [ids.slice(start, PIECE), *its]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


class _Laid:
    """A part, and where in it each person is: beyond its end if nowhere."""

    def __init__(self, part: pa.Table, people: int) -> None:
        numbers, *columns = map(_whole, part.columns)
        self._rows = len(numbers)
        self._places = np.full(people, self._rows, np.int64)
        self._places[numbers.to_numpy()] = np.arange(self._rows)
        if np.count_nonzero(self._places != self._rows) < self._rows:
            raise WarehouseError(
                "a patient has several rows in a table of one row a patient",
                where="the warehouse",
                remedy="Run `strongroom warehouse check` to compare the mapping with it.",
            )
        self._takes = [_taking(column) for column in columns]

    def columns(self, start: int) -> Iterator[pa.Array]:
        """Of the people from this one on."""
        places = self._places[start : start + PIECE]
        there = _bits(places != self._rows)
        return (take(places, there) for take in self._takes)


def _taking(column: pa.Array) -> Take:
    """What gives the column's values at these places; NULL beyond its end."""
    if pa.types.is_boolean(column.type):
        whole = _padded(column.fill_null(False).cast(pa.uint8()).to_numpy())
        return _fixed(column, lambda places: _bits(whole.take(places)))
    if pa.types.is_large_string(column.type):
        return lambda places, _: column.take(pa.array(places, mask=places == len(column)))
    cells = np.frombuffer(column.buffers()[1], f"i{column.type.bit_width // 8}")
    values = _padded(cells[column.offset : column.offset + len(column)])
    return _fixed(column, values.take)


def _fixed(column: pa.Array, cells: Callable[[Places], Cells]) -> Take:
    """For values of one width: their bytes, and bits for those that are there."""
    valid = _padded(column.is_valid().cast(pa.uint8()).to_numpy())
    some_null = column.null_count > 0

    def take(places: Places, there: Cells) -> pa.Array:
        bits = _bits(valid.take(places)) if some_null else there
        buffers = [pa.py_buffer(bits), pa.py_buffer(cells(places))]
        return pa.Array.from_buffers(column.type, len(places), buffers)

    return take


def _bits(cells: Cells) -> Cells:
    return np.packbits(cells, bitorder="little")


def _padded(cells: Cells) -> Cells:
    """With one more, for those who are nowhere."""
    return np.append(cells, np.zeros(1, cells.dtype))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.cast(_long(column.type)).combine_chunks()


def _long(kind: pa.DataType) -> pa.DataType:
    """Strings of millions of people are more bytes than Arrow's usual ones can be."""
    return pa.large_string() if kind == pa.string() else kind
