"""An action's table on its way out: claimed, recomputed, protected, approved, released."""

import csv
import hashlib
import json

import pandas as pd
import pytest

from output_checker import report_json
from output_checker.check import check
from output_checker.claims import crosstab
from output_checker.policy import ready_made
from output_checker.report import Verification
from output_checker.review.request import Context, Run
from output_checker.verify.cohort import Dataset
from tests.a_review import ANA, a_house

SMALL = 3
GROUPS = {("f", "north"): 40, ("m", "north"): 55, ("f", "south"): SMALL, ("m", "south"): 62}


def people():
    rows = [group for group, count in GROUPS.items() for _ in range(count)]
    frame = pd.DataFrame(rows, columns=["sex", "region"])
    return frame.assign(patient_id=range(1, len(rows) + 1))


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as house:
        yield house


@pytest.fixture
def report(tmp_path):
    """What the checker says of a claimed table and of a file with a line a person."""
    folder = tmp_path / "job"
    (folder / "output").mkdir(parents=True)
    frame = people()
    cohort = folder / "output" / "dataset.parquet"
    frame.to_parquet(cohort)
    crosstab(
        frame,
        rows="sex",
        columns="region",
        path="output/by_sex.csv",
        title="Sex by region",
        figure="bar",
        folder=folder,
        dataset="output/dataset.parquet",
    )
    frame.to_csv(folder / "output" / "rows.csv", index=False)
    known = Dataset(cohort, hashlib.sha256(cohort.read_bytes()).hexdigest())
    return check(
        folder,
        ["output/by_sex.csv", "output/by_sex.claim.json", "output/rows.csv"],
        {"output/dataset.parquet": known},
        ready_made("default"),
        "job1",
    )


def asked(house, report):
    path = house.folder / "job1.json"
    path.write_bytes(report_json.dumps(report))
    run = Run("run1", "asthma", ANA.name, "repo", "c" * 40, (), (path,))
    house.runs[run.id] = run
    return house.service.submit(run.id, None, Context("Sex by region"), ANA)


def test_the_table_leaves_protected_and_the_persons_rows_stay(house, report):
    done = asked(house, report)
    assert [f.verification for f in done.request.files] == [Verification.VERIFIED]
    assert [f.path for f in done.left_out] == ["output/rows.csv"]
    folder = house.approve(done.request).bundle.folder
    assert sorted(p.name for p in folder.iterdir()) == [
        "README.txt",
        "by_sex.csv",
        "by_sex.json",
        "by_sex.png",
        "by_sex.svg",
        "manifest.json",
    ]
    assert not any(b"patient_id" in p.read_bytes() for p in folder.iterdir())


def test_the_small_group_and_those_that_would_give_it_away_have_no_number(house, report):
    folder = house.approve(asked(house, report).request).bundle.folder
    text = (folder / "by_sex.csv").read_text()
    lines = list(csv.reader(text.splitlines()))
    shown = {(sex, region): n for sex, region, n in lines[1:]}
    assert shown["f", "south"] == "[hidden]"
    assert list(shown.values()).count("[hidden]") >= 2
    cells = json.loads((folder / "by_sex.json").read_text())["cells"]
    hidden = [c for c in cells if "hidden" in c]
    assert all(set(c) == {"levels", "hidden"} for c in hidden)
    assert str(SMALL) not in shown.values()
