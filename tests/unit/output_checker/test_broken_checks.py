"""A check that raises is a refusal, never a pass, and nothing of what it said is told."""

from __future__ import annotations

import pytest

from output_checker import check as whole
from output_checker import examine
from output_checker.checks import registry
from output_checker.checks.subjects import Untrue
from output_checker.report import Verdict, Verification
from tests.a_cohort import Desk, people

CANARY = "Zbigniewa Canary"
UNTRUE = Untrue("output/t.csv", Verification.UNVERIFIABLE, "reason", "remedy")


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path, people({("a",): 40, ("b",): 60}, "row"))
    desk.crosstab(rows="row")
    return desk


def broken(*words, **more):
    raise ValueError(CANARY)


def half(subject):
    yield registry.broken("half")
    raise MemoryError(CANARY)


@pytest.mark.parametrize("check", [broken, half])
def test_a_check_that_raises_refuses(check):
    (only,) = registry.run(UNTRUE, {Untrue: (check,)})
    assert (only.verdict, only.check) == (Verdict.FAIL, "test broken checks")
    assert CANARY not in repr(only)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (examine, "recompute"),
        (examine.claim_file, "loads"),
        (whole, "Pairs"),
        (whole, "protect"),
        (whole, "primary"),
        (whole, "table"),
    ],
)
def test_whatever_breaks_off_refuses_the_table_and_tells_nothing(
    desk, monkeypatch, where, what
):
    monkeypatch.setattr(where, what, broken)
    file = desk.file()
    assert (file.verdict, file.table) == (Verdict.FAIL, None)
    assert any("broke off" in f.reason for f in file.findings)
    assert CANARY not in repr(file)


def test_a_table_whose_protection_breaks_off_takes_none_but_claimed_ones_along(
    desk, monkeypatch
):
    desk.write("output/x.zip", b"PK\x03\x04")
    monkeypatch.setattr(whole, "Pairs", broken)
    report = desk.report()
    assert [f.check for f in report["output/x.zip"].findings] == ["opaque"]
