"""Which files are opened is heard from the kernel, whatever way they are opened by."""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path

import pytest

from job_runner.local import opened

WAYS = {
    "read": "cat a.txt",
    "by a link": "ln -s a.txt link; cat link",
    "by another name": "mkdir x; ln a.txt x/b; cat x/b",
    "moved first": "mkdir x; mv a.txt x/b; cat x/b",
    "run": "./a.txt",
    "written to": "echo > a.txt",
    "in a folder that was renamed": "mv below x; cat x/c.txt",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    for name in ("a.txt", "b.txt", "below/c.txt"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_opened_is_heard_of(folder: Path, way: str) -> None:
    watch = opened.watch(folder, ["a.txt", "b.txt", "below/c.txt"])
    assert watch
    subprocess.run(["sh", "-c", WAYS[way]], cwd=folder, check=True, capture_output=True)
    heard = watch.stop()
    assert heard in ({"a.txt"}, {"below/c.txt"})


def test_files_that_are_only_looked_at_are_not(folder: Path) -> None:
    watch = opened.watch(folder, ["a.txt", "b.txt"])
    assert watch
    subprocess.run(["ls", "-l"], cwd=folder, check=True, capture_output=True)
    (folder / "b.txt").read_text()
    assert watch.stop() == {"b.txt"}


def test_where_nothing_was_heard_nothing_is_told(folder: Path) -> None:
    watch = opened.watch(folder, ["a.txt"])
    assert watch
    assert watch.stop() is None


def test_what_cannot_be_watched_is_not_told(folder: Path, monkeypatch: pytest.MonkeyPatch):
    before = len(os.listdir("/proc/self/fd"))
    assert opened.watch(folder, ["a.txt", "gone.txt"]) is None
    assert opened.watch(folder, map(str, range(opened.MOST + 1))) is None
    assert len(os.listdir("/proc/self/fd")) == before
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert opened.watch(folder, ["a.txt"]) is None


def test_more_than_the_kernel_keeps_is_not_told() -> None:
    reading, writing = os.pipe()
    os.write(writing, opened.EVENT.pack(-1, opened.IN_Q_OVERFLOW, 0, 0))
    os.close(writing)
    assert opened.Watch(reading, {}).stop() is None
