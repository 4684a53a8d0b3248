"""When jobs begin, by the clock on the site's wall."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.jobs.job import Kind
from job_runner.site import policy
from job_runner.site.hours import Hours
from tests.a_site import a_policy

DATABASE, ALL = {Kind.EXTRACTION}, set(Kind)


def hours(text: str) -> Hours:
    changed = {"workers: 2": f"workers: 2\n{text}"}
    return a_policy(Path("/x"), "https://x.org/y", **changed).hours


def closed(text: str, when: str) -> set[Kind]:
    """What is closed at a time of UTC. 1 January 2024 was a Monday."""
    at = datetime.fromisoformat(f"2024-01-{when}").replace(tzinfo=UTC)
    return set(hours(text).closed(at))


NIGHTS = "hours: {nights: {days: [monday], from: 19:00, to: 07:00, jobs: database}}"
BACKUP = "maintenance: {backup: {days: [sunday], from: 02:00, to: 6:30, jobs: all}}"
PARIS = f"time_zone: Europe/Paris\n{BACKUP}"
TWO = (
    "hours:\n  noon: {from: 12:00, to: 13:00, jobs: database}\n"
    "  night: {from: 22:00, to: 23:00, jobs: database}"
)


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        pytest.param("", "01 12:00", set(), id="nothing said: always open"),
        pytest.param(NIGHTS, "01 18:59", DATABASE, id="before it begins"),
        pytest.param(NIGHTS, "01 19:00", set(), id="from its first minute"),
        pytest.param(NIGHTS, "02 06:59", set(), id="past midnight it goes on"),
        pytest.param(NIGHTS, "02 07:00", DATABASE, id="until its end"),
        pytest.param(NIGHTS, "03 19:30", DATABASE, id="on its days only"),
        pytest.param(NIGHTS, "01 03:00", DATABASE, id="nor before its first day"),
        pytest.param(BACKUP, "07 03:00", ALL, id="maintenance"),
        pytest.param(BACKUP, "07 06:30", set(), id="and its end"),
        pytest.param(BACKUP, "06 03:00", set(), id="on another day"),
        pytest.param(PARIS, "07 01:30", ALL, id="by the site's clock"),
        pytest.param(TWO, "01 12:30", set(), id="in the one"),
        pytest.param(TWO, "01 22:30", set(), id="in the other"),
        pytest.param(TWO, "01 14:00", DATABASE, id="in neither"),
        pytest.param(f"{NIGHTS}\n{BACKUP}", "07 03:00", ALL, id="maintenance prevails"),
    ],
)
def test_what_is_closed(text, when, expected):
    assert closed(text, when) == expected


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        pytest.param("02:30, to: 03:30", "2026-10-25T00:29", set(), id="back: before"),
        pytest.param("02:30, to: 03:30", "2026-10-25T00:30", ALL, id="back: it begins"),
        pytest.param("02:30, to: 03:30", "2026-10-25T01:10", ALL, id="back: 02:10 again"),
        pytest.param("02:30, to: 03:30", "2026-10-25T02:30", set(), id="back: over"),
        pytest.param("02:15, to: 02:45", "2026-03-29T01:20", ALL, id="forward: no 02:15"),
        pytest.param("02:15, to: 02:45", "2026-03-29T01:45", set(), id="forward: over"),
        pytest.param(
            "23:00, to: 02:30", "2026-10-25T01:20", ALL, id="back: after midnight"
        ),
        pytest.param("23:00, to: 02:30", "2026-10-25T01:30", set(), id="back: over, too"),
    ],
)
def test_maintenance_goes_on_while_clocks_are_put(window, at, expected):
    """In Paris in 2026: forward on 29 March, back on 25 October, both at 01:00 UTC."""
    text = f"maintenance: {{it: {{from: {window}, jobs: all}}}}\ntime_zone: Europe/Paris"
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert hours(text).closed(moment) == expected


def test_a_whole_day_ends_where_it_began():
    day = "maintenance: {move: {days: [tuesday], from: 00:00, to: 00:00, jobs: all}}"
    assert [closed(day, f"{n:02} 12:00") for n in (1, 2, 3)] == [set(), ALL, set()]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("time_zone: Paris", "'Paris' isn't a time zone"),
        ("time_zone: ../../etc/passwd", "isn't a time zone"),
        ("hours: {a: {from: 25:00, to: 3:00, jobs: all}}", "'from' isn't a time of the"),
        ("hours: {a: {from: 5, to: 3:00, jobs: all}}", "'from' isn't a time of the day"),
        ("hours: {a: {from: 5:00, jobs: all}}", "'a' has no 'to'"),
        ("hours: {a: {from: 5:00, to: 6:00, jobs: some}}", "neither database nor all"),
        ("hours: {a: {from: 5:00, to: 6:00, jobs: all, day: 1}}", "has no setting 'day'"),
        ("maintenance: {a: {days: [sun], from: 5:00, to: 6:00, jobs: all}}", "'sun' isn't"),
        ("maintenance: 5", "'maintenance' isn't a section"),
    ],
)
def test_what_is_no_hour_is_told_with_its_line(text, problem):
    with pytest.raises(policy.SettingsError) as refused:
        hours(text)
    assert problem in str(refused.value)
    assert "line 5" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("database: postgresql://ana:hunter2@db/x", "has a password in it"),
        ("database: postgresql://ana@db/x?password=hunter2", "has a password in it"),
        ("database: 'mysql://ana:hunter2@db/x'", "isn't an address of PostgreSQL's"),
        ("database: 'postgresql://[hunter2'", "isn't an address"),
        ("database: postgresql://db", "names none"),
        ("lease: 5 days", "'lease' isn't an amount"),
        ("opposition: ignored", "no way to keep objecting patients out"),
    ],
)
def test_what_else_is_no_setting_is_told_and_never_a_password(text, problem):
    with pytest.raises(PlatformError) as refused:
        hours(text)
    assert problem in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_project_has_limits_of_its_own_where_it_says_so():
    own = "    limits: {memory: 8 G, wall_clock: 5 min}\n    workers: 1\n"
    changed = {"    repositories": f"{own}    repositories"}
    site = a_policy(Path("/x"), "https://x.org/y", **changed)
    asthma = site.projects["asthma"]
    assert asthma.limits is not None
    assert (asthma.limits.memory, asthma.limits.wall_clock) == (8 * 2**30, 300)
    assert asthma.limits.disk == site.limits.disk
    assert (asthma.workers, asthma.database_workers) == (1, None)


def test_several_mistakes_are_told_at_once():
    with pytest.raises(policy.SettingsError) as refused:
        hours("time_zone: Paris\nlease: never\nlunch: 12")
    assert len(refused.value.problems) == 3
