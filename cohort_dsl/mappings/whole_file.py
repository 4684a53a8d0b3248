"""What holds for all of a mapping, such as dates that stand for none."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping
from typing import NamedTuple

from cohort_dsl.mappings.model import Part
from cohort_dsl.mappings.nearest import meant
from cohort_dsl.mappings.yaml_lines import Entry, Keys

KEYS = ("parameters", "missing_days", "missing_texts", "time_zone", "one_pass")


class OfAll(NamedTuple):
    """What a ``SiteMapping`` has of these, in its order."""

    no_days: tuple[datetime.date, ...]
    zone: str
    no_texts: tuple[str, ...]
    one_pass: tuple[str, ...]


def of_all(keys: Keys) -> OfAll:
    """What the head of the file says."""
    no_texts, one_pass = _texts(keys, "missing_texts"), _texts(keys, "one_pass")
    return OfAll(days(keys), zone(keys), no_texts, one_pass)


def demand_read(one_pass: Entry, tables: Mapping[str, tuple[Part, ...]]) -> None:
    """Notes those of the tables that no contract table has its rows in."""
    read = {part.table.casefold() for parts in tables.values() for part in parts}
    for item in one_pass.items():
        name = item.text().casefold()
        if name and name not in read:
            told = f"no contract table is read from {name}{meant(name, read)}"
            item.problems.add(item.line, f"{item.name}: {told}")


def _texts(keys: Keys, word: str) -> tuple[str, ...]:
    items = keys[word].items() if word in keys else ()
    return tuple(item.text() for item in items)


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
