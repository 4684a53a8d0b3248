"""The table of faults is whole: each has tests that are there, and its page is as it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.__main__ import Results, lines
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.manual import faults_page

TESTS = Path(__file__).parents[1]
ALL = list(range(1, 42))


def _named(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


def test_every_fault_has_its_line_in_order() -> None:
    assert [scenario.number for scenario in SCENARIOS] == ALL


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: str(s.number))
def test_a_faults_tests_are_there(scenario: Scenario) -> None:
    assert scenario.tests
    for test in scenario.tests:
        file, _, name = test.partition("::")
        found = _named(TESTS / file)
        assert name in found if name else found, test


def test_the_printed_page_is_as_the_table_is() -> None:
    assert faults_page.PAGE.read_text(encoding="utf-8") == faults_page.page(), (
        "run make manual"
    )


def test_a_fault_whose_tests_did_not_all_pass_is_not_safe() -> None:
    """Nor one of which nothing was run."""
    results = Results()
    results.passed["faults/test_killed_runner.py::test_killed_twice_in_a_row"] = 2
    told = {line.split(" | ")[0]: line for line in lines(results)}
    assert told["| 1"].endswith("| 2 | safe |")
    results.failed["faults/test_killed_runner.py::test_killed_twice_in_a_row"] = 1
    told = {line.split(" | ")[0]: line for line in lines(results)}
    assert told["| 1"].endswith("| 3 | **1 of 3 failed** |")
    assert told["| 9"].endswith("| 0 | **none was run** |")
