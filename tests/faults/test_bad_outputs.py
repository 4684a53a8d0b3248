"""Whatever an action leaves behind is a refusal with its reason: nothing breaks the check,
nothing takes the memory, and the job's good table is still checked."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from output_checker import report_json
from output_checker.check import Dataset
from output_checker.report import FileReport, Report, Verdict
from tests.a_cohort import DATASET, DEFAULT, Desk, people
from tests.opaque_files import a_picture

pytestmark = pytest.mark.xdist_group("bad outputs")  # all are looked into but once

MOST_MEMORY = 700_000_000
"""Bytes that a check may take, with Python, DuckDB and pyarrow themselves."""
CHECKED_APART = r"""
import re, sys
from pathlib import Path
from output_checker import policy, report_json
from output_checker.check import Dataset, check

folder, dataset, sha256, target, *files = sys.argv[1:]
known = {"output/dataset.parquet": Dataset(Path(dataset), sha256)}
report = check(Path(folder), files, known, policy.ready_made("default"), "job-1")
Path(target).write_bytes(report_json.dumps(report))
most = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
print(int(most[1]) * 1024)
"""


@pytest.fixture
def desk(tmp_path):
    return a_desk(tmp_path)


def a_desk(folder: Path) -> Desk:
    desk = Desk(folder, people({("a",): 40, ("b",): 60}, "row"))
    desk.crosstab(rows="row")
    return desk


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileReport]:
    """What is said of every bad file and claim below, all outputs of one job."""
    desk = a_desk(tmp_path_factory.mktemp("job"))
    claim = (desk.folder / "output/t.claim.json").read_text()
    for what, (write, _) in FILES.items():
        write(desk.folder / named(what))
    for what, (make, _) in CLAIMS.items():
        desk.write(named(what), b"row,n")
        desk.write(named(what, ".claim.json"), make(json.loads(claim)))
    for what, put in IN_ITS_PLACE.items():
        desk.write(named(what), b"row,n")
        put(desk.folder / named(what, ".claim.json"))
    for what, (ending, data, _) in UNCLAIMED.items():
        desk.write(named(what, f".{ending}"), data())
    unclaimed = [named(what, f".{ending}") for what, (ending, _, _) in UNCLAIMED.items()]
    claimed = map(named, (*FILES, *CLAIMS, *IN_ITS_PLACE))
    return checked(desk, "output/t.csv", *claimed, *unclaimed)


def named(what: str, ending: str = ".csv") -> str:
    return f"output/{what.replace(' ', '-')}{ending}"


def checked(desk: Desk, *files: str) -> dict[str, FileReport]:
    """By path, from a process of its own; fails if that took much memory."""
    target = desk.folder / "report.json"
    words = [str(w) for w in (desk.folder, desk.dataset, desk.sha256, target, *files)]
    done = subprocess.run(
        [sys.executable, "-c", CHECKED_APART, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert int(done.stdout) < MOST_MEMORY
    report: Report = report_json.loads(target.read_bytes())
    return {file.path: file for file in report.files}


def refused(file: FileReport) -> str:
    """Why nothing of it leaves."""
    assert file.verdict is Verdict.FAIL
    assert file.table is None
    return " ".join(f.reason for f in file.findings if f.verdict is Verdict.FAIL)


# Files

Write = Callable[[Path], object]


def holes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000_000)


FILES: dict[str, tuple[Write, str]] = {
    "a link": (lambda path: path.symlink_to("/etc/passwd"), "is a link"),
    "a link to itself": (lambda path: path.symlink_to(path), "is a link"),
    "a pipe": (os.mkfifo, "isn't a plain file"),
    "a folder": (Path.mkdir, "isn't a plain file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is a link"),
    "50 GB of holes": (holes, "larger than 100,000,000 bytes"),
}


def a_bomb() -> bytes:
    """A picture of two thousand million points, by its own word."""
    size = (45_000).to_bytes(4) * 2
    return a_picture(size=(40, 30)).replace(bytes((0, 0, 0, 40, 0, 0, 0, 30)), size)


UNCLAIMED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a million columns": ("csv", lambda: b"c," * 1_000_000, "more than 200,000 bytes"),
    "many columns": ("csv", lambda: b"c," * 90_000, "more than 30 columns"),
    "many lines": ("csv", lambda: b"c\n" * 90_000, "more than 200 lines"),
    "a long number": ("txt", lambda: b"1" * 190_000, "a line has more than"),
    "long gaps": ("txt", lambda: b"1" + b"." * 190_000 + b"x", "a line has more than"),
    "an open tag": ("txt", lambda: b"<" + b" " * 190_000, ""),
    "quotation marks": ("csv", lambda: b'"' * 190_001, "quotation marks don't match"),
    "60 MB of text": ("txt", lambda: b"word " * 12_000_000, "more than 200,000 bytes"),
    "90 MB of nothing": ("csv", lambda: bytes(90_000_000), "no kind that is known here"),
    "nested": ("txt", lambda: b"[" * 50_000 + b"]" * 50_000, "It is JSON"),
    "nested deeper": ("json", lambda: b'{"a":' * 900_000, "It is JSON"),
    "a bomb of a picture": ("png", a_bomb, "can't be written anew"),
    "a packed bomb": ("gz", lambda: gzip.compress(bytes(90_000_000)), "a packed file"),
    "a cut picture": ("png", lambda: a_picture()[:60], "the picture is broken"),
    "a cut Parquet file": ("parquet", lambda: b"PAR1\x15\x04", "a Parquet file"),
    "numbers that are none": ("csv", lambda: b"a,b\nNaN,inf\n1e999,-0\n", ""),
}


@pytest.mark.parametrize("what", UNCLAIMED)
def test_a_file_without_a_claim_is_looked_into_within_bounds(found, what):
    ending, _, reason = UNCLAIMED[what]
    file = found[named(what, f".{ending}")]
    if reason:
        assert reason in refused(file)
    else:
        assert file.verdict is Verdict.REVIEW


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_none_is_refused(found, what):
    assert FILES[what][1] in refused(found[named(what)])


# Claims

Json = dict[str, Any]


def billions(claim: Json) -> bytes:
    """Three dimensions of a thousand levels each, and a handful of cells."""
    (first,) = claim["dimensions"]
    levels = [str(n) for n in range(1000)]
    three = [{**first, "column": f"c{n}", "levels": levels} for n in range(3)]
    return json.dumps(claim | {"dimensions": three}).encode()


def twice(claim: Json) -> bytes:
    return (json.dumps(claim)[:-1] + ', "title": "Another"}').encode()


def another_studys(claim: Json) -> bytes:
    claim["dataset"]["sha256"] = "0" * 64
    return json.dumps(claim).encode()


def another_file(claim: Json) -> bytes:
    claim["dataset"]["file"] = "output/another.parquet"
    return json.dumps(claim).encode()


def with_number(number: str) -> Callable[[Json], bytes]:
    return lambda claim: json.dumps(claim).replace('"n": 40', f'"n": {number}').encode()


CLAIMS: dict[str, tuple[Callable[[Json], bytes], str]] = {
    "a billion cells": (billions, "every combination"),
    "a key twice": (twice, "a key twice"),
    "brackets": (lambda _: b"[" * 50_000 + b"]" * 50_000, "isn't JSON"),
    "objects": (lambda _: b'{"a":' * 50_000, "isn't JSON"),
    "100 MB": (lambda _: b" " * 100_000_000, "larger than 20,000,000 bytes"),
    "not a number": (with_number("NaN"), "a number that nothing can have"),
    "endless": (with_number("Infinity"), "a number that nothing can have"),
    "too large": (with_number("1e999"), "a number that nothing can have"),
    "cut off": (lambda claim: json.dumps(claim).encode()[:-20], "isn't JSON"),
    "another version": (another_studys, "another version of the dataset"),
    "another study's cohort": (another_file, "didn't extract for this job"),
    "no text": (lambda _: b"\xff\xfe\x00\x00", "isn't JSON"),
    "nothing": (lambda _: b"", "isn't JSON"),
}


@pytest.mark.parametrize("what", CLAIMS)
def test_a_claim_that_is_none_is_refused_and_never_taken_for_no_claim(found, what):
    assert CLAIMS[what][1] in refused(found[named(what)])


IN_ITS_PLACE: dict[str, Write] = {
    "a link for a claim": lambda path: path.symlink_to("nowhere"),
    "a pipe for a claim": os.mkfifo,
    "a folder for a claim": Path.mkdir,
}


@pytest.mark.parametrize("what", IN_ITS_PLACE)
def test_something_else_in_a_claims_place_isnt_taken_for_no_claim(found, what):
    assert "Its claim: the file can't be read" in refused(found[named(what)])


def test_all_of_them_together_dont_keep_a_good_table_from_being_checked(found):
    assert found["output/t.csv"].table is not None


# The cohort


def test_a_cohort_that_changed_since_is_refused(desk):
    desk.dataset.write_bytes(desk.dataset.read_bytes() + b" ")
    assert "isn't the file that the runner recorded" in refused(desk.file())


def test_a_cohort_that_is_cut_off_is_refused(desk):
    desk.dataset.write_bytes(desk.dataset.read_bytes()[:-50])
    assert "isn't the file that the runner recorded" in refused(desk.file())


def test_a_cohort_that_changes_while_it_is_read_is_refused(desk, monkeypatch):
    """Between the hash and the last row; so the hash is taken again after it."""
    from output_checker.verify import reading

    load = reading.load

    def loaded(*words):
        load(*words)
        desk.dataset.write_bytes(b"PAR1")

    monkeypatch.setattr(reading, "load", loaded)
    assert "isn't the file that the runner recorded" in refused(desk.file())


def test_a_cohort_that_is_gone_is_refused(desk):
    known = {DATASET: Dataset(desk.folder / "gone.parquet", desk.sha256)}
    assert "isn't there" in refused(desk.file(DEFAULT, datasets=known))
