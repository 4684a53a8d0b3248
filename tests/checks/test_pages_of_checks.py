"""Every case of the checker's manual is so, and every check has its page."""

from __future__ import annotations

from dataclasses import fields

import pytest

from output_checker.policy import Policy
from tests.checks.pages.case import Case, found
from tests.checks.threats import THREATS
from tests.manual import checks, threats_page


@pytest.mark.parametrize(
    ("check", "case"),
    [(name, case) for name, page in checks.PAGES.items() for case in page.CASES],
    ids=lambda value: value.says if isinstance(value, Case) else value,
)
def test_a_case_is_as_it_says(check, case, tmp_path):
    assert found(case.file(tmp_path), check.replace("_", " ")) == case.finds


def test_every_check_has_its_page():
    assert set(checks.PAGES) == checks.modules()


def test_every_key_of_a_policy_is_explained_by_some_check():
    own = {"name", "sha256"}
    told = {key for page in checks.PAGES.values() for key in page.SETTINGS}
    assert told | own == {field.name for field in fields(Policy)}


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.what)
def test_a_threats_checks_and_tests_are_there(threat):
    assert set(threat.checks) <= set(checks.PAGES)
    assert threat.shown_by
    for one in threat.shown_by:
        file, _, name = one.partition("::")
        assert name in threats_page.tests_of(file)


def test_every_check_stands_against_a_threat():
    assert set(checks.PAGES) == {name for threat in THREATS for name in threat.checks}


def test_there_are_ten_attacks_and_each_says_how_it_fails():
    told = dict(threats_page.attacks_told())
    assert len(told) >= 10
    assert all(told.values())


def test_the_printed_pages_are_as_the_cases_are():
    assert checks.stale() == [], "run make manual"
