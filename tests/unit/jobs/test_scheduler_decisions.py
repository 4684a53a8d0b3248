"""What the scheduler decides, case by case."""

from __future__ import annotations

import pytest

from job_runner.jobs.job import Failure, Job, Kind, State, WaitingFor
from job_runner.jobs.scheduler import Capacity, Decision, Fail, Start, Wait, decide
from tests.jobs_made import a_job

ROOM = Capacity(workers=10, database_workers=10)
NO_ROOM = Capacity(workers=0, database_workers=0)


def waiting(action: str, reason: WaitingFor | None = None, **more: object) -> Job:
    return a_job(action, State.WAITING, waiting_for=reason, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [State.CREATED, State.WAITING])
def test_a_job_that_may_run_starts(state: State) -> None:
    assert decide([a_job("a", state)], ROOM) == [Start("r1.a")]


@pytest.mark.parametrize(
    "state", [State.PREPARING, State.EXECUTING, State.COLLECTING, State.SUCCEEDED]
)
def test_nothing_is_decided_about_jobs_under_way_or_over(state: State) -> None:
    assert decide([a_job("a", state, cancel=True)], ROOM) == []


@pytest.mark.parametrize(
    ("need", "decision"),
    [
        (State.SUCCEEDED, Start("r1.b")),
        (State.EXECUTING, Wait("r1.b", WaitingFor.DEPENDENCIES)),
        (State.FAILED, Fail("r1.b", Failure.DEPENDENCY_FAILED)),
    ],
)
def test_a_job_waits_for_what_it_needs(need: State, decision: Decision) -> None:
    assert decide([a_job("a", need), a_job("b", needs="a")], ROOM) == [decision]


def test_a_need_is_a_job_of_the_same_request() -> None:
    jobs = [
        a_job("a", State.SUCCEEDED, request="r0"),
        a_job("a", State.EXECUTING),
        waiting("b", needs="a"),
    ]
    assert decide(jobs, ROOM) == [Wait("r1.b", WaitingFor.DEPENDENCIES)]


def test_a_failure_takes_all_that_needs_it_at_once() -> None:
    jobs = [
        a_job("c", needs="b"),
        a_job("b", needs="a"),
        a_job("a", State.FAILED),
        a_job("other"),
    ]
    assert decide(jobs, ROOM) == [
        Fail("r1.b", Failure.DEPENDENCY_FAILED),
        Fail("r1.c", Failure.DEPENDENCY_FAILED),
        Start("r1.other"),
    ]


def test_a_cancelled_job_ends_and_takes_its_dependents_with_it() -> None:
    jobs = [a_job("a", cancel=True), waiting("b", needs="a"), a_job("c")]
    assert decide(jobs, NO_ROOM) == [
        Fail("r1.a", Failure.CANCELLED),
        Fail("r1.b", Failure.DEPENDENCY_FAILED),
        Wait("r1.c", WaitingFor.WORKER),
    ]


def test_a_job_both_cancelled_and_bereft_says_cancelled() -> None:
    jobs = [a_job("a", State.FAILED), waiting("b", needs="a", cancel=True)]
    assert decide(jobs, ROOM) == [Fail("r1.b", Failure.CANCELLED)]


def test_a_need_that_isn_t_there_is_the_platform_s_failure() -> None:
    jobs = [a_job("b", needs="gone"), a_job("c", needs="b")]
    assert decide(jobs, ROOM) == [
        Fail("r1.b", Failure.PLATFORM_ERROR),
        Fail("r1.c", Failure.DEPENDENCY_FAILED),
    ]


def test_extractions_have_workers_of_their_own() -> None:
    jobs = [
        a_job("rows", kind=Kind.EXTRACTION),
        a_job("more", kind=Kind.EXTRACTION),
        a_job("a"),
        a_job("b"),
    ]
    assert decide(jobs, Capacity(workers=1, database_workers=1)) == [
        Start("r1.rows"),
        Start("r1.a"),
        Wait("r1.more", WaitingFor.DATABASE_WORKER),
        Wait("r1.b", WaitingFor.WORKER),
    ]


def test_running_jobs_take_up_room() -> None:
    jobs = [a_job("x", State.PREPARING), a_job("y", State.COLLECTING), a_job("a")]
    assert decide(jobs, Capacity(2, 2)) == [Wait("r1.a", WaitingFor.WORKER)]
    assert decide(jobs, Capacity(3, 0)) == [Start("r1.a")]


def test_less_room_than_is_taken_starts_nothing() -> None:
    """After a restart with smaller settings."""
    jobs = [a_job("x", State.EXECUTING), a_job("y", State.EXECUTING), a_job("a")]
    assert decide(jobs, Capacity(1, 1)) == [Wait("r1.a", WaitingFor.WORKER)]


def test_a_paused_site_starts_nothing_but_ends_what_can_t_run() -> None:
    jobs = [
        a_job("a"),
        a_job("b", needs="a"),
        a_job("c", cancel=True),
        a_job("d", needs="c"),
    ]
    assert decide(jobs, ROOM, paused=True) == [
        Fail("r1.c", Failure.CANCELLED),
        Fail("r1.d", Failure.DEPENDENCY_FAILED),
        Wait("r1.a", WaitingFor.PAUSED),
        Wait("r1.b", WaitingFor.DEPENDENCIES),
    ]


def test_what_the_platform_holds_back_waits_and_others_don_t() -> None:
    assert decide([a_job("a"), a_job("b")], ROOM, held={"r1.a"}) == [
        Start("r1.b"),
        Wait("r1.a", WaitingFor.MAINTENANCE),
    ]


@pytest.mark.parametrize(
    ("job", "capacity", "paused"),
    [
        (waiting("a", WaitingFor.WORKER), NO_ROOM, False),
        (waiting("a", WaitingFor.PAUSED), ROOM, True),
        (waiting("a", WaitingFor.DATABASE_WORKER, kind=Kind.EXTRACTION), NO_ROOM, False),
    ],
)
def test_what_is_shown_already_isn_t_decided_again(
    job: Job, capacity: Capacity, paused: bool
) -> None:
    assert decide([job], capacity, paused) == []


def test_a_changed_reason_to_wait_is_shown() -> None:
    job = waiting("a", WaitingFor.PAUSED)
    assert decide([job], NO_ROOM) == [Wait("r1.a", WaitingFor.WORKER)]


def test_the_workspace_with_the_fewest_running_goes_first() -> None:
    jobs = [
        a_job("run", State.EXECUTING, request="r1", workspace="busy"),
        *(a_job(f"s{i}", request="r1", workspace="busy") for i in range(3)),
        *(a_job(f"s{i}", request="r2", workspace="late") for i in range(3)),
        a_job("s0", request="r3", workspace="latest"),
    ]
    started = [d.job_id for d in decide(jobs, Capacity(6, 0)) if isinstance(d, Start)]
    assert started == ["r2.s0", "r3.s0", "r1.s0", "r2.s1", "r1.s1"]


def test_within_a_workspace_the_oldest_goes_first_whatever_its_clock_says() -> None:
    jobs = [a_job("z"), a_job("a"), a_job("m", request="r2")]
    assert decide(jobs, Capacity(2, 0))[:2] == [Start("r1.z"), Start("r1.a")]


def test_thousands_of_jobs_are_decided_without_deep_stacks() -> None:
    chain = [a_job("s0", State.FAILED)]
    chain += [a_job(f"s{i}", needs=f"s{i - 1}") for i in range(1, 5000)]
    decided = decide(chain, ROOM)
    assert len(decided) == 4999
    assert all(isinstance(d, Fail) for d in decided)
