"""A claim must be what the cohort says; nothing leaves on one that isn't."""

import json

import pytest

from output_checker.report import Verdict, Verification
from tests.a_cohort import Desk, finding, people


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path, people({("a", 20): 50, ("b", 30): 60}, "row", "age"))
    desk.crosstab(rows="row")
    return desk


def forged(desk, change):
    path = desk.folder / "output/t.claim.json"
    body = json.loads(path.read_bytes())
    change(body)
    path.write_text(json.dumps(body))
    return desk.file()


def test_a_true_claim_is_verified(desk):
    assert desk.file().verification is Verification.VERIFIED


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        (lambda body: body["cells"][0]["values"].update(n=51), ("a",)),
        (lambda body: body["cells"][2]["values"].update(n=0), ("total",)),
        (lambda body: body["cells"][1]["values"].update(n=None), ("b",)),
        (
            lambda body: body["population"].append(
                {"column": "age", "operator": "<", "value": 25}
            ),
            ("row: b", "b", "total"),
        ),
    ],
)
def test_a_claim_whose_numbers_are_wrong_is_refused_and_the_cells_named(
    desk, change, cells
):
    file = forged(desk, change)
    assert file.verification is Verification.MISMATCH
    assert finding(file, "truth", Verdict.FAIL).cells == cells
    assert file.table is None


def test_a_table_of_some_of_the_people_is_a_mismatch(tmp_path):
    frame = people({("a",): 50, ("b",): 60}, "row")
    desk = Desk(tmp_path, frame)
    desk.crosstab(rows="row", frame=frame.head(80))
    assert finding(desk.file(), "truth", Verdict.FAIL).cells == ("b", "total")


def test_a_level_that_nobody_has_is_refused_as_it_could_say_anything(desk):
    def smuggle(body):
        body["dimensions"][0]["levels"].append("hello outside")
        body["cells"].insert(2, {"levels": ["hello outside"], "values": {"n": 0}})

    file = forged(desk, smuggle)
    assert finding(file, "truth", Verdict.FAIL).cells == ("row: hello outside",)


def test_thousands_of_wrong_cells_are_counted_and_some_named(tmp_path):
    desk = Desk(tmp_path, people({(n,): 1 for n in range(100)}, "row"))
    desk.crosstab(rows="row", frame=desk.frame.assign(row=desk.frame["row"] + 1000))
    found = finding(desk.file(), "truth", Verdict.FAIL)
    assert found.reason.startswith("300 of")
    assert len(found.cells) == 50
