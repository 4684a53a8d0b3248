"""The record that can only grow: one entry a line, each holding the hash of the one before.

Whoever changes, removes, adds or swaps entries breaks the chain, and ``verify`` says where.
Whoever may write the file can still rewrite it from some point to the end, or cut its
end off; so the hash of the last entry (``head``) is worth writing down elsewhere, and
``verify`` takes such a note.

An entry is on disk when ``append`` returns. A machine that stops while one is written
leaves an unfinished last line, which nobody was told of as written; nothing is appended
after it until a person has cut it off.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from job_runner.errors import LedgerDamaged, PlatformError, disk_refused

BEFORE_THE_FIRST = "0" * 64

_KEYS = frozenset({"seq", "at", "who", "kind", "body", "previous", "sha256"})
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_ADD = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_RESTORE = "Keep this file as it is for whoever looks into it, and restore a sound copy."


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``seq`` counts from 1; ``at`` is in UTC."""

    seq: int
    at: str
    who: str
    kind: str
    body: Mapping[str, object]
    previous: str
    sha256: str


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash: enough to know later that all before it stayed."""

    seq: int
    sha256: str


_EMPTY = Head(0, BEFORE_THE_FIRST)


class Ledger:
    """The ledger at ``path``, which the first entry makes. Safe between processes.

    A line longer than ``most_bytes`` isn't written, nor read into memory: it is damage.
    """

    def __init__(self, path: Path, most_bytes: int = 16 * 1024**2) -> None:
        self._path, self._most_bytes = path, most_bytes

    def append(
        self, kind: str, body: Mapping[str, object], *, who: str, at: datetime
    ) -> Entry:
        """Adds an entry and returns it once it is on disk.

        LedgerDamaged if the last line isn't whole and sound; PlatformError if the disk
        refuses, and then nothing was added. ValueError for a body that isn't JSON.
        """
        if at.tzinfo is None:
            raise ValueError("a time needs its zone")
        with self._open(_ADD, fcntl.LOCK_EX) as file:
            size = os.fstat(file).st_size
            head = self._sound_head(file, size)
            entry = _entry(head, at.astimezone(UTC).isoformat(), who, kind, body)
            self._write(file, size, _line(asdict(entry)))
        return entry

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first, each checked against the one before.

        Those that were there when the first was read; others may go on appending.
        """
        if not self._path.exists():
            return
        with self._open(_READ, fcntl.LOCK_SH) as file:
            size = os.fstat(file).st_size
            fcntl.flock(file, fcntl.LOCK_UN)  # what was there by now only stays
            yield from self._walk(file, size)

    def verify(self, known: Head | None = None) -> int:
        """The number of entries, all sound; else LedgerDamaged with the line.

        With ``known``, a head noted earlier, also that this very entry is still there.
        """
        count = 0
        for entry in self.entries():
            count = entry.seq
            if known and entry.seq == known.seq and entry.sha256 != known.sha256:
                raise self._damaged(count, "this isn't the entry that was noted", _RESTORE)
        if known and known.seq > count:
            said = f"entry {known.seq} was noted, and there are only {count}"
            raise self._damaged(count + 1, said, _RESTORE)
        return count

    def head(self) -> Head | None:
        """The last entry's number and hash, to write down elsewhere; None while empty."""
        if not self._path.exists():
            return None
        with self._open(_READ, fcntl.LOCK_SH) as file:
            head = self._sound_head(file, os.fstat(file).st_size)
        return None if head == _EMPTY else head

    @contextlib.contextmanager
    def _open(self, how: int, lock: int) -> Iterator[int]:
        try:
            file = os.open(self._path, how, 0o600)
        except OSError as error:
            raise self._refused("opened", error) from None
        try:
            fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)

    def _sound_head(self, file: int, size: int) -> Head:
        """Looks at the last line only; if that isn't sound, at all, to say what's wrong."""
        if size == 0:
            return _EMPTY
        line = _last_line(file, size, self._most_bytes)
        entry = _sound(line) if line else None
        if entry is None:
            for _ in self._walk(file, size):
                pass
            raise self._damaged(0, "its end can't be read", _RESTORE)
        return Head(entry.seq, entry.sha256)

    def _write(self, file: int, size: int, line: bytes) -> None:
        """The whole line on disk, or the file as it was."""
        if len(line) > self._most_bytes:
            raise ValueError(f"an entry has at most {self._most_bytes} bytes")
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
            if size == 0:
                _sync_folder(self._path.parent)
        except OSError as error:
            os.ftruncate(file, size)
            raise self._refused("written to", error) from None

    def _walk(self, file: int, size: int) -> Iterator[Entry]:
        head, at = _EMPTY, 0
        for number, line in enumerate(_lines(file, size, self._most_bytes), start=1):
            if not line.endswith(b"\n") and at + len(line) == size:
                raise self._unfinished(number, line, at)
            entry = _sound(line)
            if entry is None:
                raise self._damaged(number, "this isn't what was written", _RESTORE)
            if (entry.seq, entry.previous) != (head.seq + 1, head.sha256):
                said = f"entry {entry.seq} doesn't follow entry {head.seq}"
                raise self._damaged(number, said, _RESTORE)
            head, at = Head(entry.seq, entry.sha256), at + len(line)
            yield entry

    def _unfinished(self, number: int, line: bytes, at: int) -> LedgerDamaged:
        path = shlex.quote(str(self._path))
        if _sound(line + b"\n"):
            remedy = f"The entry is sound and complete. End its line: echo >> {path}"
            return self._damaged(number, "this line lacks its end", remedy)
        return self._damaged(
            number,
            "the machine stopped while this line was written",
            "All before it is sound. Unless a noted head says that it was written, "
            f"cut it off: truncate -s {at} {path}",
        )

    def _damaged(self, number: int, problem: str, remedy: str) -> LedgerDamaged:
        return LedgerDamaged(problem, where=f"{self._path}, line {number}", remedy=remedy)

    def _refused(self, done: str, error: OSError) -> PlatformError:
        remedy = "See that its folder is there, writable, and its disk not full."
        return disk_refused(error, f"the ledger can't be {done}", str(self._path), remedy)


