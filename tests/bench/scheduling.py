"""The row about the scheduler: thousands of pending jobs, and one of them has just moved.

A look is all that a runner does then: it reads what changed in the store, and decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from job_runner.jobs.job import Claim, State
from job_runner.jobs.scheduler import Capacity, decide
from job_runner.store import Store
from tests.bench.measure import Bench
from tests.bench.rows import Found, Measuring, Row
from tests.jobs_made import NOON, a_job, a_request

FEW, MANY, PER_REQUEST, ROUNDS = 250, 2_500, 25, 25
ROOM = Capacity(workers=8, database_workers=2)
ME = Claim("bench", "here")


def decisions(bench: Bench) -> Row:
    """CPU time of this process, the best of a few; the disk's waiting isn't in it."""
    few, many = (_measured(bench.folder / f"{n}.sqlite", n) for n in (FEW, MANY))
    found = [
        Found("{} ms for one decision", many["decision"] * 1000, 50),
        Found("{} ms for a whole look", many["look"] * 1000, 50),
        Found(f"{{}} times that of {FEW}", many["decision"] / few["decision"], 12),
    ]
    times = ", ".join(f"{name} {1000 * s:.2f} ms" for name, s in many.items())
    return Row(f"{MANY} pending jobs, one of which has just moved", found, times)


ROWS: Mapping[str, Measuring] = {"scheduling": decisions}


def _measured(file: Path, count: int) -> dict[str, float]:
    with Store(f"sqlite:///{file}") as store:
        for number in range(count // PER_REQUEST):
            _submit(store, f"r{number}")
        queue = store.queue()
        queue.settle(lambda jobs: decide(jobs, ROOM), by=ME, at=NOON)
        jobs, looks = queue.look(), []
        for job in [job for job in jobs if job.runner][:ROUNDS]:
            store.move(job, State.PREPARING, at=NOON)
            looks.append(_seconds(lambda: decide(queue.look(), ROOM)))
    decided = min(_seconds(lambda: decide(jobs, ROOM)) for _ in range(ROUNDS))
    return {"decision": decided, "look": min(looks)}


def _submit(store: Store, name: str) -> None:
    """Five chains of five."""
    actions = [f"s{number}" for number in range(PER_REQUEST)]
    jobs = [
        a_job(one, needs=actions[at - 1] if at % 5 else "", request=name, workspace=name)
        for at, one in enumerate(actions)
    ]
    store.create_request(a_request(name, actions), jobs)


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
