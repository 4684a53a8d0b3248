"""A runner takes no work until its boxes are proved, and none while they don't hold."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from cli.commands.runner import selftest_lines
from cli.compose.proving import Guard
from job_runner.errors import PlatformError
from job_runner.selftest.certificate import Certificate
from job_runner.selftest.found import Tried, Verdict

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_certificate(*held: bool) -> Certificate:
    tried = tuple(Tried("disk", "fills it", Verdict(h, "ended")) for h in held)
    return Certificate("here", NOON, tried)


def test_work_is_taken_once_the_boxes_hold() -> None:
    finds = iter([a_certificate(True, False), a_certificate(True, True)])
    told: list[Certificate | PlatformError] = []
    guard, awake = Guard(lambda: next(finds), told.append, again=0.0), threading.Event()
    assert guard.refuses()
    guard.start(awake.set)
    assert awake.wait(30)
    assert not guard.refuses()
    assert [len(t.broken) for t in told if isinstance(t, Certificate)] == [1, 0]


def test_an_engine_that_cannot_be_tried_gets_no_work() -> None:
    told: list[Certificate | PlatformError] = []

    def prove() -> Certificate:
        raise PlatformError("no image", where="here", remedy="build it")

    guard = Guard(prove, told.append)
    assert not guard.look()
    assert guard.refuses()
    assert [str(t).splitlines()[0] for t in told] == ["here: no image"]


def test_a_runner_that_leaves_looks_no_more() -> None:
    looked = threading.Semaphore(0)

    def prove() -> Certificate:
        looked.release()
        return a_certificate(False)

    guard = Guard(prove, lambda found: None, again=600.0)
    guard.start(lambda: None)
    assert looked.acquire(timeout=30)
    guard.leave()
    assert guard.refuses()


def test_the_table_says_what_follows() -> None:
    assert selftest_lines(a_certificate(True))[-1] == (
        "All 1 attempts were in vain: the boxes hold."
    )
    lines = selftest_lines(a_certificate(True, False))
    assert "BROKEN" in "".join(lines)
    assert lines[-1] == "1 of 2 attempts broke a limit: runners take no work."