def _entry(head: Head, at: str, who: str, kind: str, body: Mapping[str, object]) -> Entry:
    try:
        plain = json.loads(_canonical(dict(body)))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"an entry's body must be JSON: {error}") from None
    values = {"seq": head.seq + 1, "at": at, "who": who, "kind": kind, "body": plain}
    return _hashed({**values, "previous": head.sha256})


def _hashed(values: dict[str, object]) -> Entry:
    digest = hashlib.sha256(_canonical(values)).hexdigest()
    return Entry(**values, sha256=digest)  # type: ignore[arg-type]  # checked by callers


def _canonical(values: Mapping[str, object]) -> bytes:
    """The one way to write these values: sorted keys, no blanks, ASCII, no NaN."""
    return json.dumps(
        values, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _line(values: Mapping[str, object]) -> bytes:
    return _canonical(values) + b"\n"


def _sound(line: bytes) -> Entry | None:
    """The entry, if the line is one to the last byte."""
    try:
        values = json.loads(line)
        if not isinstance(values, dict) or values.keys() != _KEYS:
            return None
        entry = _hashed({key: values[key] for key in _KEYS - {"sha256"}})
        return entry if _line(asdict(entry)) == line else None
    except (ValueError, RecursionError):
        return None


def _lines(file: int, size: int, most_bytes: int) -> Iterator[bytes]:
    os.lseek(file, 0, os.SEEK_SET)
    left = size
    with open(file, "rb", closefd=False) as lines:
        while left > 0:
            line = lines.readline(min(left, most_bytes))
            if not line:
                return
            left -= len(line)
            yield line


def _last_line(file: int, size: int, most_bytes: int) -> bytes:
    """What follows the last line end but one; cut to ``most_bytes`` at its beginning."""
    length = min(size, 4096, most_bytes)
    while True:
        found = os.pread(file, length, size - length)
        start = found.rfind(b"\n", 0, -1) + 1
        if start or length == min(size, most_bytes):
            return found[start:]
        length = min(length * 4, size, most_bytes)


def _sync_folder(folder: Path) -> None:
    """So that the new file's name is on disk too."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
