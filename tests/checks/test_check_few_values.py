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
