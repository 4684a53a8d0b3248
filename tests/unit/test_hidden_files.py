"""What is deleted and still open fills the disk, wherever a process keeps it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from job_runner.executors import hidden
from job_runner.executors.hidden import Hidden
from job_runner.executors.watched import LOOKS, Watch
from tests.needed import lacks

MB = 2**20
A_FILE = f"""
import ctypes, mmap, os, socket, sys, threading, time
libc = ctypes.CDLL(None)
def ready():
    print('ready', flush=True); sys.stdin.read(); os._exit(0)
def a_file():
    file = open('x', 'w+b'); file.write(b'x' * {MB}); file.flush(); os.unlink('x')
    return file
def a_map():
    file = a_file()
    return mmap.mmap(file.fileno(), {MB})  # the file itself is closed
def apart():
    libc.unshare(0x400)  # from now on this thread's open files are its own
    kept = a_file(); ready()
def alone(make):
    threading.main_thread().join(0.3); kept = make(); ready()
"""
ROOT = os.geteuid() == 0

WHERE = {
    "open": "kept = a_file(); ready()",
    "open in a child": "\nif os.fork() == 0: kept = a_file(); ready()\nos.wait()",
    "a thread's own": "threading.Thread(target=apart).start(); time.sleep(60)",
    "first thread gone": "threading.Thread(target=alone, args=(a_file,)).start()\n"
    "libc.pthread_exit(None)",
    "mapped, first thread gone": "threading.Thread(target=alone, args=(a_map,)).start()\n"
    "libc.pthread_exit(None)",
}


@contextmanager
def a_process(folder: Path, program: str) -> Iterator[int]:
    """Once it says that it is ready."""
    words = [sys.executable, "-I", "-c", A_FILE + program]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, cwd=folder, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.stdin.close()


@pytest.mark.parametrize("where", WHERE)
def test_a_file_without_a_name_counts_wherever_it_is_held(
    tmp_path: Path, where: str
) -> None:
    with a_process(tmp_path, WHERE[where]) as pid:
        assert hidden.held(pid, tmp_path, enough=8 * MB) == Hidden(MB)


def test_so_does_one_that_is_only_mapped(tmp_path: Path) -> None:
    if not ROOT:
        lacks("only root may look at maps of others")
    with a_process(tmp_path, "kept = a_map(); ready()") as pid:
        assert hidden.held(pid, tmp_path, enough=8 * MB) == Hidden(MB)


def test_what_lies_in_a_socket_is_seen_to_be_there(tmp_path: Path) -> None:
    """How much it is can't be seen, so a watch gives it a moment, and no more."""
    program = """
kept, sending = socket.socketpair()
file = a_file(); socket.send_fds(sending, [b'x'], [file.fileno()]); file.close(); ready()
"""
    with a_process(tmp_path, program) as pid:
        assert hidden.held(pid, tmp_path, enough=8 * MB) == Hidden(sent=1)
        watch = Watch(60.0, 8 * MB, tmp_path, "", pid, lambda: 0.0, 0.0)
        looks = [watch.disk_is_full() for _ in range(LOOKS)]
    assert looks == [False] * (LOOKS - 1) + [True]


def test_who_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert hidden.held(2**22 + 1, tmp_path, enough=MB) == Hidden()
    assert hidden.held(os.getpid(), tmp_path / "gone", enough=MB) == Hidden()
