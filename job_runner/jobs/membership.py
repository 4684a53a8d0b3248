"""One runner among a site's runners, for as long as it runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.jobs.job import RUNNING, Claim, Job
from job_runner.jobs.members import LEASE, Gone, Member, Sighting, Watch, sightings
from job_runner.store import Store

BEATS = 4
"""How often, in a lease, a runner shows that it lives."""

ALONE = Claim("runner", "here")
"""A runner that is the only one of its store."""


@dataclass(frozen=True)
class Lost:
    """A runner that is no more, and the jobs that it left behind."""

    member: Member
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Company:
    """The runners at one look: ourselves, who is no more, which places nobody has."""

    me: Member
    senior: bool
    lost: tuple[Lost, ...]
    left_places: frozenset[str]


class Membership:
    """``locks``: a folder where each runner of this host holds a lock while it lives."""

    def __init__(
        self,
        store: Store,
        me: Claim,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        locks: Path | None = None,
        lease: float = LEASE,
    ) -> None:
        self.me, self._roll = me, store.roll
        self._clock, self._monotonic = clock, monotonic
        self._locks, self._lease = locks, lease
        self._seen: dict[str, Sighting] = {}
        self._watch = Watch(me, lease, self._dead)
        self.given_up = threading.Event()

    @contextlib.contextmanager
    def joined(self, told: Callable[[], None]) -> Iterator[None]:
        """A runner until the block ends. ``told``: called when others gave us up."""
        over = threading.Event()
        with self._locked():
            self._roll.join(self.me, at=self._clock())
            beating = threading.Thread(target=self._beat, args=(over, told), daemon=True)
            beating.start()
            try:
                yield
            finally:
                over.set()
                beating.join()
                with contextlib.suppress(PlatformError):  # others find out by themselves
                    self._leave()

    def company(self, jobs: Sequence[Job]) -> Company:
        """Who there is now. Those found to be no more are said to be, so one says so."""
        if self.given_up.is_set():
            raise given_up(self.me)
        members, now = self._roll.members(), self._monotonic()
        self._seen = sightings(members, self._seen, now)
        lost = [self._bury(one) for one in self._watch.lost(members, self._seen, now)]
        here = [member for member in members if member.gone is None]
        me = next((member for member in here if member.id == self.me.runner), None)
        if me is None:
            raise given_up(self.me)
        places = {job.place for job in jobs if job.state in RUNNING and not job.runner}
        return Company(
            me=me,
            senior=me == here[0],
            lost=tuple(one for one in lost if one),
            left_places=self._watch.left_places(places, members, self._seen, now),
        )

    def _bury(self, member: Member) -> Lost | None:
        jobs = self._roll.gone(member, Gone.LOST, at=self._clock())
        return None if jobs is None else Lost(member, jobs)

    def _beat(self, over: threading.Event, told: Callable[[], None]) -> None:
        while not over.wait(self._lease / BEATS):
            with contextlib.suppress(PlatformError):  # the runner itself meets it, and says
                if not self._roll.beat(self.me.runner):
                    self.given_up.set()
                    told()
                    return

    def _leave(self) -> None:
        me = Member(self.me.runner, self.me.place)
        self._roll.gone(me, Gone.LEFT, at=self._clock())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """The kernel lets the lock go when this process ends, however it ends."""
        if self._locks is None:
            yield
            return
        self._locks.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._locks / f"{self.me.runner}.lock"
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def _dead(self, runner: str) -> bool | None:
        """Whether it is, where its lock tells; None where there is no lock to ask."""
        if self._locks is None:
            return None
        path = self._locks / f"{runner}.lock"
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except BlockingIOError:
            return False
        finally:
            os.close(file)
        return True


def given_up(me: Claim) -> PlatformError:
    return PlatformError(
        "others took this runner for lost, and go on with its jobs",
        where=f"runner {me.runner}",
        remedy="Start it again. Was this machine, or its way to the database, at a halt?",
    )
