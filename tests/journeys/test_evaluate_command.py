"""The command that runs inside the box, on a Python without any installed package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cohort_dsl.model import wire
from tests.a_definition import write

ROOT = Path(__file__).resolve().parents[2]

# -I -S: no site-packages, no environment, no working directory on the path.
BARE = f"""\
import runpy, sys
sys.path.insert(0, {str(ROOT)!r})
sys.argv = ["evaluate", *sys.argv[1:]]
runpy.run_module("cohort_dsl.evaluate", run_name="__main__", alter_sys=True)
"""
GOOD = """\
import sys
from ehrql import case, codelist_from_csv, create_dataset, days, when
from ehrql.tables.core import clinical_events, patients
diabetes = codelist_from_csv("codelists/dm.csv", column="code", category_column="kind")
events = clinical_events.where(clinical_events.snomedct_code.is_in(diabetes))
last = events.sort_by(events.date).last_for_patient()
dataset = create_dataset()
dataset.define_population(events.exists_for_patient())
dataset.kind = last.snomedct_code.to_category(diabetes)
age = patients.age_on(last.date + days(30))
dataset.age = when(age > 65).then("old").otherwise("young")
dataset.configure_dummy_data(population_size=int(sys.argv[1]))
print("a word to the author")
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "dm.csv").write_text("code,kind\n73211009,1\n44054006,2\n")
    return tmp_path


def evaluate(study: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", BARE, *arguments],
        cwd=study,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_definition_becomes_a_file_that_the_other_side_reads(study):
    path = write(study, GOOD)
    done = evaluate(study, str(path), "--output", "query.json", "--", "25")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "a word to the author\n")
    query = wire.loads((study / "query.json").read_bytes())
    assert list(query.variables) == ["kind", "age"]
    assert query.dummy_data.population_size == 25
    assert not (study / "query.json.partial").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "patients.dob",
            "analysis/definition.py line 14: core.patients has no column dob\n"
            "  Did you mean date_of_birth?\n",
        ),
        (
            "codelist_from_csv('codelists/missing.csv', column='code')",
            "analysis/definition.py line 14: there is no codelist codelists/missing.csv\n"
            "  Paths count from the study's own folder, for example "
            "codelists/asthma.csv.\n",
        ),
        (
            "import socket; socket.create_connection(('127.0.0.1', 9), timeout=5)",
            "analysis/definition.py line 14: the outside world can't be reached: "
            "Connection refused\n  A definition runs with no network and no data; "
            "put what it needs into the study.\n",
        ),
        (
            "import numpy",
            "analysis/definition.py line 14: there is no module numpy where definitions "
            "run\n  ",
        ),
    ],
)
def test_a_mistake_is_told_on_stderr_and_nothing_is_written(study, line, told):
    path = write(study, GOOD + line)
    done = evaluate(study, str(path), "--output", "query.json", "--", "25")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.removeprefix("a word to the author\n").startswith(told)
    assert "Traceback" not in done.stderr
    assert not (study / "query.json").exists()


def test_an_older_file_stays_when_the_definition_has_a_mistake(study):
    (study / "query.json").write_text("older")
    done = evaluate(study, str(write(study, "1 / 0")), "--output", "query.json")
    assert done.returncode == 3
    assert (study / "query.json").read_text() == "older"


def test_a_wrong_call_is_no_mistake_of_the_author(study):
    assert evaluate(study, "definition.py").returncode == 2
