"""Every case of the checker's manual is so, and every check has its page."""

from __future__ import annotations

from dataclasses import fields

import pytest

from output_checker.policy import Policy
from tests.checks.pages.case import Case, found
from tests.manual import checks


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


def test_the_printed_pages_are_as_the_cases_are():
    assert checks.stale() == [], "run make manual"
