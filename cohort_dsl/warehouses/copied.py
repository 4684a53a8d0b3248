"""What PostgreSQL's binary COPY sends, as Arrow: no value becomes an object of Python's.

A row comes as one message: the number of its fields, and for each field its length and
its bytes, or the length -1 for NULL. Where a field begins follows from the lengths before
it, so all rows of a block are read together, one column after the other. Numbers, dates
and text come as the server holds them; no setting of how it writes them has a say.

See "Binary Format" of COPY in PostgreSQL's manual.
"""

from __future__ import annotations

import re
import selectors
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from cohort_dsl.sql import Statement
from cohort_dsl.sql.postgresql import POSTGRESQL, TYPES
from cohort_dsl.sql.postgresql_names import called
from cohort_dsl.warehouses.rows import ARROW

Cells: TypeAlias = "npt.NDArray[Any]"
Block: TypeAlias = "tuple[Cells, Cells]"
"""The bytes of some rows, and where each row begins."""

BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
END = b"\xff\xff"  # instead of a number of fields
ROOM = 12  # bytes behind the last field, for views that read a cell wherever it begins

SENT: Mapping[pa.DataType, str] = MappingProxyType(
    {pa.bool_(): "u1", pa.int64(): ">i8", pa.float64(): ">f8", pa.date32(): ">i4"}
)
KINDS: Mapping[pa.DataType, str] = MappingProxyType(
    {ARROW[kind]: TYPES[kind].compile(POSTGRESQL.renderer()) for kind in ARROW}
)
"""What the server calls each type of an answer."""

EPOCH = (date(2000, 1, 1) - date(1970, 1, 1)).days
FIRST, LAST = ((day - date(2000, 1, 1)).days for day in (date.min, date.max))


def order(connection: psycopg.Connection[Any], asked: Statement, schema: pa.Schema) -> str:
    """The order to send the rows, in the types of the schema."""
    columns = ", ".join(
        f"CAST({quoted(called(field.name))} AS {KINDS[field.type]})" for field in schema
    )
    rows = _with_values(connection, asked)
    return f"COPY (SELECT {columns} FROM ({rows}) AS answer) TO STDOUT (FORMAT binary)"  # noqa: S608 - our own text


def _with_values(connection: psycopg.Connection[Any], asked: Statement) -> str:
    """The statement's text with its constants in it, quoted by libpq itself.

    COPY is the one statement that takes no parameters.
    """

    def literal(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        value = asked.parameters[int(found[1]) - 1]
        told = repr(value) if isinstance(value, float) else value
        return sql.Literal(told).as_string(connection)

    return _PARAMETER.sub(literal, asked.text)


# A parameter; before it what may hold the same signs: texts, and names with a $ in them.
_PARAMETER = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\W\d][\w$]*|\$(\d+)""")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# Reading -----------------------------------------------------------------------


def batches(
    connection: psycopg.Connection[Any], schema: pa.Schema, rows: int
) -> Generator[pa.RecordBatch]:
    """The rows of the COPY that is under way there, so many at a time, to its end.

    pa.ArrowInvalid where something else came than rows of this schema, psycopg.Error where
    the server breaks off. It sends the next rows while these are made into columns.
    """
    coming = _rows(connection.pgconn)
    with ThreadPoolExecutor(1, "rows") as thread:
        next_block = thread.submit(_block, coming, rows)
        while (block := next_block.result()) is not None:
            next_block = thread.submit(_block, coming, rows)
            yield _columns(block, schema)


def _rows(server: PGconn) -> Iterator[memoryview]:
    """Each row by itself; the beginning stands before the first, or before the end."""
    coming = _messages(server)
    first = bytes(next(coming, b""))
    _demand(first.startswith(BEGIN))
    for row in chain([memoryview(first.removeprefix(BEGIN))], coming):
        if len(row) > len(END):  # else the end, or a beginning that came alone
            yield row


def _messages(server: PGconn) -> Iterator[memoryview]:
    """As psycopg's own COPY gives them, but without a turn of its loop for each."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(server.socket, selectors.EVENT_READ)
        while True:
            try:
                size, message = server.get_copy_data(1)
            except psycopg.OperationalError:
                _end(server)  # where the server had time to say why
                raise
            if size > 0:
                yield message
            elif size < 0:
                return _end(server)
            else:
                waiting.select()
                server.consume_input()


