"""A report comes back from its file as it was, or not at all."""

import json
from dataclasses import fields

import pytest

from output_checker import report_json
from output_checker.errors import CheckerError
from output_checker.report import (
    Cell,
    FileReport,
    Finding,
    Hidden,
    Report,
    Table,
    Verdict,
    Verification,
)

TABLE = Table(
    title="Patients by sex",
    kind="crosstab",
    unit="patients",
    dimensions=("sex",),
    measures=("n",),
    cells=(
        Cell(("female",), {"n": 20}),
        Cell(("male",), {"n": None}, Hidden.PRIMARY, (1.0, 14.0)),
        Cell((None,), {"n": None}, Hidden.COMPLEMENTARY, None),
    ),
    protection="counts under 10 are hidden",
    figure="bar",
)
FINDING = Finding(
    "threshold",
    Verdict.PASS,
    "one small count",
    "nothing to do",
    ("male",),
    ("30 - 26 = 4",),
)
REPORT = Report(
    "job-1",
    "p" * 64,
    (
        FileReport(
            "output/a.csv", "a" * 64, "c" * 64, Verification.VERIFIED, (FINDING,), TABLE
        ),
        FileReport("output/b.png", "b" * 64, None, Verification.OPAQUE, (), None),
    ),
)


def test_a_report_comes_back_as_it_was():
    assert report_json.loads(report_json.dumps(REPORT)) == REPORT


def test_the_same_report_is_the_same_bytes():
    again = report_json.loads(report_json.dumps(REPORT))
    assert report_json.dumps(again) == report_json.dumps(REPORT)


def test_the_schema_names_every_field_of_every_part():
    schema = report_json._schema().schema
    parts = {"file": FileReport, "finding": Finding, "table": Table, "cell": Cell}
    named = {name: set(schema["$defs"][name]["required"]) for name in parts}
    assert named == {name: {f.name for f in fields(cls)} for name, cls in parts.items()}


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body.update(version=1),
        lambda body: body.update(note="hello"),
        lambda body: body.pop("job_id"),
        lambda body: body["files"][0].update(extra=1),
        lambda body: body["files"][0]["table"]["cells"][0].update(hidden="maybe"),
        lambda body: body["files"][0]["table"]["cells"][1].update(values={"n": 3}),
        lambda body: body["files"][0]["findings"][0].update(verdict="FINE"),
    ],
)
def test_anything_else_is_refused(damage):
    body = json.loads(report_json.dumps(REPORT))
    damage(body)
    with pytest.raises(CheckerError, match="isn't a report"):
        report_json.loads(json.dumps(body).encode())


def test_what_is_not_json_is_refused():
    with pytest.raises(CheckerError, match="isn't a report"):
        report_json.loads(b"{")
