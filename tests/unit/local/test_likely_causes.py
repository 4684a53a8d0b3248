"""What a program's last words most likely mean is said in the study's own names.

The words are those that real boxes printed.
"""

from __future__ import annotations

import re

import pytest

from job_runner import project
from job_runner.jobs.job import Failure, State
from job_runner.local.causes import BY_FAILURE, TABLE, Around, Cause, likely, packages_of
from job_runner.local.home import Ran

STUDY = project.parse("""\
version: '4.0'
actions:
  extract:
    run: cohort:v1 generate-dataset analysis/d.py --output output/people.parquet
    outputs: {highly_sensitive: {people: output/people.parquet}}
  describe:
    run: python:v1 python analysis/describe.py
    needs: [extract]
    outputs: {moderately_sensitive: {table: output/table.csv}}
  draw:
    run: python:v1 python analysis/draw.py
    needs: [extract]
    outputs: {moderately_sensitive: {picture: output/picture.png}}
""")
FILES = (
    "analysis/describe.py",
    "analysis/draw.py",
    "analysis/lib/dates.py",
    "data/sex.csv",
)
AROUND = Around(STUDY.actions["draw"], STUDY, FILES)


def cause(log: str, failure: Failure = Failure.NONZERO_EXIT, told: str = "") -> Cause:
    found = likely(Ran("draw", State.FAILED, failure, "new", told, log, ()), AROUND)
    assert found, log
    return found


NO_FILE = "FileNotFoundError: [Errno 2] No such file or directory: "
CASES = [
    ("ModuleNotFoundError: No module named 'sklearn.svm'", "hasn't the package sklearn"),
    ("ModuleNotFoundError: No module named 'dates'", "the study's own (analysis/lib/d"),
    ("Error in library(brms) : there is no package called ‘brms’", "the package brms"),
    (f"{NO_FILE}'output/table.csv'", "an output of describe, which draw doesn't need"),
    (f"{NO_FILE}'/workspace/output/people.parquet'", "extract promises output/people"),
    (f"{NO_FILE}'output/picture.png'", "what draw should make itself"),
    (f"{NO_FILE}'date/sex.csv'", "no action's output"),
    ("cannot open file 'output/table.csv': No such file or directory", "doesn't need"),
    (
        "Fatal error: cannot open file 'analysis/drew.R': No such file or directory\n"
        "Execution halted",
        "The study has no file analysis/drew.R",
    ),
    ("python: can't open file '/workspace/analysis/drw.py': [Errno 2]", "drw.py, which"),
    ("OSError: [Errno 30] Read-only file system: '/etc/x'", "/etc/x is outside"),
    (
        "OSError: [Errno 30] Read-only file system: '/workspace/output/people.parquet'",
        "another action's output, which can only be read",
    ),
    ("PermissionError: [Errno 13] Permission denied: '/usr/x'", "/usr/x is outside"),
    ("urlopen error [Errno -3] Temporary failure in name resolution", "no network"),
    ("OSError: [Errno 101] Network is unreachable", "no network"),
    ("curl: (6) Could not resolve host: example.org", "no network"),
    ("MemoryError", "4 GB of memory"),
    ("Error: cannot allocate vector of size 7.5 Gb", "4 GB of memory"),
    ("OSError: [Errno 28] No space left on device", "512 MB to /tmp"),
    ("RuntimeError: can't start new thread", "256 processes"),
    ("OSError: [Errno 24] Too many open files: '/tmp/x1021'", "1024 files"),
    ("SyntaxError: invalid syntax", "isn't Python"),
    ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9", "UTF-8"),
    ("box: 2: Rscript: not found", "python:v1 has no program Rscript"),
    ("bash: line 1: jq: command not found", "no program jq"),
    ('exec: "Rscript": executable file not found in $PATH', "no program Rscript"),
]


@pytest.mark.parametrize(("log", "problem"), CASES)
def test_a_cause_is_told_with_its_remedy(log: str, problem: str) -> None:
    found = cause(f"Traceback:\n{log}\n")
    assert problem in found.problem
    assert found.remedy.endswith(".")


def test_every_row_of_the_table_has_its_case() -> None:
    silent = [
        pattern
        for pattern, _ in TABLE
        if not any(re.search(pattern, log, re.M) for log, _ in CASES)
    ]
    assert silent == []


@pytest.mark.parametrize("failure", BY_FAILURE)
def test_a_limit_that_was_met_is_the_cause_whatever_was_printed(failure: Failure) -> None:
    assert cause("SyntaxError: x", failure) == BY_FAILURE[failure]


def test_the_last_words_count() -> None:
    log = (
        f"{NO_FILE}'a'\n during handling of this\nModuleNotFoundError: No module named 'x'"
    )
    assert "package x" in cause(log).problem


def test_where_nothing_is_known_nothing_is_said() -> None:
    ran = Ran("draw", State.FAILED, Failure.NONZERO_EXIT, "new", "", "KeyError: 'age'", ())
    assert likely(ran, AROUND) is None


def test_near_names_are_asked_after() -> None:
    assert cause(f"{NO_FILE}'sex.csv'").remedy.startswith("Did you mean data/sex.csv? ")
    assert cause(f"{NO_FILE}'zzz'").remedy == "Paths begin at the study's folder."


def test_the_remedy_for_a_needed_action_is_the_line_to_write() -> None:
    found = cause(f"{NO_FILE}'output/table.csv'")
    assert found.remedy == "Add describe to the `needs` of draw in project.yaml."


def test_an_image_is_told_with_what_it_has() -> None:
    assert "pandas" in packages_of("python:v1")
    assert packages_of("cohort:v1") == ()
    remedy = cause("ModuleNotFoundError: No module named 'sklearn'").remedy
    assert "lifelines, matplotlib, numpy" in remedy
