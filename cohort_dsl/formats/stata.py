"""Stata's own file format, version 118 (Stata 14 and later), through pandas.

Numbers are as narrow as Stata has them; yes and no are 1 and 0; days have the format %td;
categories are value labels; a missing string is an empty one, because Stata has no other.
What Stata can't hold is refused, never cut or rounded: names of more than 32 characters
or with a meaning in Stata, strings of more than 2045 bytes, ints beyond 2^53, numbers
beyond 2^1023. The file is made in memory, so that there is a limit on its cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cohort_dsl.errors import DefinitionError

if TYPE_CHECKING:
    import pandas as pd

MOST_CELLS = 20_000_000
MOST_COLUMNS = 32_767
MOST_CHARACTERS = 32  # of a name
MOST_BYTES = 2_045  # of a string
LARGEST_INT = 2**53
LARGEST = 2.0**1023
NO_TIME = datetime(1960, 1, 1, tzinfo=UTC)  # the same rows give the same bytes

RESERVED = frozenset(
    {
        *("aggregate", "array", "boolean", "break", "byte", "case"),
        *("catch", "class", "colvector", "complex", "const", "continue"),
        *("default", "delegate", "delete", "do", "double", "else"),
        *("eltypedef", "end", "enum", "explicit", "export", "external"),
        *("float", "for", "friend", "function", "global", "goto"),
        *("if", "in", "inline", "int", "local", "long"),
        *("NULL", "pragma", "protected", "quad", "rowvector", "short"),
        *("strL", "typedef", "typename", "using", "virtual", "with"),
    }
)
"""Words of Stata and of its Mata, which pandas would put another name for."""
STRING_TYPE = re.compile(r"str[0-9]+")

OTHERWISE = "Write .parquet or .csv.gz instead, or ask for less."


def write(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """DefinitionError for what a file of Stata's can't hold."""
    frame = _frame(pa.concat_tables([schema.empty_table(), *_bounded(tables)]))
    days = [field.name for field in schema if pa.types.is_date(field.type)]
    frame.to_stata(
        path,
        convert_dates=dict.fromkeys(days, "td"),
        write_index=False,
        time_stamp=NO_TIME,
        version=118,
    )


def refuse_names(names: Sequence[str]) -> None:
    """DefinitionError unless Stata can call its variables so, and have so many."""
    if len(names) > MOST_COLUMNS:
        raise _refused(f"more than {MOST_COLUMNS} columns")
    for name in names:
        if len(name) > MOST_CHARACTERS:
            raise _refused(f"the name {name}, of more than {MOST_CHARACTERS} characters")
        if name in RESERVED or STRING_TYPE.fullmatch(name):
            raise _refused(f"the name {name}, which has a meaning of its own there")


def _bounded(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    cells = 0
    for table in tables:
        cells += table.num_rows * table.num_columns
        if cells > MOST_CELLS:
            raise _refused(f"more than {MOST_CELLS:,} values")
        for field in table.schema:
            _refuse_values(field, table.column(field.name))
        yield table


def _refuse_values(field: pa.Field, values: pa.ChunkedArray) -> None:
    kind = field.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) and _beyond(pc.binary_length(values), MOST_BYTES):
        raise _refused(f"a string of more than {MOST_BYTES} bytes, in {field.name}")
    if pa.types.is_int64(kind) and _beyond(values, LARGEST_INT):
        raise _refused(f"an int beyond 2^53, in {field.name}")
    if pa.types.is_floating(kind) and _beyond(values, LARGEST):
        raise _refused(f"a number beyond 2^1023, in {field.name}")


def _beyond(values: pa.ChunkedArray, most: float) -> bool:
    found = pc.min_max(values)
    least, largest = found["min"].as_py() or 0, found["max"].as_py() or 0
    return bool(max(-least, largest) > most)


def _frame(table: pa.Table) -> pd.DataFrame:
    import pandas as pd

    kinds = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    plain = [_said(field, table.column(field.name)) for field in table.schema]
    table = pa.table(plain, names=table.schema.names)
    found: pd.DataFrame = table.to_pandas(types_mapper=kinds.get, date_as_object=False)
    return found


def _said(field: pa.Field, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Strings with "" for missing ones; so are categories of nobody: pandas has none."""
    if pa.types.is_dictionary(field.type) and not len(values):
        return values.cast(pa.string())
    return values.fill_null("") if pa.types.is_string(field.type) else values


def _refused(what: str) -> DefinitionError:
    return DefinitionError(
        f"a file of Stata's can't hold {what}", where="the .dta file", remedy=OTHERWISE
    )
