"""When a site begins jobs: hours that it allows, and windows for its maintenance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from job_runner.jobs.job import Kind
from job_runner.site.settings_yaml import Section

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KINDS = {"database": frozenset({Kind.EXTRACTION}), "all": frozenset(Kind)}
"""Whose jobs a window is about, in the words of a policy."""

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True)
class Window:
    """Times of the week, by the clock on the site's wall. ``days``: on which it begins,
    Monday being 0. One that doesn't end later than it begins ends on the next day."""

    days: frozenset[int]
    begins: time
    ends: time
    kinds: frozenset[Kind]

    def holds(self, at: datetime) -> bool:
        """Whether this local time lies in it."""
        today, clock = at.weekday() in self.days, at.time()
        if self.begins < self.ends:
            return today and self.begins <= clock < self.ends
        yesterday = (at.weekday() - 1) % 7 in self.days
        return (today and clock >= self.begins) or (yesterday and clock < self.ends)

    def may_hold(self, at: datetime) -> bool:
        """Whether it lies in it by any reading, where clocks are put forward or back: then
        a time of the day is there twice, or not at all, and work began by another."""
        days = (at.date() - timedelta(days=back) for back in (0, 1))
        begun = (day for day in days if day.weekday() in self.days)
        later = timedelta(days=0 if self.begins < self.ends else 1)
        return self.holds(at) or any(
            min(_readings(datetime.combine(day, self.begins, at.tzinfo)))
            <= at.astimezone(UTC)
            < max(_readings(datetime.combine(day + later, self.ends, at.tzinfo)))
            for day in begun
        )


def _readings(wall: datetime) -> tuple[datetime, datetime]:
    """The moments that a time on a wall may be, in UTC: one, but where clocks are put."""
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


@dataclass(frozen=True)
class Hours:
    """``allowed``: where a kind of job has any, it begins within them only.
    ``maintenance``: no job of these kinds begins then."""

    zone: tzinfo = UTC
    allowed: tuple[Window, ...] = field(default=())
    maintenance: tuple[Window, ...] = field(default=())

    def closed(self, now: datetime) -> frozenset[Kind]:
        """The kinds of job that aren't begun now; those under way go on."""
        at = now.astimezone(self.zone)
        bound = {kind for window in self.allowed for kind in window.kinds}
        free = {kind for w in self.allowed if w.holds(at) for kind in w.kinds}
        shut = {kind for w in self.maintenance if w.may_hold(at) for kind in w.kinds}
        return frozenset((bound - free) | shut)


def read(section: Section) -> Hours:
    """What a policy says of it; its mistakes are complained of."""
    return Hours(
        zone=_zone(section),
        allowed=_windows(section.section("hours", required=False)),
        maintenance=_windows(section.section("maintenance", required=False)),
    )


def _zone(section: Section) -> tzinfo:
    name = section.text("time_zone", required=False)
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        section.complain(
            section.line_of("time_zone"),
            f"'{name}' isn't a time zone",
            "write one such as 'time_zone: Europe/Paris'",
        )
        return UTC


def _windows(section: Section | None) -> tuple[Window, ...]:
    if section is None:
        return ()
    found = [section.section(name) for name in list(section.keys())]
    return tuple(_window(one) for one in found if one)


def _window(section: Section) -> Window:
    window = Window(
        days=_days(section),
        begins=_time(section, "from"),
        ends=_time(section, "to"),
        kinds=_kinds(section),
    )
    section.close()
    return window


def _days(section: Section) -> frozenset[int]:
    named = section.texts("days", required=False)
    wrong = [day for day in named if day not in DAYS]
    if wrong:
        section.complain(
            section.line_of("days"),
            f"'{wrong[0]}' isn't a day of the week",
            f"write days in full: [{', '.join(DAYS)}], or leave 'days' out for all",
        )
    return frozenset(DAYS.index(day) for day in named or DAYS if day in DAYS)


def _time(section: Section, key: str) -> time:
    """As it is written: YAML alone would take 19:00 for a number."""
    found = _CLOCK.fullmatch(section.written(key) or "")
    if found:
        return time(int(found[1]), int(found[2]))
    if key in section.nodes:
        section.complain(
            section.line_of(key),
            f"'{key}' isn't a time of the day",
            f"write hours and minutes, such as '{key}: 19:00'",
        )
    return time(0)


def _kinds(section: Section) -> frozenset[Kind]:
    said = section.text("jobs")
    if said and said not in KINDS:
        section.complain(
            section.line_of("jobs"),
            "'jobs' is neither database nor all",
            "write 'jobs: database' for those that ask the warehouse, or 'jobs: all'",
        )
    return KINDS.get(said, frozenset())


ALWAYS = Hours()
