"""What the ledger promises, and what each way to damage it is called."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import signal
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from job_runner.errors import LedgerDamaged, PlatformError
from job_runner.ledger import Entry, Head, Ledger
from tests.jobs_made import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    return Ledger(path)


def filled(ledger: Ledger, entries: int = 5) -> list[Entry]:
    return [
        ledger.append("job", {"number": i}, who="runner", at=NOON) for i in range(entries)
    ]


def damage(ledger: Ledger) -> LedgerDamaged:
    with pytest.raises(LedgerDamaged) as found:
        ledger.verify()
    with pytest.raises(LedgerDamaged):
        list(ledger.entries())
    return found.value


def test_entries_come_back_as_they_were_appended(ledger: Ledger) -> None:
    body = {"b": [1, 2.5, None], "a": {"é": "\u202e\n"}}
    entry = ledger.append("release", body, who="ana", at=NOON)
    assert (entry.seq, entry.kind, entry.who, entry.body) == (1, "release", "ana", body)
    assert datetime.fromisoformat(entry.at) == NOON
    assert list(ledger.entries()) == [entry]
    assert ledger.verify() == 1


def test_each_entry_holds_the_hash_of_the_one_before(ledger: Ledger, path: Path) -> None:
    entries = filled(ledger)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert [e.previous for e in entries] == ["0" * 64, *(e.sha256 for e in entries[:-1])]
    assert ledger.head() == Head(5, entries[-1].sha256)
    assert ledger.verify() == 5


def test_a_line_can_be_checked_without_this_program(ledger: Ledger, path: Path) -> None:
    filled(ledger, 1)
    values = json.loads(path.read_text())
    digest = values.pop("sha256")
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == digest


def test_a_ledger_not_begun_is_empty(ledger: Ledger, path: Path) -> None:
    assert ledger.verify() == 0
    assert ledger.head() is None
    assert list(ledger.entries()) == []
    assert not path.exists()
    path.touch()
    assert ledger.verify() == 0
    assert ledger.head() is None


def test_only_the_site_may_read_it(ledger: Ledger, path: Path) -> None:
    filled(ledger, 1)
    assert path.stat().st_mode & 0o777 == 0o600


def test_reading_slowly_keeps_nobody_from_appending(ledger: Ledger) -> None:
    filled(ledger, 2)
    reading = ledger.entries()
    next(reading)
    filled(ledger, 1)
    assert [entry.seq for entry in reading] == [2]
    assert ledger.verify() == 3


def test_a_long_entry_is_followed_like_a_short_one(ledger: Ledger) -> None:
    ledger.append("query", {"sql": "x" * 50_000}, who="runner", at=NOON)
    filled(ledger, 2)
    assert ledger.verify() == 3


@pytest.mark.parametrize(
    "body", [{"a": object()}, {"a": float("nan")}, {(1, 2): "a"}, {"a": 10**5000}]
)
def test_a_body_that_isn_t_json_is_refused(ledger: Ledger, body: dict[str, object]) -> None:
    filled(ledger, 1)
    with pytest.raises(ValueError, match=r"JSON|digits"):
        ledger.append("job", body, who="runner", at=NOON)
    assert ledger.verify() == 1


def test_an_entry_too_long_to_read_back_is_refused(ledger: Ledger, path: Path) -> None:
    with pytest.raises(ValueError, match="at most 500 bytes"):
        Ledger(path, most_bytes=500).append("a", {"a": "x" * 500}, who="ana", at=NOON)
    assert ledger.verify() == 0


def test_a_time_needs_its_zone(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="zone"):
        ledger.append("job", {}, who="x", at=datetime(2024, 1, 1))  # noqa: DTZ001


def test_a_ledger_that_can_t_be_opened_is_the_platform_s_failure(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="can't be opened"):
        filled(Ledger(tmp_path / "missing" / "ledger.jsonl"))
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlatformError, match="can't be opened"):
        filled(Ledger(tmp_path / "link"))
    assert not (tmp_path / "elsewhere").exists()


# Damage


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def forged(line: bytes, **changes: object) -> bytes:
    """The line with other values and a hash that fits them."""
    values = {**json.loads(line), **changes}
    del values["sha256"]
    text = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
    values["sha256"] = hashlib.sha256(text).hexdigest()
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    ("changed", "line", "said"),
    [
        (lambda ls: [*ls[:2], ls[2].replace(b"runner", b"nobody"), *ls[3:]], 3, "written"),
        (
            lambda ls: [*ls[:2], ls[2].replace(b'"number":2', b'"number":2.0'), *ls[3:]],
            3,
            "",
        ),
        (lambda ls: [*ls[:2], ls[2].replace(b",", b", "), *ls[3:]], 3, "written"),
        (lambda ls: [*ls[:2], forged(ls[2], who="nobody"), *ls[3:]], 4, "doesn't follow"),
        (lambda ls: [*ls[:2], *ls[3:]], 3, "entry 4 doesn't follow entry 2"),
        (lambda ls: ls[1:], 1, "entry 2 doesn't follow entry 0"),
        (lambda ls: [ls[0], ls[2], ls[1], *ls[3:]], 2, "entry 3 doesn't follow entry 1"),
        (lambda ls: [*ls[:3], ls[2], *ls[3:]], 4, "entry 3 doesn't follow entry 3"),
        (lambda ls: [*ls, ls[4]], 6, "entry 5 doesn't follow entry 5"),
        (lambda ls: [*ls[:2], ls[2][:40], *ls[3:]], 3, "written"),
        (lambda ls: [*ls[:2], b"\n", *ls[2:]], 3, "written"),
        (lambda ls: [*ls, b"garbage\n"], 6, "written"),
        (lambda ls: [*ls, b"{}\n"], 6, "written"),
        (lambda ls: [*ls, b"[" * 100_000 + b"\n"], 6, "written"),
        (lambda ls: [*ls, b"\0" * 4096], 6, "the machine stopped"),
        (lambda ls: [*ls, forged(ls[4], seq="6")], 6, "doesn't follow"),
        (lambda ls: [*ls[:4], ls[4][:-2]], 5, "the machine stopped while"),
        (lambda ls: [*ls[:4], ls[4][:-1]], 5, "this line lacks its end"),
    ],
    ids=range(18),
)
def test_damage_is_found_where_it_is(
    ledger: Ledger, path: Path, changed: object, line: int, said: str
) -> None:
    filled(ledger)
    path.write_bytes(b"".join(changed(lines_of(path))))  # type: ignore[operator]
    found = damage(ledger)
    assert found.where == f"{path}, line {line}"
    assert said in found.problem


@pytest.mark.parametrize("tail", [b"garbage\n", b"half", b"\0" * 9000, b"x" * 20_000])
def test_nothing_is_appended_to_a_damaged_tail(
    ledger: Ledger, path: Path, tail: bytes
) -> None:
    filled(ledger)
    with path.open("ab") as file:
        file.write(tail)
    damaged = path.read_bytes()
    with pytest.raises(LedgerDamaged, match=r"stopped|written"):
        filled(ledger, 1)
    with pytest.raises(LedgerDamaged):
        ledger.head()
    assert path.read_bytes() == damaged


def test_a_line_too_long_to_be_ours_is_called_damaged(ledger: Ledger, path: Path) -> None:
    filled(ledger, 2)
    careful = Ledger(path, most_bytes=100)
    with pytest.raises(LedgerDamaged, match="isn't what was written"):
        careful.verify()
    with pytest.raises(LedgerDamaged, match="isn't what was written"):
        filled(careful, 1)


@pytest.mark.parametrize("missing", [1, 2, 60])
def test_the_remedy_for_an_unfinished_line_works(
    ledger: Ledger, path: Path, missing: int
) -> None:
    filled(ledger)
    os.truncate(path, path.stat().st_size - missing)
    command = damage(ledger).remedy.rpartition(": ")[2]
    subprocess.run(command, shell=True, check=True)
    sound = 5 if missing == 1 else 4
    assert ledger.verify() == sound
    assert filled(ledger, 1)[0].seq == sound + 1


def test_a_noted_head_shows_a_rewritten_or_shortened_end(
    ledger: Ledger, path: Path
) -> None:
    filled(ledger)
    noted = ledger.head()
    assert ledger.verify(noted) == 5
    filled(ledger, 2)
    assert ledger.verify(noted) == 7
    lines = lines_of(path)
    path.write_bytes(b"".join(lines[:3]))
    assert ledger.verify() == 3
    with pytest.raises(LedgerDamaged, match="entry 5 was noted, and there are only 3"):
        ledger.verify(noted)
    ledger.append("job", {"number": 99}, who="runner", at=NOON)
    ledger.append("job", {"number": 4}, who="runner", at=NOON)
    assert ledger.verify() == 5
    with pytest.raises(LedgerDamaged, match="isn't the entry that was noted") as found:
        ledger.verify(noted)
    assert found.value.where.endswith("line 5")


# Several processes, and full disks


def _append_many(path: Path, who: str, count: int) -> None:
    for number in range(count):
        Ledger(path).append("job", {"number": number}, who=who, at=NOON)


def test_processes_that_append_at_once_make_one_chain(ledger: Ledger, path: Path) -> None:
    forks = multiprocessing.get_context("fork")
    names = ["serve", "runner", "release"]
    writers = [forks.Process(target=_append_many, args=(path, who, 40)) for who in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert ledger.verify() == 120
    for who in names:
        own = [entry.body["number"] for entry in ledger.entries() if entry.who == who]
        assert own == list(range(40))


def _append_to_full(path: Path, room: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = path.stat().st_size + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with pytest.raises(PlatformError, match="can't be written to: File too large"):
        filled(Ledger(path), 1)


@pytest.mark.parametrize("room", [0, 50])
def test_where_the_disk_refuses_nothing_was_added(
    ledger: Ledger, path: Path, room: int
) -> None:
    filled(ledger)
    before = path.read_bytes()
    forks = multiprocessing.get_context("fork")
    writer = forks.Process(target=_append_to_full, args=(path, room))
    writer.start()
    writer.join()
    assert writer.exitcode == 0
    assert path.read_bytes() == before
    assert filled(ledger, 1)[0].seq == 6
