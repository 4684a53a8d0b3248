"""A file without a claim can't be recomputed, so no machine lets it out."""

import pytest

from output_checker.checks.opaque import NEVER, PICTURES
from output_checker.report import Verdict, Verification
from tests.a_cohort import Desk, people


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, people({("a",): 50, ("b",): 60}, "row"))


def refused(desk, name, data):
    desk.write(f"output/{name}", data)
    file = desk.report()[f"output/{name}"]
    assert (file.verdict, file.verification) == (Verdict.FAIL, Verification.OPAQUE)
    assert (file.table, file.claim_sha256) == (None, None)
    return file.findings


@pytest.mark.parametrize("kind", [*NEVER, "txt", "csv", "PNG", "unheard-of"])
def test_nothing_without_a_claim_gets_out(desk, kind):
    assert refused(desk, f"x.{kind}", b"1,2\n")[0].check == "opaque"


@pytest.mark.parametrize("kind", sorted(NEVER))
def test_files_that_hide_things_are_told_why(desk, kind):
    first = refused(desk, f"x.{kind}", b"?")[0]
    assert NEVER[kind] in first.reason
    assert ("figure=" in first.remedy) is (kind in PICTURES)


def test_one_line_per_person_is_seen_for_what_it_is(desk):
    lines = ["name,sex", *(f"Ana {n},female" for n in range(150))]
    reasons = [f.reason for f in refused(desk, "x.csv", "\n".join(lines).encode())]
    assert "one line per person: no value of name comes twice" in reasons[1]


def test_a_column_of_patient_numbers_is_enough(desk):
    reasons = [f.reason for f in refused(desk, "x.tsv", b"patient_id\tsex\n7\tm\n7\tf\n")]
    assert "it names patients" in reasons[1]


def test_a_small_table_is_only_asked_for_its_claim(desk):
    (only,) = refused(desk, "x.csv", b"sex,n\nfemale,12\nmale,30\n")
    assert "crosstab()" in only.remedy


def test_measures_are_known_for_what_they_are_and_stay(desk):
    head = "measure,interval_start,interval_end,ratio,numerator,denominator,sex"
    lines = [head, *(f"m,2024-01-{n},2024-01-{n},0.{n},{n}0,100," for n in range(150))]
    (only,) = refused(desk, "x.csv", "\n".join(lines).encode())
    assert "measures stay inside" in only.reason
    assert "a dataset may have several periods" in only.remedy


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b'"' + b"x" * 200_000])
def test_a_table_that_cannot_be_read_is_refused_all_the_same(desk, data):
    refused(desk, "x.csv", data)


def test_a_persons_value_is_never_repeated(desk):
    lines = ["name", *(f"CANARY-{n}" for n in range(150))]
    for finding in refused(desk, "x.csv", "\n".join(lines).encode()):
        assert "CANARY" not in repr(finding)
