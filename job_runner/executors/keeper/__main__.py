"""``python -m job_runner.executors.keeper [--here] FOLDER``: keep one box.

Without ``--here`` it goes into the background, and comes back when the box has a keeper.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path


def main(arguments: list[str]) -> int:
    """The exit code says only whether there was a keeper; the run's files say the rest."""
    here = arguments[:1] == ["--here"]
    folder = Path(arguments[-1])
    if here:
        # Slurm's number of the job, for labels; nothing else of the environment counts.
        return _keep(folder, os.environ.get("SLURM_JOB_ID", ""), bool)  # noqa: TID251
    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        os.read(told, 1)
        os._exit(0)
    os.setsid()
    os.close(told)
    return _keep(folder, "", lambda: os.close(tell))


def _keep(folder: Path, slurm_job: str, begun: Callable[[], object]) -> int:
    from job_runner.executors.keeper.keeping import keep
    from job_runner.executors.keeper.run_files import RunFiles

    keep(RunFiles(folder), slurm_job, begun)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
