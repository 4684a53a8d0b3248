"""An extraction in pieces, which goes on after its connection was lost or we were killed.

Each piece is about a range of patients, and all of them are about one state of the data,
which the warehouse can show again to another session. Where it can't, nothing is kept: an
extraction that is lost starts over, because rows of two states would say what was never
so. There are no pieces of measures either: they count everybody at once.

Pieces lie in a folder beside the file that they are for, named ``.FILE.pieces``, for the
site's account only, and are as sensitive as that file. They go when it is there; a run that
is given up takes them along with its folder. Their format, version 1:

- ``begun.json``: what was asked (``question``, a hash of it and of the SQL that reads the
  warehouse's tables and leaves people out, so that a mapping that changes begins anew, and
  nobody is in the first pieces whom the last ones leave out), ``moment``, by which the
  warehouse knows the state, and ``starts``, the first patient of each range;
- for each dataset that is asked for and each range a folder, which is renamed once all of
  it is on the disk: ``cohort.arrow``, an event table as ``events.NAME.arrow``, and
  ``sha256.json`` with the hash of each.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from cohort_dsl.cohort_file import sync
from cohort_dsl.errors import SnapshotLost
from cohort_dsl.model import wire
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql.ranges import Range, ranges, told
from cohort_dsl.warehouses.contract import OnStep, Resumable, Warehouse, silent
from cohort_dsl.warehouses.rows import Answer, Rows

FORMAT, VERSION = "pieces", 1
COHORT = "cohort"

Ask: TypeAlias = Callable[[Query, OnStep], AbstractContextManager[Answer]]
"""Answers a query of one time."""


@contextmanager
def asking(query: Query, warehouse: Warehouse, target: Path) -> Iterator[Ask]:
    """How to ask what the query asks: in pieces, where the warehouse can be gone back to.

    The pieces are gone after the block, unless it ends with an error after which it may
    be gone on with.
    """
    resumable = warehouse.resumable(query)
    if resumable is None:
        yield warehouse.ask
        return
    folder = _folder(target)
    begun = _begun(folder, _digest(query, warehouse), resumable)
    try:
        yield partial(_asked, folder, begun, resumable)
    except SnapshotLost:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)


def done(below: Path) -> int:
    """How many pieces are complete, of all that is being extracted into this folder."""
    return sum(1 for _ in below.glob(".*.pieces/*/sha256.json") if _.parent.suffix == "")


def _folder(target: Path) -> Path:
    return target.with_name(f".{target.name}.pieces")


def _digest(query: Query, warehouse: Warehouse) -> str:
    """Of what is asked, and of how this warehouse reads the tables that are asked."""
    tables = sorted(query.tables(), key=lambda table: table.name)
    read = told(warehouse.catalog, tables, warehouse.dialect)
    return hashlib.sha256(f"{wire.query_hash(query)}\n{read}".encode()).hexdigest()


# What was begun --------------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """``question``: its digest. ``moment``: how the data were. ``starts``: of ranges."""

    question: str
    moment: str
    starts: tuple[Scalar, ...] = field(repr=False)

    @property
    def ranges(self) -> tuple[Range, ...]:
        return ranges(self.starts)


def _begun(folder: Path, question: str, resumable: Resumable) -> Begun:
    """What was begun before, if it was the same question; else it begins now."""
    found = _read(folder)
    if found is not None and found.question == question:
        return found
    shutil.rmtree(folder, ignore_errors=True)
    moment = resumable.moment()
    made = Begun(question, moment, resumable.starts(moment))
    folder.mkdir(mode=0o700, parents=True)
    parts = {"question": question, "moment": moment, "starts": made.starts}
    draft = folder / "begun.part"
    _write(draft, json.dumps({"format": FORMAT, "version": VERSION, **parts}).encode())
    draft.rename(folder / "begun.json")
    sync(folder)
    return made


def _read(folder: Path) -> Begun | None:
    try:
        held = json.loads((folder / "begun.json").read_bytes())
        if (held["format"], held["version"]) != (FORMAT, VERSION):
            return None
        return Begun(held["question"], held["moment"], tuple(held["starts"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


# Pieces ----------------------------------------------------------------------------------


@contextmanager
def _asked(
    folder: Path, begun: Begun, resumable: Resumable, query: Query, on_step: OnStep = silent
) -> Iterator[Answer]:
    """The answer, once every piece of it is there."""
    pieces = []
    for number, held in enumerate(begun.ranges):
        piece = folder / f"{wire.query_hash(query)[:16]}-{number:05}"
        if not _complete(piece):
            with resumable.within(held, begun.moment).ask(query, silent) as answer:
                _keep(answer, query, piece)
        pieces.append(piece)
        on_step(number + 1, len(begun.ranges))
    schema = _schema(pieces[0], COHORT)
    events = {name: partial(_rows, pieces, _events(name)) for name in query.event_tables}
    yield Answer(schema, _batches(pieces, COHORT), events)


def _events(name: str) -> str:
    return f"events.{name}"


def _keep(answer: Answer, query: Query, piece: Path) -> None:
    """All of a piece, on the disk before it has its name."""
    draft = piece.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    hashes = {COHORT: _kept(answer, draft / f"{COHORT}.arrow")}
    for name in query.event_tables:
        file = _events(name)
        hashes[file] = _kept(answer.event_table(name), draft / f"{file}.arrow")
    _write(draft / "sha256.json", json.dumps(hashes).encode())
    sync(draft)
    shutil.rmtree(piece, ignore_errors=True)
    draft.rename(piece)
    sync(piece.parent)


def _kept(rows: Rows, path: Path) -> str:
    """The hash of the file that has them now."""
    with path.open("xb") as file:
        with pa.ipc.new_stream(file, rows.schema) as stream:
            for batch in rows.reveal():
                stream.write_batch(batch)
        file.flush()
        os.fsync(file.fileno())
    return _sha256(path)


def _complete(piece: Path) -> bool:
    """Is all there that was written? A disk that lost something costs this piece only."""
    try:
        hashes = json.loads((piece / "sha256.json").read_bytes())
        return all(_sha256(piece / f"{name}.arrow") == hashes[name] for name in hashes)
    except (OSError, ValueError, TypeError):
        return False


def _rows(pieces: list[Path], name: str) -> Rows:
    return Rows(_schema(pieces[0], name), _batches(pieces, name))


def _schema(piece: Path, name: str) -> pa.Schema:
    with pa.ipc.open_stream(piece / f"{name}.arrow") as stream:
        return stream.schema


def _batches(pieces: list[Path], name: str) -> Iterator[pa.RecordBatch]:
    for piece in pieces:
        path = piece / f"{name}.arrow"
        with path.open("rb") as file, pa.ipc.open_stream(file) as stream:
            yield from stream


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, body: bytes) -> None:
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
