"""One project file read, in a process of its own: ``python -m tests.bench.project_worker``.

Prints as JSON whether the file was refused and the most memory that it took.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from job_runner.errors import ProjectError
from job_runner.project import load


def read(path: Path) -> dict[str, object]:
    try:
        load(path)
    except ProjectError:
        refused = True
    else:
        refused = False
    return {"refused": refused, "memory": most_memory()}


def most_memory() -> int:
    """Bytes, of this process alone: ``getrusage`` counts who started it, too."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.M)[0]) * 1024


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))