def _end(server: PGconn) -> None:
    """psycopg.Error where the server says that it broke off; the session is free again."""
    for result in list(iter(server.get_result, None)):
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)


def _block(rows: Iterator[memoryview], size: int) -> Block | None:
    """Copied out of the driver's memory at once, which would keep a message's for long."""
    held, sizes = bytearray(), [0]
    for row in islice(rows, size):
        held += row
        sizes.append(len(row))
    if len(sizes) == 1:
        return None
    held += bytes(ROOM)
    return np.frombuffer(held, np.uint8), np.cumsum(np.array(sizes, np.int64))


def _columns(block: Block, schema: pa.Schema) -> pa.RecordBatch:
    held, ends = block
    at = ends[:-1]
    _demand(bool(np.all(_at(held, ">i2")[at] == len(schema))))
    at = at + 2
    columns = []
    for field in schema:
        read = _texts if field.type == pa.string() else partial(_numbers, field.type)
        column, at = read(held, at, ends[1:])
        columns.append(column)
    _demand(bool(np.all(at == ends[1:])))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _at(held: Cells, kind: npt.DTypeLike) -> Cells:
    """The values that begin at each byte, whatever its place."""
    width = np.dtype(kind).itemsize
    shape = (len(held) - width + 1,)
    first = np.frombuffer(held, kind, 1)
    return np.lib.stride_tricks.as_strided(first, shape, (1,), writeable=False)


def _numbers(
    kind: pa.DataType, held: Cells, at: Cells, ends: Cells
) -> tuple[pa.Array, Cells]:
    """The fields that begin there, and where the next ones do, before the rows' ends.

    A length and what it is of are fetched together: most of the time goes into fetching.
    """
    cell = np.dtype([("size", ">i4"), ("value", SENT[kind])])
    width = cell["value"].itemsize
    found = _at(held, f"V{cell.itemsize}")[at].view(cell)
    there = found["size"] == width
    all_there = bool(there.all())
    _demand(all_there or bool(np.all(there | (found["size"] == -1))))
    next_ones = at + np.where(there, cell.itemsize, cell.itemsize - width)
    _demand(bool(np.all(next_ones <= ends)))
    cells = _native(kind, np.ascontiguousarray(found["value"]), there)
    valid = None if all_there else _bits(there)
    return pa.Array.from_buffers(kind, len(at), [valid, cells]), next_ones


def _native(kind: pa.DataType, sent: Cells, there: Cells) -> pa.Buffer:
    if kind == pa.bool_():
        return _bits(sent)
    native = sent.astype(sent.dtype.newbyteorder("="))
    if kind == pa.date32():
        known = (native >= FIRST) & (native <= LAST)
        _demand(bool(np.all(known | ~there)))
        native += np.int32(EPOCH)
    return pa.py_buffer(native)


def _texts(held: Cells, at: Cells, ends: Cells) -> tuple[pa.Array, Cells]:
    """The same of texts."""
    size = _at(held, ">i4")[at].astype(np.int64)
    values = at + 4
    next_ones = values + np.maximum(size, 0)
    _demand(bool(np.all(next_ones <= ends)))
    there = size >= 0
    valid = None if there.all() else _bits(there)
    return _cut(held, values, next_ones, valid), next_ones


def _cut(held: Cells, values: Cells, ends: Cells, valid: pa.Buffer | None) -> pa.Array:
    """Of an array of what lies between texts, a text, and so on, each second one."""
    bounds = np.empty(2 * len(values) + 1, np.int64)
    bounds[:-1:2], bounds[1::2], bounds[-1] = values, ends, ends[-1]
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(held)]
    every = pa.Array.from_buffers(pa.large_string(), 2 * len(values), buffers)
    second = pa.py_buffer(np.arange(0, 2 * len(values), 2))
    places = pa.Array.from_buffers(pa.int64(), len(values), [valid, second])
    texts = every.take(places)
    texts.validate(full=True)  # a database may hold bytes of any encoding
    return texts.cast(pa.string())


def _bits(cells: Cells) -> pa.Buffer:
    return pa.py_buffer(np.packbits(cells, bitorder="little"))


def _demand(sound: bool) -> None:
    if not sound:
        raise pa.ArrowInvalid("this is no row of these columns")
