"""A file that is begun before all of its rows have come.

Rows come while nobody writes, and are written while nobody asks for more, unless each has
a thread. But how narrow a column is, only its last row tells. So the file is begun once
the first rows have come, as narrow as these; if later ones fit, it is what it would have
been anyway, and else whoever asked for it writes it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Full, Queue
from typing import TypeAlias

import pyarrow as pa

from cohort_dsl.narrow import Spool

FIRST = 100_000  # rows: fewer are written in no time
WAITING = 2  # batches between the threads: more would only be held
PATIENCE = 0.1  # seconds, until it is looked whether anybody still writes

Write: TypeAlias = Callable[[Iterable[pa.RecordBatch], pa.Schema], int]
"""Writes batches of the schema; how many rows."""


def written(batches: Iterable[pa.RecordBatch], spool: Spool, write: Write) -> int | None:
    """Put all of them into the spool, and write them meanwhile: how many rows.

    None where that isn't known to be right, or has never begun. Raises what writing raises.
    """
    coming = iter(batches)
    first = list(_first(coming, spool))
    shape = spool.shape
    if spool.rows < FIRST:
        return None
    with _Writing(write, spool.schema) as writing:
        for kept in first:
            writing.hand(spool.unpacked(kept))
        first.clear()
        for batch in coming:
            kept = spool.put(batch)
            if spool.shape != shape:
                break
            writing.hand(spool.unpacked(kept))
        else:
            return writing.finished()
    for batch in coming:
        spool.put(batch)
    return None


def _first(coming: Iterator[pa.RecordBatch], spool: Spool) -> Iterator[pa.RecordBatch]:
    for batch in coming:
        yield spool.put(batch)
        if spool.rows >= FIRST:
            return


class _Stopped(Exception):
    """What has been written so far isn't wanted any more."""


class _Writing:
    """A thread that writes what it is handed, and at the end of the block no more."""

    def __init__(self, write: Write, schema: pa.Schema) -> None:
        self._waiting: Queue[pa.RecordBatch | None] = Queue(WAITING)
        self._wanted = True
        self._thread = ThreadPoolExecutor(1, "cohort-file")
        self._written: Future[int] = self._thread.submit(write, self._batches(), schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        while (batch := self._waiting.get()) is not None:
            yield batch
        if not self._wanted:
            raise _Stopped

    def hand(self, batch: pa.RecordBatch | None) -> None:
        """The next batch; None after the last. Raises what writing has raised meanwhile."""
        while not self._written.done():
            with suppress(Full):
                self._waiting.put(batch, timeout=PATIENCE)
                return
        self._written.result()

    def finished(self) -> int:
        """After the last batch, how many rows are written."""
        self.hand(None)
        return self._written.result()

    def __enter__(self) -> _Writing:
        return self

    def __exit__(self, *error: object) -> None:
        if not self._written.done():
            self._wanted = False
            with suppress(Exception):
                self.hand(None)
        self._thread.shutdown()
