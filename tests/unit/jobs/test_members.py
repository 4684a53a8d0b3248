"""When a runner is taken for lost, and who goes on with its jobs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from job_runner.jobs.job import Claim, Job, State, moved
from job_runner.jobs.members import Gone, Member, Sighting, Watch, sightings, to_adopt
from tests.jobs_made import a_job

ME = Claim("me", "north")
NEXT_DOOR, FAR = Member("next", "north", beats=3), Member("far", "south", beats=3)


def watch(**dead: bool | None) -> Watch:
    return Watch(ME, lease=60.0, dead=dead.get)  # type: ignore[arg-type]


def seen(at: float = 0.0) -> dict[str, Sighting]:
    return {name: Sighting(3, at) for name in ("next", "far", "me")}


def test_in_its_own_place_a_lock_proves_it_however_long_it_was_silent() -> None:
    assert watch(next=False).lost([NEXT_DOOR], seen(), now=9e9) == []
    assert watch(next=True).lost([NEXT_DOOR], seen(), now=0.0) == [NEXT_DOOR]


def test_elsewhere_it_is_lost_once_it_has_stood_still_for_longer_than_the_lease() -> None:
    assert watch(far=True).lost([FAR], seen(), now=60.0) == []
    assert watch(far=True).lost([FAR], seen(), now=60.1) == [FAR]


def test_where_no_lock_tells_the_lease_does_here_too() -> None:
    assert watch().lost([NEXT_DOOR], seen(), now=60.0) == []
    assert watch().lost([NEXT_DOOR], seen(), now=60.1) == [NEXT_DOOR]


def test_nobody_takes_themselves_for_lost_nor_says_twice_that_one_is() -> None:
    gone = Member("far", "south", beats=3, gone=Gone.LOST)
    me = Member("me", "north", beats=3)
    assert watch().lost([gone, me], seen(), now=9e9) == []


def test_a_number_that_grew_is_a_sign_of_life_whatever_any_clock_says() -> None:
    first = sightings([FAR], {}, now=5.0)
    assert first == {"far": Sighting(3, 5.0)}
    assert sightings([FAR], first, now=50.0) == first
    assert sightings([Member("far", "south", beats=4)], first, now=50.0) == {
        "far": Sighting(4, 50.0)
    }


def test_a_place_is_left_once_nobody_has_run_there_for_the_lease() -> None:
    gone = Member("far", "south", beats=3, gone=Gone.LEFT)
    there = ["south", "north", None, "east"]
    left = watch().left_places
    assert left(there, [FAR], seen(), now=9e9) == {"east"}
    assert left(there, [gone], seen(), now=60.0) == {"east"}
    assert left(there, [gone], seen(), now=60.1) == {"east", "south"}


def under_way(state: State, runner: str | None, place: str | None) -> Job:
    job = a_job("step", state)
    return moved(job, state, claim=Claim(runner or "", place or "")) if runner else job


@pytest.mark.parametrize("state", [State.PREPARING, State.EXECUTING, State.COLLECTING])
def test_what_is_nobodys_is_gone_on_with_where_its_box_is(state: State) -> None:
    free = a_job("step", state)
    assert to_adopt([free], ME) == [free]
    assert to_adopt([under_way(state, "other", "north")], ME) == []


def test_what_is_nobodys_elsewhere_is_left_alone_until_its_place_is_left() -> None:
    there = replace(a_job("step", State.EXECUTING), place="south")
    assert to_adopt([there], ME) == []
    assert to_adopt([there], ME, {"south"}) == [there]


def test_what_waits_or_is_over_is_not_adopted() -> None:
    idle = [a_job("a"), a_job("b", State.WAITING), a_job("c", State.FAILED)]
    assert to_adopt(idle, ME, {"south"}) == []
