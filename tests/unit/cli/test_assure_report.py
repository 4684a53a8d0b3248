"""How test data that aren't as expected are told, to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.commands.assure import report
from cli.exits import code_of
from cli.failures import NotAsExpected
from cohort_dsl.assurance import Mismatch

FILE = Path("analysis/test_dataset.py")
WRONG = [
    Mismatch(1, "age", 35, 34),
    Mismatch(1, "born", None, "1990-01-01"),
    Mismatch("b", None, expected=True, found=False),
]


def test_people_see_a_table_and_the_command_fails_by_a_kind_of_its_own(capsys):
    with pytest.raises(NotAsExpected) as caught:
        report(FILE, 3, WRONG, as_json=False)
    assert caught.value.problem == "2 of 3 patients aren't as expected"
    assert code_of(caught.value) == 13
    assert capsys.readouterr().out.splitlines() == [
        "patient  column             expected  found",
        "1        age                35        34",
        "1        born               missing   1990-01-01",
        "b        in the population  True      False",
    ]


def test_programs_get_all_of_it(capsys):
    with pytest.raises(NotAsExpected):
        report(FILE, 3, WRONG[:1], as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "patients": 3,
        "mismatches": [{"patient": 1, "column": "age", "expected": 35, "found": 34}],
    }


def test_what_is_as_expected_is_said_in_a_line(capsys):
    report(FILE, 3, [], as_json=False)
    assert capsys.readouterr().out == f"{FILE}: 3 patients, all as expected\n"
