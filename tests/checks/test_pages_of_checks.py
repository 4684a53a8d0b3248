"""Every case of the checker's manual is so, and every check has its page."""

from __future__ import annotations

import ast
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

import output_checker
from output_checker.policy import Policy
from output_checker.report import Finding
from tests.checks.pages.case import Case, found
from tests.checks.threats import THREATS
from tests.manual import checks, threats_page


@pytest.mark.parametrize(
    ("check", "case"),
    [(name, case) for name, page in checks.PAGES.items() for case in page.CASES],
    ids=lambda value: value.says if isinstance(value, Case) else value,
)
def test_a_case_is_as_it_says(check, case, tmp_path):
    file = case.file(tmp_path)
    assert found(file, check.replace("_", " ")) == case.finds
    assert [f for f in file.findings if bool(f.attack) is (f.check in WITHOUT_ATTACK)] == []


PRODUCT = Path(output_checker.__file__).parent
WITHOUT_ATTACK = {
    name.replace("_", " "): page.NO_ATTACK
    for name, page in checks.PAGES.items()
    if hasattr(page, "NO_ATTACK")
}
"""Why the findings of these checks are told without an attack in numbers."""


def findings_made(check):
    """The places in a check's module where it makes a finding: how many arguments."""
    module = import_module(f"output_checker.checks.{check}")
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    return [one for one in calls if getattr(one.func, "id", "") == Finding.__name__]


@pytest.mark.parametrize("check", checks.PAGES)
def test_every_finding_of_every_check_has_its_attack_or_a_reason_for_none(check):
    with_attack = [
        any(argument.arg == "attack" for argument in made.keywords)
        for made in findings_made(check)
    ]
    assert with_attack
    why = WITHOUT_ATTACK.get(check.replace("_", " "))
    assert set(with_attack) == {why is None}
    assert why is None or why.endswith(".")


def test_findings_are_made_by_checks_and_where_one_broke_off_which_knows_no_numbers():
    made = {path for path in PRODUCT.rglob("*.py") if "Finding(" in path.read_text()}
    others = {path for path in made if path.stem not in checks.PAGES}
    assert {path.stem for path in others} == {"registry", "report_json"}
    assert len(findings_made("registry")) == 1  # registry.broken


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
