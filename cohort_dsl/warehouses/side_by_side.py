"""Answers laid side by side by patients' numbers, so that no engine has to join them.

A join looks each patient up in a table of hashes, for every step that has answered. Here
columns are taken in the patients' order, a piece of these at a time, while whoever reads
them works on. By NumPy: Arrow's own ``take`` needs eight times as long where places may be
missing.
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
    """A part, and which of its rows are of the people of each piece: no more is held.

    So a part about few people is small, however many there are.
    """

    def __init__(self, part: pa.Table, people: int) -> None:
        numbers, *columns = map(_whole, part.columns)
        self._numbers = numbers.to_numpy()
        _demand_each_once(self._numbers, people)
        pieces = (self._numbers // PIECE).astype(np.uint16)  # such are sorted quickest
        self._rows = np.argsort(pieces, kind="stable")
        many = np.bincount(pieces, minlength=people // PIECE + 1)
        self._ends = [0, *np.cumsum(many)]
        self._people = people
        self._takes = [_taking(column) for column in columns]

    def columns(self, start: int) -> Iterator[pa.Array]:
        """Of the people from this one on."""
        piece, nowhere = start // PIECE, len(self._numbers)
        rows = self._rows[self._ends[piece] : self._ends[piece + 1]]
        places = np.full(min(PIECE, self._people - start), nowhere, np.int64)
        places[self._numbers[rows] - start] = rows
        there = _bits(places != nowhere)
        return (take(places, there) for take in self._takes)


def _demand_each_once(numbers: Places, people: int) -> None:
    met = np.zeros(people, bool)
    met[numbers] = True
    if np.count_nonzero(met) < len(numbers):
        raise WarehouseError(
            "a patient has several rows in a table of one row a patient",
            where="the warehouse",
            remedy="Run `strongroom warehouse check` to compare the mapping with it.",
        )


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
    valid = None
    if column.null_count:
        valid = _padded(column.is_valid().cast(pa.uint8()).to_numpy())

    def take(places: Places, there: Cells) -> pa.Array:
        bits = there if valid is None else _bits(valid.take(places))
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
