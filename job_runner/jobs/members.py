"""Who runs a site's jobs: which runners live, and when others may go on with their jobs.

Two proofs that a runner is no more. In its own place, the lock that it held for as long
as its process lived can be had. From anywhere else, the number that a live runner keeps
raising has stood still for longer than the lease, by the clock of whoever looks: no two
clocks are ever compared, so one that steps proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from job_runner.jobs.job import RUNNING, TERMINAL, Claim, Job

LEASE = 120.0
"""Seconds after which a runner of another place that shows no life is taken for lost."""


class Drain(Enum):
    """How a runner comes to be safe to stop: its jobs end first, or are put back."""

    FINISH = "finish"
    REQUEUE = "requeue"


class Gone(Enum):
    """How a runner came to be no more: it left, or others found that it was lost."""

    LEFT = "left"
    LOST = "lost"


@dataclass(frozen=True)
class Member:
    """One runner. ``since``: when it began, as text; ``beats``: grows while it lives."""

    id: str
    place: str
    since: str = ""
    beats: int = 0
    drain: Drain | None = None
    safe_to_stop: bool = False
    gone: Gone | None = None


@dataclass(frozen=True)
class Sighting:
    """A runner's number as it was first seen, and when, by the clock of who looks."""

    beats: int
    at: float


def sightings(
    members: Collection[Member], before: Mapping[str, Sighting], now: float
) -> dict[str, Sighting]:
    """What is known of each runner after this look. ``now`` never steps back."""
    found = {}
    for member in members:
        known = before.get(member.id)
        same = known is not None and known.beats == member.beats
        found[member.id] = known if known and same else Sighting(member.beats, now)
    return found


@dataclass(frozen=True)
class Watch:
    """How one runner judges the others. ``dead``: whether one in its own place is, or None
    where nothing proves it; then the lease counts there too."""

    me: Claim
    lease: float
    dead: Callable[[str], bool | None]

    def lost(
        self, members: Collection[Member], seen: Mapping[str, Sighting], now: float
    ) -> list[Member]:
        """Those who are no more, and of whom nobody has said so."""
        return [
            member
            for member in members
            if member.gone is None
            and member.id != self.me.runner
            and self._is_lost(member, seen[member.id], now)
        ]

    def _is_lost(self, member: Member, sighting: Sighting, now: float) -> bool:
        proof = self.dead(member.id) if member.place == self.me.place else None
        return now - sighting.at > self.lease if proof is None else proof

    def left_places(
        self,
        places: Collection[str | None],
        members: Collection[Member],
        seen: Mapping[str, Sighting],
        now: float,
    ) -> frozenset[str]:
        """Those of the other places where nobody has run for longer than the lease.

        Whoever starts there anew finds the boxes that are still there, so they are
        waited for; after that their jobs are begun again elsewhere.
        """
        kept = {
            member.place
            for member in members
            if member.gone is None or now - seen[member.id].at <= self.lease
        }
        return frozenset(place for place in places if place) - kept - {self.me.place}


def to_adopt(
    jobs: Sequence[Job], me: Claim, left_places: Collection[str] = ()
) -> list[Job]:
    """Jobs under way that are nobody's now and that this runner may go on with.

    In its own place it finds their boxes. From a place that was left it finds none: there
    the platform failed, and they are begun again.
    """
    return [
        job
        for job in jobs
        if job.state in RUNNING
        and job.runner is None
        and (job.place in (None, me.place) or job.place in left_places)
    ]


def mine(jobs: Sequence[Job], me: Claim) -> list[Job]:
    """Jobs that this runner has taken up."""
    return [job for job in jobs if job.runner == me.runner and job.state not in TERMINAL]
