"""Columns kept as narrow as their values allow, on a disk until that is known.

A number's width is known only after its last row. So rows are kept, each batch as narrow
as it can be, in a file that has no name, and read again when all have come, unless they
were ``early``. That costs a tenth of what it takes to write them as Parquet, and the
warehouse doesn't wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from cohort_dsl.model.categories import MOST

WIDTHS = tuple(
    ((-(2 ** (bits - 1)), 2 ** (bits - 1) - 1), kind)
    for bits, kind in (
        (8, pa.int8()),
        (16, pa.int16()),
        (32, pa.int32()),
        (64, pa.int64()),
    )
)


def width(low: int, high: int) -> pa.DataType:
    """The narrowest type of ints that has both."""
    return next(kind for (least, most), kind in WIDTHS if least <= low and high <= most)


class Kept(Protocol):
    """How a column's values are kept. ``type``: in the end, once all have come.

    ``words``: how many strings it knows, where it keeps their places.
    """

    @property
    def words(self) -> int: ...

    @property
    def type(self) -> pa.DataType: ...

    def packed(self, values: pa.Array) -> pa.Array:
        """The next values, as they are kept meanwhile."""
        ...

    def unpacked(self, kept: pa.Array) -> pa.Array:
        """Of the type in the end."""
        ...


class AsTheyCome:
    """Types that have one width."""

    words = 0

    def __init__(self, kind: pa.DataType) -> None:
        self.type = kind

    def packed(self, values: pa.Array) -> pa.Array:
        return values

    def unpacked(self, kept: pa.Array) -> pa.Array:
        return kept


class Ints:
    """The narrowest ints that hold all; 8 bits where there are none."""

    words = 0

    def __init__(self) -> None:
        self._low = self._high = 0

    @property
    def type(self) -> pa.DataType:
        return width(self._low, self._high)

    def packed(self, values: pa.Array) -> pa.Array:
        found = pc.min_max(values)
        low, high = found["min"].as_py() or 0, found["max"].as_py() or 0
        self._low, self._high = min(self._low, low), max(self._high, high)
        return values.cast(width(min(low, 0), max(high, 0)))

    def unpacked(self, kept: pa.Array) -> pa.Array:
        return kept.cast(self.type)


class Words:
    """Strings out of known categories: places in a list, which others are appended to.

    A column that holds far more than categories is one of strings after all.
    """

    def __init__(self, categories: tuple[str, ...]) -> None:
        self._known = pa.array(categories, pa.string())
        self._far_more = False

    @property
    def words(self) -> int:
        return len(self._known)

    @property
    def type(self) -> pa.DataType:
        if self._far_more:
            return pa.string()
        return pa.dictionary(width(0, max(0, len(self._known) - 1)), pa.string())

    def packed(self, values: pa.Array) -> pa.Array:
        if self._far_more:
            return values
        places = pc.index_in(values, self._known)
        if places.null_count > values.null_count:
            unknown = pc.and_(places.is_null(), values.is_valid())
            others = pc.unique(values.filter(unknown))
            self._known = pa.concat_arrays([self._known, others])
            self._far_more = len(self._known) > 2 * MOST
            places = pc.index_in(values, self._known)
        return values if self._far_more else places.cast(width(0, len(self._known)))

    def unpacked(self, kept: pa.Array) -> pa.Array:
        if not self._far_more:
            places = kept.cast(self.type.index_type)
            return pa.DictionaryArray.from_arrays(places, self._known)
        return kept if kept.type == pa.string() else self._known.take(kept)


class Spool:
    """Batches of a schema, kept narrow in ``file``, which is empty at first.

    ``categories``: of columns, the values that are expected. The first column, which says
    whose a row is, stays as it comes.
    """

    def __init__(
        self, schema: pa.Schema, categories: Mapping[str, tuple[str, ...]], file: IO[bytes]
    ) -> None:
        self._asked, self._file, self._batches = schema, file, 0
        self._columns = [
            AsTheyCome(field.type) if place == 0 else _kept(field, categories)
            for place, field in enumerate(schema)
        ]
        self.rows = 0

    def put(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Keep a batch of the schema; what is kept of it."""
        held = zip(self._columns, batch.columns, strict=True)
        packed = [column.packed(values) for column, values in held]
        narrow = pa.RecordBatch.from_arrays(packed, names=self._asked.names)
        with pa.ipc.new_stream(self._file, narrow.schema) as stream:
            stream.write_batch(narrow)
        self._batches += 1
        self.rows += batch.num_rows
        return narrow

    @property
    def shape(self) -> tuple[tuple[pa.DataType, int], ...]:
        """While it stays the same, so does what the columns of any batch are in the end."""
        return tuple((column.type, column.words) for column in self._columns)

    @property
    def schema(self) -> pa.Schema:
        """The columns of all that was put, each as narrow as can be."""
        fields = zip(self._asked, self._columns, strict=True)
        return pa.schema([field.with_type(column.type) for field, column in fields])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All that was put, in order, once; then nothing more can be."""
        self._file.seek(0)
        for _ in range(self._batches):
            with pa.ipc.open_stream(self._file) as stream:
                (kept,) = stream  # its end is read too
                yield self.unpacked(kept)

    def unpacked(self, kept: pa.RecordBatch) -> pa.RecordBatch:
        """What is kept of a batch, as it is in the end if nothing else comes."""
        held = zip(self._columns, kept.columns, strict=True)
        columns = [column.unpacked(values) for column, values in held]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)


def _kept(field: pa.Field, categories: Mapping[str, tuple[str, ...]]) -> Kept:
    if pa.types.is_int64(field.type):
        return Ints()
    if field.type == pa.string() and categories.get(field.name):
        return Words(categories[field.name])
    return AsTheyCome(field.type)
