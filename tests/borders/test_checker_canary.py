"""What a person's row holds turns up in nothing that the checker says: no finding, no
report in any form, no log, no error. Planted in every kind of output, claim and cohort."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from output_checker import report_json, report_text
from output_checker.check import Dataset
from output_checker.checks.registry import CHECKS
from output_checker.checks.subjects import Opaque, Untrue
from output_checker.report import FileReport, Report, Verdict
from output_checker.review.report_html import page
from tests.a_cohort import DATASET, DEFAULT, Desk
from tests.opaque_files import a_picture, lines

NUMBER, NAME, COST, BORN = 731_943_731_943, "Zbigniewa Canary", 987654.321, "1901-02-03"
PLANTED = ("731943731943", "bigniew", "anary", "987654", "1901-02-03")
ROW = f"{NUMBER},{NAME},{COST},{BORN}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    frame = pd.DataFrame(
        {
            "patient_id": [NUMBER, *range(10**11, 10**11 + 79)],
            "sex": ["f", "m"] * 40,
            "note": [NAME, *["cough and fever"] * 79],
            "cost": [COST, *map(float, range(100, 179))],
            "born": pd.to_datetime([BORN, *["1950-01-01"] * 79]),
        }
    )
    return Desk(tmp_path, frame)


def everything_said(files: dict[str, FileReport]) -> str:
    """The reports in every form, and each finding as Python would print it."""
    report = Report("job-1", DEFAULT.sha256, tuple(files.values()))
    assert report_json.loads(report_json.dumps(report)) == report
    said = [report_json.dumps(report).decode(), *report_text.lines(report)]
    said += [line for file in report.files for line in report_text.brief(file)]
    return "\n".join([*said, page(report).decode(), repr(report)])


def silent(said: str) -> None:
    """Fails if anything planted is in it, or in what was printed or logged."""
    assert [word for word in PLANTED if word in said.lower() or word in said] == []


@pytest.fixture(autouse=True)
def nothing_else_is_said(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    silent(out + err + caplog.text)


MANY = lines(ROW, *(f"{NUMBER + n},{NAME} {n},{COST + n},{BORN}" for n in range(150)))
FILES: dict[str, str | bytes] = {
    "rows.csv": f"patient_id,name,cost,born\n{ROW}\n",
    "headless.csv": MANY,
    "born.csv": lines("dob,n", f"{BORN},3", "1950-01-01,5"),
    "max.csv": f"what,max\ncost,{COST}\n",
    "name.csv": f"name,n\n{NAME},1\n",
    "id.txt": f"patient {NUMBER} was left out\n",
    "hex.log": f"{NUMBER:x} and {base64.b64encode(str(NUMBER).encode()).decode()}\n",
    "uneven.csv": f"{ROW}\n{NAME}\n",
    "quoted.csv": f'"{NAME},{NUMBER}\n{ROW}\n',
    "long.txt": f"{NAME}{'x' * 300}\n",
    "unseen.txt": f"{NAME}\u202e{NUMBER}\n",
    "latin.csv": f"{NAME},é\n".encode("latin-1"),
    "nul.csv": f"{ROW}\0".encode(),
    "data.json": json.dumps({"name": NAME, "id": NUMBER}),
    "page.html": f"<html>{ROW}</html>",
    "packed.zip": b"PK\x03\x04" + ROW.encode(),
    "objects.pickle": b"\x80\x05" + ROW.encode(),
    "wrong.png": ROW,
    "cut.png": a_picture()[:40] + ROW.encode(),
    "named.parquet": ROW,
    "alone.claim.json": json.dumps({"title": NAME}),
}


def test_no_refusal_of_a_file_without_a_claim_says_what_stands_in_it(desk):
    for name, data in FILES.items():
        desk.write(f"output/{name}", data.encode() if isinstance(data, str) else data)
    found = desk.report()
    assert set(found) == {f"output/{name}" for name in FILES}
    assert [path for path, file in found.items() if file.verdict < Verdict.FAIL] == []
    silent(everything_said(found))
    codes = {f.check for file in found.values() for f in file.findings}
    checks = {c.__module__ for kind in (Opaque, Untrue) for c in CHECKS[kind]}
    assert codes >= {name.rpartition(".")[2].replace("_", " ") for name in checks}


def test_nor_does_a_finding_about_a_file_that_two_people_may_let_out(desk):
    desk.write("output/judged.txt", f"Zbigniewa paid {COST}, 3 times\n".encode())
    (file,) = desk.report().values()
    assert file.verdict is Verdict.REVIEW
    assert {f.check for f in file.findings} >= {"rare words", "opaque"}
    silent(everything_said({"": replace(file, rewritten=None)}))
    silent(repr(file))


Change = Callable[[dict[str, object]], object]


def in_a_cell(claim: dict[str, object]) -> object:
    cells = claim["cells"]
    assert isinstance(cells, list)
    cells[0]["values"]["n"] = NUMBER
    return claim


CLAIMS: dict[str, Change] = {
    "an unknown key": lambda claim: claim | {NAME: NUMBER},
    "no kind": lambda claim: claim | {"kind": NAME},
    "a number for a title": lambda claim: claim | {"title": NUMBER},
    "a row for a dataset": lambda claim: claim | {"dataset": {"file": ROW, "sha256": NAME}},
    "a row for a measure": lambda claim: claim | {"measures": [ROW]},
    "a row for a condition": lambda claim: claim | {"population": [ROW]},
    "a row for cells": lambda claim: claim | {"cells": [ROW]},
    "a row": lambda _: ROW,
    "a number in a cell": in_a_cell,
    "a figure": lambda claim: claim | {"figure": NAME},
}


@pytest.mark.parametrize("what", CLAIMS)
def test_no_refusal_of_a_claim_says_what_stands_in_it(desk, what):
    desk.crosstab(rows="sex")
    path = desk.folder / "output/t.claim.json"
    path.write_text(json.dumps(CLAIMS[what](json.loads(path.read_text()))))
    file = desk.file()
    assert file.verdict is Verdict.FAIL
    silent(everything_said({"": file}))


def test_nor_of_one_that_isnt_json(desk):
    desk.crosstab(rows="sex")
    desk.write("output/t.claim.json", f'{{"title": {ROW}'.encode())
    silent(everything_said({"": desk.file()}))


def test_no_report_of_a_true_table_tells_a_hidden_number(desk):
    """The levels of a table are shown to reviewers; this is about one person's cost."""
    desk.summary(by="sex", value="cost", measures=("n", "mean", "sd"))
    desk.crosstab("output/u.csv", rows="sex")
    silent(everything_said(desk.report()))


