"""Which jobs start first, and what holds them back besides room: a row for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from job_runner.jobs.job import Claim, Job, Kind, State, WaitingFor, moved
from job_runner.jobs.scheduler import OLDEST_EVERY, Capacity, Start, Terms, Wait, decide
from tests.jobs_made import a_job

ROOM = Capacity(workers=10, database_workers=10)
ONE = Capacity(workers=1, database_workers=1)
EXTRACTION = Kind.EXTRACTION


def job(name: str, workspace: str = "study", priority: int = 0, **more: object) -> Job:
    made = a_job(name, workspace=workspace, **more)  # type: ignore[arg-type]
    return replace(made, priority=priority)


def busy(name: str, workspace: str = "study", **more: object) -> Job:
    return job(name, workspace, state=State.EXECUTING, **more)


def at(place: str, made: Job) -> Job:
    return moved(made, made.state, claim=Claim("other", place))


def started(jobs: Sequence[Job], room: Capacity = ROOM, **terms: object) -> list[str]:
    decided = decide(jobs, room, terms=Terms(**terms))  # type: ignore[arg-type]
    return [d.job_id.removeprefix("r1.") for d in decided if isinstance(d, Start)]


@pytest.mark.parametrize(
    ("rule", "jobs", "room", "terms", "expected"),
    [
        (
            "the highest priority goes first, whoever has fewest running",
            [busy("x", "b"), job("a", "a"), job("b", "b", 1), job("c", "c", -1)],
            Capacity(4, 0),
            {},
            ["b", "a", "c"],
        ),
        (
            "within a priority, the workspace with the fewest running",
            [busy("x", "b"), job("b", "b", 1), job("c", "c", 1), job("d", "b", 1)],
            Capacity(3, 0),
            {},
            ["c", "b"],
        ),
        (
            "within a workspace, urgent jobs overtake older ones",
            [job("a"), job("b", priority=1)],
            ONE,
            {},
            ["b"],
        ),
        (
            "a project's own limit holds, and others go on",
            [busy("x", "a"), job("a", "a"), job("b", "b"), job("c", "b")],
            ROOM,
            {"most": {"a": Capacity(1, 9), "b": Capacity(1, 9)}},
            ["b"],
        ),
        (
            "a project's limit of questions to the warehouse is another one",
            [busy("x", "a"), job("a", "a", kind=EXTRACTION)],
            ROOM,
            {"most": {"a": Capacity(1, 1)}},
            ["a"],
        ),
        (
            "workers are each place's own",
            [at("far", busy("x")), at("far", busy("y")), job("a"), job("b")],
            ONE,
            {"place": "here"},
            ["a"],
        ),
        (
            "database workers are all places' together",
            [at("far", busy("x", kind=EXTRACTION)), job("a", kind=EXTRACTION)],
            ONE,
            {"place": "here"},
            [],
        ),
        (
            "a job that a runner is about to begin takes up room",
            [at("here", job("x", state=State.WAITING)), job("a")],
            ONE,
            {"place": "here"},
            [],
        ),
        (
            "at a closed hour no job of that kind begins",
            [job("a"), job("b", kind=EXTRACTION)],
            ROOM,
            {"closed": {EXTRACTION}},
            ["a"],
        ),
        (
            "a paused project stands still, and others don't",
            [job("a", "a"), job("b", "b")],
            ROOM,
            {"paused": {"a"}},
            ["b"],
        ),
        (
            "the last of so many starts is the oldest's, whatever its priority",
            [job("old", priority=-1), job("a", "a", 1), job("b", "b", 1)],
            ONE,
            {"started": {Kind.ANALYSIS: OLDEST_EVERY - 1}},
            ["old"],
        ),
        (
            "and that is no way round a project's limit",
            [busy("x"), job("old"), job("a", "a", 1), job("b", "b", 1)],
            Capacity(2, 0),
            {"started": {Kind.ANALYSIS: OLDEST_EVERY - 1}, "most": {"study": ONE}},
            ["a"],
        ),
    ],
)
def test_the_rule(rule, jobs, room, terms, expected):
    assert started(jobs, room, **terms) == expected, rule


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (Terms(paused={"study"}), WaitingFor.PAUSED),
        (Terms(closed={Kind.ANALYSIS}), WaitingFor.MAINTENANCE),
        (Terms(most={"study": Capacity(0, 0)}), WaitingFor.WORKER),
    ],
)
def test_what_holds_a_job_back_is_shown(terms, reason):
    assert decide([job("a")], ROOM, terms=terms) == [Wait("r1.a", reason)]


def test_out_of_turn_its_workspace_is_counted_as_busier():
    """The oldest is taken as the eighth; then the others' turn comes first."""
    jobs = [job("old"), job("older", priority=1), job("a", "a"), job("b", "study")]
    ready = [job("x", "study"), *jobs]
    first = {Kind.ANALYSIS: OLDEST_EVERY - 1}
    assert started(ready, Capacity(4, 0), started=first) == ["x", "older", "a", "old"]


def test_nothing_waits_for_ever_behind_what_is_more_urgent():
    """One worker, and a new urgent job whenever it is free."""
    waits, count = [job("low", "low", -1)], 0
    while "low" in {one.action for one in waits}:
        waits.append(job(f"urgent{count}", f"w{count}", 1))
        (name,) = started(waits, ONE, started={Kind.ANALYSIS: count})
        waits = [one for one in waits if one.action != name]
        count += 1
        assert count <= OLDEST_EVERY
