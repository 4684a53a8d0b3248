"""A runner takes no work until its boxes are proved, and none while they don't hold."""

from __future__ import annotations

import errno
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.commands.runner import selftest_lines
from cli.compose import proving
from cli.compose.proving import Guard
from job_runner.errors import PlatformError
from job_runner.executors.engine import Engine
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

    def wake() -> None:
        awake.set()
        guard.leave()

    guard.start(wake)
    assert awake.wait(30)
    assert not guard.refuses()
    assert [len(t.broken) for t in told if isinstance(t, Certificate)] == [1, 0]


def test_no_work_is_taken_any_more_once_boxes_that_held_are_found_broken() -> None:
    """By a selftest that somebody ran, or on an engine that was changed, while it runs."""
    finds = [a_certificate(True), a_certificate(True), a_certificate(False)]
    told: list[Certificate | PlatformError] = []
    guard, heard = Guard(lambda: finds.pop(0), told.append, again=0.0), threading.Event()

    def hear(found: Certificate | PlatformError) -> None:
        told.append(found)
        if len(told) == 2:
            guard.leave()
            heard.set()

    guard.told = hear
    guard.start(lambda: None)
    assert heard.wait(30)
    assert guard.refuses()
    assert [len(t.broken) for t in told if isinstance(t, Certificate)] == [0, 1]


def test_an_engine_that_went_away_has_no_boxes_that_hold() -> None:
    gone = [PlatformError("gone", where="here", remedy="wait") for _ in range(2)]
    finds = iter([a_certificate(True), *gone, a_certificate(True)])
    told: list[Certificate | PlatformError] = []

    def prove() -> Certificate:
        found = next(finds)
        if isinstance(found, PlatformError):
            raise found
        return found

    guard = Guard(prove, told.append)
    assert [guard.look() for _ in range(4)] == [True, False, False, True]
    assert [type(found) for found in told] == [Certificate, PlatformError, Certificate]


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


def test_a_disk_that_refuses_the_selftest_ends_no_looking() -> None:
    """Once it is well again, so is the runner."""
    finds = [OSError(errno.ENOSPC, "No space left on device"), a_certificate(True)]
    told: list[Certificate | PlatformError] = []

    def prove() -> Certificate:
        found = finds.pop(0)
        if isinstance(found, OSError):
            raise found
        return found

    guard = Guard(prove, told.append)
    assert [guard.look(), guard.look()] == [False, True]
    assert "No space left on device" in str(told[0])


def test_an_engine_is_asked_what_it_is_now_not_what_it_was_at_the_start(
    tmp_path: Path,
) -> None:
    """Bubblewrap has no daemon that could have been started anew."""
    gone = Engine(f"unix://{tmp_path / 'gone.sock'}", "1", False, ())
    with pytest.raises(PlatformError, match="isn't answering"):
        proving._says_now(gone)
    assert proving._says_now(replace(gone, url="bubblewrap")) == {}
