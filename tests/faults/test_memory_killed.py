"""kill -9 while the store or the ledger is written to: what was told as done is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from job_runner.errors import LedgerDamaged
from job_runner.jobs.job import State
from job_runner.ledger import Head, Ledger
from job_runner.store import Store
from tests.jobs_made import NOON, a_job, a_request

ROOT = Path(__file__).parents[2]

APPENDS = """
import sys
from pathlib import Path
from job_runner.ledger import Ledger
from tests.jobs_made import NOON
ledger = Ledger(Path(sys.argv[1]))
while True:
    entry = ledger.append("job", {"x": "y" * 3000}, who="runner", at=NOON)
    print(entry.seq, entry.sha256, flush=True)
"""

MOVES = """
import sys
from job_runner.jobs.job import State
from job_runner.store import Store
from tests.jobs_made import NOON
store = Store(sys.argv[1])
job = store.move(store.jobs("r1")[0], State.WAITING, at=NOON)
while True:
    job = store.move(job, State.PREPARING, at=NOON)
    print(job.attempts, flush=True)
    job = store.move(job, State.WAITING, at=NOON)
"""


def killed(program: str, target: str, after: int) -> list[str]:
    """What a program had printed when it was killed, at least ``after`` lines."""
    with subprocess.Popen(
        [sys.executable, "-c", program, target], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    return [line for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("after", [1, 7, 20])
def test_every_entry_that_was_told_as_written_survives(tmp_path: Path, after: int) -> None:
    ledger = Ledger(tmp_path / "ledger")
    told = killed(APPENDS, str(tmp_path / "ledger"), after)
    seq, sha256 = told[-1].split()
    assert ledger.verify(Head(int(seq), sha256)) in (len(told), len(told) + 1)
    assert ledger.append("job", {}, who="runner", at=NOON).seq > len(told)


def test_an_entry_cut_anywhere_is_told_and_can_be_put_right(tmp_path: Path) -> None:
    """As after a power cut, where only some of the bytes reached the disk."""
    path = tmp_path / "ledger"
    ledger = Ledger(path)
    for _ in range(2):
        ledger.append("job", {"a": 1}, who="runner", at=NOON)
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first + 1, len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(
            LedgerDamaged, match=r"the machine stopped|lacks its end"
        ) as found:
            ledger.append("job", {}, who="runner", at=NOON)
        assert found.value.where == f"{path}, line 2"
        assert f"truncate -s {first} " in found.value.remedy or length == len(whole) - 1


@pytest.mark.parametrize("after", [1, 5, 20])
def test_every_move_that_was_told_as_made_survives(tmp_path: Path, after: int) -> None:
    url = f"sqlite:///{tmp_path / 'site.sqlite'}"
    with Store(url) as store:
        store.create_request(a_request(), [a_job()])
    told = killed(MOVES, url, after)
    with Store(url) as store:
        job = store.jobs("r1")[0]
        assert job.attempts in (len(told), len(told) + 1)
        events = store.events_after(0)
        assert events[-1].state is job.state
        assert sum(e.state is State.PREPARING for e in events) == job.attempts
