"""A site whose disk is full, read-only or gone: nothing is lost, and nothing new begins."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.executors.fake import Inside
from job_runner.jobs.job import Job, State
from job_runner.site.health import EVERY, FLOOR, Health, troubles
from tests.a_site import Site, an_engine, until
from tests.a_study import a_commit


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk") as folder:
        yield folder


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """A disk of its own, of four megabytes."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def again(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def large(inside: Inside) -> int:
    inside.write("output/table.csv", b"x\n" * 2**21)
    return 0


def test_outputs_wait_for_room_however_long_and_the_old_ones_stay(tmp_path: Path) -> None:
    """The box isn't run again, and what it made is published once the disk has room."""
    with mounted(tmp_path / "store"):
        before = Site(tmp_path)
        before.submit("run_all")
        before.run()
        a_commit(before.origin, {"analysis/describe.py": "another\n"})
        site = Site(tmp_path, an_engine(describe=large))
        tries: list[Job] = []
        carry_on = site.worker.carry_on
        site.worker.carry_on = lambda job: (tries.append(job), carry_on(job))[1]
        request = site.submit("describe")
        thread = site.serve()
        until(lambda: [job.state for job in tries].count(State.COLLECTING) > 10)
        assert site.states(request)["describe"] == "collecting"
        assert site.outputs() == before.outputs()
        again(tmp_path / "store", "size=64m")
        until(lambda: not site.store.active_jobs())
        site.runner.stop()
        thread.join()
        assert set(site.states(request).values()) == {"succeeded"}
        assert len(site.outputs()["output/table.csv"]) == 2**22
        assert site.engine.starts.count(f"{request.id}-0002") == 1
        site.store.close()
        before.store.close()


def told(wrong: tuple[PlatformError, ...]) -> list[str]:
    return [error.problem for error in wrong]


def test_a_sound_disk_is_no_trouble_and_keeps_no_trace(tmp_path: Path) -> None:
    assert troubles([tmp_path], floor=1) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_below_the_floor_is_told_with_what_is_left(disk: Path) -> None:
    assert told(troubles([disk], FLOOR)) == ["4 MB are free, less than 1,024"]
    assert troubles([disk], 2**20) == ()


def test_a_full_disk_is_told(disk: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        (disk / "x").write_bytes(b"x" * 2**23)
    assert told(troubles([disk], 1)) == ["the disk refused: No space left on device"]
    assert [path.name for path in disk.iterdir()] == ["x"]


def test_a_disk_that_became_read_only_is_told(disk: Path) -> None:
    again(disk, "ro")
    assert told(troubles([disk], 1)) == ["the disk refused: Read-only file system"]
    again(disk, "rw")
    assert troubles([disk], 1) == ()


def test_a_folder_that_vanished_is_told(tmp_path: Path) -> None:
    gone = troubles([tmp_path / "gone"], 1)
    assert told(gone) == ["the disk refused: No such file or directory"]
    assert gone[0].where == str(tmp_path / "gone")


def test_a_disk_that_fails_on_the_way_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No disk here fails by order, so the call that waits for it does."""

    def broken(_file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    assert told(troubles([tmp_path], 1)) == ["the disk refused: Input/output error"]
    assert list(tmp_path.iterdir()) == []


def test_work_is_refused_from_trouble_to_its_end_and_both_are_told(tmp_path: Path) -> None:
    heard: list[int] = []
    now = iter(EVERY * n / 2 for n in range(100))
    folder = tmp_path / "store"
    folder.mkdir()
    health = Health((folder,), lambda: next(now), lambda w: heard.append(len(w)), floor=1)
    assert not health.refuses()
    shutil.rmtree(folder)
    assert [health.refuses() for _ in range(4)] == [False, True, True, True]
    folder.mkdir()
    assert [health.refuses() for _ in range(4)] == [True, False, False, False]
    assert heard == [1, 0]


def test_two_runners_that_look_at_once_find_the_disk_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that one tries the disk with may be gone by the other's hand."""

    def fsync(_taken: int) -> None:
        for probe in tmp_path.iterdir():
            probe.unlink()

    monkeypatch.setattr(os, "fsync", fsync)
    assert troubles([tmp_path], floor=0) == ()
