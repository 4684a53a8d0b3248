"""Who was counted in what left: kept inside the warehouse, in a folder of the site.

A job's tables are put down when they are checked, as their cohort may be gone when they
are released. A release is put down before its bundle appears, whatever happens in between:
which releases there are isn't asked of this folder but of the site's own list, so what is
put down and never left counts for nothing, and what left and isn't put down is noticed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from output_checker.differencing import arrays
from output_checker.differencing.entry import Entry, dumps, loads
from output_checker.differencing.model import Counted, Damaged

ARRAYS, CHECKED, RELEASED = "people", "checked", "released"
A_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True)
class Memory:
    """A site's folder of counted people. ``secret``: the site's, of any length."""

    folder: Path
    secret: bytes = field(repr=False)

    def key(self, purpose: bytes) -> bytes:
        """A key of the site's own for one purpose."""
        return hashlib.blake2b(purpose, key=self.secret[:64], digest_size=32).digest()

    def put_checked(self, job: str, entry: Entry) -> None:
        """A job's tables, as they would leave; over what was there of the same job."""
        self._put(CHECKED, job, entry)

    def put_released(self, release: str, entry: Entry) -> None:
        """What leaves with a release: the same again if it is put down again."""
        named = tuple(replace(table, release=release) for table in entry.tables)
        self._put(RELEASED, release, replace(entry, tables=named))

    def checked(self, job: str) -> Entry:
        """What was put down when the job was checked; Damaged."""
        return self._get(CHECKED, job, _Reader(self.folder / ARRAYS))

    def released(self, releases: Sequence[str]) -> tuple[Counted, ...]:
        """Every table of these releases; Damaged if one of them can't be read."""
        reader = _Reader(self.folder / ARRAYS)
        return tuple(
            table
            for release in releases
            for table in self._get(RELEASED, release, reader).tables
        )

    def released_table(self, release: str, place: int) -> Counted:
        """A release's table at this place, whatever became of its others; Damaged."""
        reader = _Reader(self.folder / ARRAYS)
        (found,) = self._get(RELEASED, release, reader, place).tables
        return found

    def has(self, release: str) -> bool:
        """Is the release put down?"""
        return self._path(RELEASED, release).exists()

    def _put(self, kind: str, name: str, entry: Entry) -> None:
        for folder in (self.folder, self.folder / kind, self.folder / ARRAYS):
            folder.mkdir(mode=0o700, exist_ok=True)
        keeper = _Keeper(self.folder / ARRAYS)
        data = dumps(entry, keeper.name, self._seal(kind, name))
        arrays.write(self._path(kind, name), data)

    def _get(self, kind: str, name: str, reader: _Reader, only: int | None = None) -> Entry:
        try:
            data = self._path(kind, name).read_bytes()
        except OSError:
            raise Damaged("it isn't there") from None
        return loads(data, reader.array, self._seal(kind, name), only)

    def _path(self, kind: str, name: str) -> Path:
        if not A_NAME.fullmatch(name):
            raise ValueError("this can't name a file")
        return self.folder / kind / f"{name}.json"

    def _seal(self, kind: str, name: str) -> bytes:
        return self.key(f"{kind}/{name}".encode())


class _Keeper:
    """Keeps each array once, however many tables share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[int, tuple[arrays.Numbers, str]] = {}

    def name(self, numbers: arrays.Numbers) -> str:
        if id(numbers) not in self._names:
            self._names[id(numbers)] = (numbers, arrays.kept(self._folder, numbers))
        return self._names[id(numbers)][1]


class _Reader:
    """Reads each array once: equal ones are one object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, arrays.Numbers] = {}

    def array(self, digest: str) -> arrays.Numbers:
        if digest not in self._found:
            self._found[digest] = arrays.read(self._folder, digest)
        return self._found[digest]


@dataclass(frozen=True)
class Past:
    """A site's memory, and which releases there are: ``left``, and those ``leaving`` that
    are approved and may be on their way."""

    memory: Memory
    left: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    def releases(self, besides: str = "") -> tuple[str, ...]:
        """All whose tables count; those leaving only if they were put down."""
        leaving = (one for one in self.leaving if self.memory.has(one))
        return tuple(one for one in (*self.left, *leaving) if one != besides)
