"""What holds for all of a mapping: which dates stand for none, and whose clocks count."""

from __future__ import annotations

import datetime
import zoneinfo

from cohort_dsl.mappings.yaml_lines import Keys

KEYS = ("missing_days", "time_zone")


def days(keys: Keys) -> tuple[datetime.date, ...]:
    """The dates that stand for none."""
    items = keys["missing_days"].items() if "missing_days" in keys else ()
    found = []
    for item in items:
        value = item.scalar()
        if type(value) is datetime.date:
            found.append(value)
        else:
            item.wrong("a date like 1600-01-01")
    return tuple(found)


def zone(keys: Keys) -> str:
    """By whose clocks timestamps with a time zone are read."""
    if "time_zone" not in keys:
        return "UTC"
    name = keys["time_zone"].text()
    if name and name not in zoneinfo.available_timezones():
        keys["time_zone"].wrong("a time zone's name, such as Europe/Paris")
    return name