def test_no_attack_in_numbers_tells_the_number_of_a_person(desk):
    """All kinds of tables of one cost that is most of the total, and models of it."""
    desk.frame["visits"] = [n % 7 for n in range(80)]
    desk = Desk(desk.folder, desk.frame)
    desk.summary(by="sex", value="cost", measures=("n", "mean", "sd"))
    desk.make("percentiles", "output/p.csv", value="cost", by="sex", at=(50, 99))
    desk.make("histogram", "output/h.csv", value="cost", edges=[150, 200])
    desk.make("regression", "output/r.csv", outcome="visits", terms=["cost", "sex"])
    desk.make("regression", "output/m.csv", outcome="cost", terms=["visits", "sex"])
    found = desk.report()
    told = {f.check for file in found.values() for f in file.findings if f.attack}
    assert told >= {
        "dominance", "few values", "percentiles", "leverage", "model means", "threshold",
    }  # fmt: skip
    silent(everything_said(found))


COHORTS: dict[str, tuple[str, str]] = {
    "an uneven CSV": ("d.csv", f"patient_id,name\n{ROW}\n"),
    "a CSV with a quotation mark": ("d.csv", f'patient_id,name\n1,"{ROW}\n'),
    "a CSV that names a patient twice": (
        "d.csv",
        f"patient_id,x\n{NUMBER},1\n{NUMBER},2\n",
    ),
    "words for a Parquet file": ("d.parquet", ROW),
    "words for an Arrow file": ("d.arrow", ROW),
    "words for a Stata file": ("d.dta", ROW),
    "words for a packed file": ("d.csv.gz", ROW),
    "no patients": ("d.csv", f"name\n{NAME}\n"),
}


@pytest.mark.parametrize("what", COHORTS)
def test_no_refusal_of_a_cohort_says_what_stands_in_it(desk, what):
    import hashlib

    name, data = COHORTS[what]
    desk.crosstab(rows="sex")
    desk.write("output/other.txt", f"about {NUMBER}\n".encode())
    path = desk.folder / name
    path.write_text(data)
    digest = hashlib.sha256(data.encode()).hexdigest()
    claim = desk.folder / "output/t.claim.json"
    claim.write_text(claim.read_text().replace(desk.sha256, digest))
    found = desk.report(datasets={DATASET: Dataset(path, digest)})
    assert found["output/t.csv"].verdict is Verdict.FAIL
    other = replace(found["output/other.txt"], rewritten=None)
    silent(everything_said({"": found["output/t.csv"], "other": other}))
