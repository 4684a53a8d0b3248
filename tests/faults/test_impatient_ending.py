"""However a command is told to end, it stops what it started, and is not hurried."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

CLEANING = """
import signal, sys
from cli import __main__ as entry

def go(arguments):
    try:
        print("started", flush=True)
        signal.pause()
    finally:
        print("cleaning", flush=True)
        sys.stdin.readline()
        print("clean", flush=True)

entry.main = go
entry.entrypoint()
"""


@pytest.fixture
def cleaning() -> Iterator[subprocess.Popen[str]]:
    """A command that takes as long to clean up as we like."""
    with subprocess.Popen(
        [sys.executable, "-c", CLEANING],
        **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE),
        text=True,
    ) as process:
        yield process
        process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_cleans_up_and_a_second_time_it_is_told_that_it_does(cleaning, number):
    assert line(cleaning) == "started"
    cleaning.send_signal(number)
    assert line(cleaning) == "cleaning"
    cleaning.send_signal(signal.SIGINT)
    cleaning.stderr.readline()
    assert "Stopping already" in cleaning.stderr.readline()
    cleaning.stdin.write("go on\n")
    cleaning.stdin.flush()
    assert line(cleaning) == "clean"


def test_what_nohup_turned_off_stays_off():
    nohup = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    told = "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    code = f"{nohup}from cli import __main__ as entry\n"
    code += f"entry.main = lambda arguments: {told}\nentry.entrypoint()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
