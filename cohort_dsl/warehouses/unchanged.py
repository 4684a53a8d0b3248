"""Files that an engine reads where they lie may change while it reads them.

A database shows each question one state of its rows; files have no such thing. So they are
looked at when they are opened, before each question and after the last row of its answer:
an answer during which they changed is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cohort_dsl.errors import WarehouseAway
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.sql import Catalog, Dialect, Statement
from cohort_dsl.warehouses.contract import Database, OnStep, UntilClosed, silent
from cohort_dsl.warehouses.explaining import Clock, Tried
from cohort_dsl.warehouses.rows import Answer, Rows

TOLD = 5
"""So many files are named, of those that changed."""


@dataclass(frozen=True)
class Mark:
    """What tells a file from what came in its place. Nobody can set ``changed`` back."""

    inode: int
    size: int
    modified: int
    changed: int


def mark(path: Path) -> Mark | None:
    """None where there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Mark(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@dataclass(frozen=True)
class Files:
    """``places``: files, and folders of them. ``seen``: each file as it was at first."""

    places: tuple[Path, ...]
    seen: Mapping[Path, Mark | None]

    def demand_unchanged(self) -> None:
        """WarehouseAway where a file isn't what it was, or another is there."""
        now = _marks(self.places)
        other = sorted(
            path for path in now.keys() | self.seen if now.get(path) != self.seen.get(path)
        )
        if other:
            names = ", ".join(path.name for path in other[:TOLD])
            more = f" and {len(other) - TOLD} more" if len(other) > TOLD else ""
            raise WarehouseAway(
                f"{names}{more} changed while it was in use",
                where="the warehouse's files",
                remedy="Nothing of this answer is kept; asked again, it is of the files as "
                "they are then. Put a new delivery into a folder of its own, and name that "
                "in site.yaml.",
            )


def seen(places: Iterable[Path]) -> Files:
    """As they are now."""
    every = tuple(places)
    return Files(every, _marks(every))


def _marks(places: Iterable[Path]) -> dict[Path, Mark | None]:
    return {path: mark(path) for place in places for path in _files(place)}


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (path for path in place.rglob("*") if not path.is_dir())
    else:
        yield place


class Steady(UntilClosed):
    """A database that answers from files as they were when it was opened, or not at all."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files

    def __repr__(self) -> str:
        return repr(self._database)

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    @property
    def catalog(self) -> Catalog:
        return self._database.catalog

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort; its last row, and that of each event table, comes of files that
        stayed. Nothing is kept of an answer that ends otherwise."""
        self._files.demand_unchanged()
        with self._database.ask(query, on_step) as answer:
            yield answer.followed(self._files.demand_unchanged)

    def measure(self, measures: Measures) -> Rows:
        """The measures, which are there before the first is told."""
        with self._unchanged():
            return self._database.measure(measures)

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer."""
        with self._unchanged():
            return self._database.explain(question, clock)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own: a check sends many, one after the other."""
        rows = self._database.run(statement)
        self._files.demand_unchanged()
        return rows

    @contextmanager
    def _unchanged(self) -> Iterator[None]:
        self._files.demand_unchanged()
        yield
        self._files.demand_unchanged()

    def stop(self) -> None:
        self._database.stop()

    def close(self) -> None:
        self._database.close()
