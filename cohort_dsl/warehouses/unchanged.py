"""Files that an engine reads where they lie may change while it reads them.

A database shows each question one state of its rows; files have no such thing. So they are
looked at before and after, and an answer in between which they changed is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cohort_dsl.errors import WarehouseError

FOLDERS = ("parquet", "csv", "files", "folder")
"""The settings of engines that name such files, or folders of them."""


@dataclass(frozen=True)
class Files:
    """Where they lie."""

    places: tuple[Path, ...] = ()

    def state(self) -> frozenset[tuple[str, int, int, int]]:
        """Every file's name, size and when it was last written, and which file it is."""
        return frozenset(_state(path) for path in self._each())

    def _each(self) -> Iterator[Path]:
        for place in self.places:
            inside = place.rglob("*") if place.is_dir() else [place]
            yield from (path for path in inside if path.is_file())

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """WarehouseError where they changed until the block ended."""
        before = self.state()
        yield
        if self.state() != before:
            raise WarehouseError(
                "the warehouse's files changed while they were read",
                where="the warehouse",
                remedy="Ask again once they are loaded; load new ones in a folder beside "
                "these, and rename it.",
            )


NONE = Files()


def _state(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    return (str(path), found.st_size, found.st_mtime_ns, found.st_ino)


def of(given: Mapping[str, object]) -> Files:
    """Those that a site's settings name."""
    named = [given[key] for key in FOLDERS if key in given]
    every = [path for one in named for path in _paths(one)]
    return Files(tuple(path for path in every if path.is_absolute() and path.exists()))


def _paths(said: object) -> Iterable[Path]:
    if isinstance(said, str):
        return [Path(said)]
    if isinstance(said, Mapping):
        return [Path(str(one)) for one in said.values()]
    return [Path(str(one)) for one in said] if isinstance(said, list | tuple) else []
