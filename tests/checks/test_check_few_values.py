"""A mean of few different values is a count in disguise."""

import json

import pytest

from output_checker.report import Verdict
from tests.a_cohort import Desk, people


@pytest.mark.parametrize(
    ("values", "verdict"),
    [(5, Verdict.REVIEW), (3, Verdict.REVIEW), (6, None), (40, None)],
)
def test_how_many_values_are_few(tmp_path, values, verdict):
    frame = people({("a",): 60, ("b",): 60}, "row")
    frame["score"] = [n % values for n in range(120)]
    desk = Desk(tmp_path, frame)
    desk.summary(value="score", by="row")
    found = [f.verdict for f in desk.file().findings if f.check == "few values"]
    assert found == ([] if verdict is None else [verdict])


def test_a_yes_or_no_is_refused_even_if_the_claim_was_written_by_hand(tmp_path):
    frame = people({("a",): 60, ("b",): 60}, "row")
    frame["score"] = range(120)
    frame["ill"] = [n % 2 for n in range(120)]
    desk = Desk(tmp_path, frame)
    desk.summary(value="score", by="row", measures=("n", "mean"))
    path = tmp_path / "output/t.claim.json"
    body = json.loads(path.read_bytes())
    body["value"] = "ill"
    for cell in body["cells"]:
        cell["values"]["mean"] = 0.5
    path.write_text(json.dumps(body))
    file = desk.file()
    assert (file.findings[0].check, file.verdict) == ("few values", Verdict.FAIL)
    assert file.table is None


def summarised(tmp_path, groups):
    frame = people({(name,): len(values) for name, values in groups.items()}, "row")
    frame["score"] = [value for values in groups.values() for value in values]
    desk = Desk(tmp_path, frame)
    desk.summary(value="score", by="row")
    return [(f.verdict, f.cells) for f in desk.file().findings if f.check == "few values"]


CODED = [*[1000 + n % 3 for n in range(4)], *[n % 7 for n in range(60)]]


def test_few_people_with_a_code_among_small_numbers_are_told_by_the_mean(tmp_path):
    """A mean of 60 and 60 people: four have a thousand."""
    found = summarised(tmp_path, {"a": CODED, "b": [n % 11 for n in range(60)]})
    assert found == [(Verdict.REVIEW, ("a", "total"))]


def test_few_people_far_below_the_others_are_told_too(tmp_path):
    coded = [-value for value in CODED]
    found = summarised(tmp_path, {"a": coded, "b": [n % 11 for n in range(60)]})
    assert found == [(Verdict.REVIEW, ("a", "total"))]


def test_a_code_is_found_in_one_group_though_others_have_as_large_numbers(tmp_path):
    found = summarised(tmp_path, {"a": CODED, "b": [n * 40 for n in range(60)]})
    assert found == [(Verdict.REVIEW, ("a",))]


def test_a_long_tail_is_no_code(tmp_path):
    tail = [1.1**n for n in range(60)]
    assert summarised(tmp_path, {"a": tail, "b": [n % 11 for n in range(60)]}) == []
