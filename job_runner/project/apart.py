"""A project file of somebody else's, read in a process of its own.

YAML is taken apart by a library that isn't Python. Where a file makes it run for ever,
take all memory or break, nobody else goes along; where it takes the process over, it has
no secret there, and all it can answer is what another file could have said.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from job_runner.errors import PlatformError
from job_runner.project.load import MOST_BYTES
from job_runner.project.mistakes import Mistakes, Place
from job_runner.project.model import PROJECT_FILE, Project
from job_runner.project.nodes import Node
from job_runner.project.parse import checked
from job_runner.project.tree import READY, NoTree, understood

MOST_SECONDS = 20.0
"""By the clock on the wall; its own time on the processor is bounded more tightly."""

MOST_ANSWERED = 64 * 1024**2

MOST_KEPT = 8
"""Projects; each has at most as many bytes as its file may."""

CHILD = (sys.executable, "-I", "-m", "job_runner.project.child")
"""-I: the folder that we were started in has no say in what is imported."""


def parse_apart(
    data: bytes,
    *,
    where: str = PROJECT_FILE,
    child: Sequence[str] = CHILD,
    seconds: float = MOST_SECONDS,
) -> Project:
    """As ``parse``. A file that its reader doesn't survive is refused like any other.

    PlatformError where the reader doesn't start, somebody else ended it, or the machine is
    too busy for it: that says nothing about the file.
    """
    mistakes = Mistakes(where)
    answer = _answer(data[: MOST_BYTES + 1], child, seconds)
    return checked(_understood(answer, mistakes), mistakes)


@lru_cache(MOST_KEPT)
def read_once(data: bytes) -> Project:
    """As ``parse_apart``. The last few that were sound are read once only: most commits
    change other files, and a process takes longer to start than a file to be read."""
    return parse_apart(data)


def _understood(answer: bytes, mistakes: Mistakes) -> Node | None:
    try:
        return understood(json.loads(answer), mistakes)
    except (ValueError, RecursionError, NoTree):
        problem = "reading this takes more time or memory than a project file may"
        mistakes.add(Place(1, 1), problem, "Write it plainly: lists, mappings and words.")
        return None


def _answer(data: bytes, child: Sequence[str], seconds: float) -> bytes:
    """What the child says, or nothing where it didn't end well."""
    with subprocess.Popen(  # noqa: S603  our own words
        child,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Timer(seconds, process.kill)
        late.start()
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(data)
            with suppress(BrokenPipeError):
                process.stdin.close()
            said = process.stdout.read(MOST_ANSWERED)
            process.stdout.close()  # whoever says more than that ends on a broken pipe
            return _if_it_ended_well(said, process.wait())
        finally:
            late.cancel()
            process.kill()


def _if_it_ended_well(said: bytes, code: int) -> bytes:
    """Its own limits end it otherwise than by this signal."""
    if code == -signal.SIGKILL or not said.startswith(READY.encode()):
        raise PlatformError(
            f"the reader of {PROJECT_FILE} didn't start, or was ended by somebody else",
            where="this machine",
            remedy="Is Strongroom installed, and has the machine memory and time left?",
        )
    return said.removeprefix(READY.encode()) if code == 0 else b""
