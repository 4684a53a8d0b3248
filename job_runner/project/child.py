"""The process that reads a file that anybody may have written: see ``apart``.

It has no environment, no time and no memory to waste, and answers on standard output.
"""

from __future__ import annotations

import json
import resource
import sys

from job_runner.project.load import MOST_BYTES, text_of
from job_runner.project.mistakes import Mistakes
from job_runner.project.reading import read
from job_runner.project.tree import READY, written

MOST_MEMORY = 400 * 1024**2
MOST_SECONDS = 2
"""Of the processor's time: a clock that other work doesn't run down."""


def answer(data: bytes) -> str:
    """What is in a file's bytes, as JSON."""
    mistakes = Mistakes("")
    root = read(text_of(data), mistakes)
    return json.dumps(written(root, mistakes))


def limit() -> None:
    """From now on this process can't take more than it may, nor start or write anything."""
    # Time has a limit beyond the first, which alone would end it as if others had.
    seconds = (MOST_SECONDS, MOST_SECONDS + 1)
    resource.setrlimit(resource.RLIMIT_CPU, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit()
    sys.stdout.write(READY)
    sys.stdout.flush()
    sys.stdout.write(answer(sys.stdin.buffer.read(MOST_BYTES + 1)))
