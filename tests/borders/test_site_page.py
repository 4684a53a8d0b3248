"""The page about sites lists every setting of a policy, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from job_runner.executors.contract import Limits
from job_runner.site.policy import _policy
from job_runner.site.settings_yaml import Section, read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "site.md").read_text(encoding="utf-8")
CALLED = {
    "the file": "the file",
    "'limits'": "limits",
    "'python:v1'": "an image",
    "'window'": "a window",
    "'boxes'": "boxes",
    "'asthma'": "a project",
}
"""Sections of the file below, as the page calls them."""

EVERYTHING = """\
name: demo
warehouse: {}
disclosure: x
workers: 1
database_workers: 1
limits: {memory: 1 G, cpus: 1, disk: 1 G, wall_clock: 1 h}
boxes: {engine: docker}
hours: {window: {from: 1:00, to: 2:00, jobs: all}}
projects: {asthma: {repositories: [/x], actions: ["*"], limits: {}}}
images: {"python:v1": {reference: x, layers: ["sha256:%s"]}}
""" % ("a" * 64)


def asked() -> set[tuple[str, str]]:
    """What the code asks a whole policy for: the section, and the setting."""
    sections: list[Section] = []

    def remembered(section: Section) -> Section:
        sections.append(section)
        return section

    class Remembering(Section):
        def section(self, key: str, *, required: bool = True) -> Section | None:
            found = super().section(key, required=required)
            return found and remembered(Remembering(**vars(found)))

    read(EVERYTHING, "x", lambda s: _policy(remembered(Remembering(**vars(s))), ROOT, ""))
    return {(CALLED[s.name], k) for s in sections if s.name in CALLED for k in s.asked}


def listed() -> list[tuple[str, str]]:
    table = re.search(r"<!-- settings -->\n(.*?)<!-- end -->", PAGE, re.S)
    assert table
    return re.findall(r"^\| ([\w ]+) \| `(\w+)` \| m\w+ \|", table[1], re.M)


def test_every_setting_is_on_the_page_and_nothing_else():
    assert sorted(listed()) == sorted(asked())


def test_limits_on_the_page_are_those_of_a_box():
    assert {key for where, key in listed() if where == "limits"} == set(vars(Limits()))
