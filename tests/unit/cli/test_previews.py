"""At home, what the checker would say of an action's tables is told once it is done."""

import hashlib

import pytest

from cli import previews
from job_runner.jobs.job import State
from job_runner.local.home import Ran
from job_runner.project import Level
from job_runner.workspaces import journal, manifest
from job_runner.workspaces.manifest import Manifest, ManifestFile, ManifestInput
from job_runner.workspaces.workspace import local_workspace
from tests.a_cohort import DATASET, Desk, people

PEOPLE = people(
    {("f", "yes"): 4, ("f", "no"): 60, ("m", "yes"): 50, ("m", "no"): 70}, "sex", "ill"
)
TABLE, ROWS = "output/t.csv", "output/rows.csv"


def ran(state=State.SUCCEEDED):
    return Ran("tables", state, None, "new", "", "", (TABLE, ROWS))


@pytest.fixture
def study(tmp_path):
    """A study whose action made a table with its claim, and a file of rows."""
    desk = Desk(tmp_path, PEOPLE)
    desk.crosstab(rows="sex", columns="ill")
    desk.write(ROWS, b"patient_id,sex\n1,f\n")
    workspace = local_workspace(tmp_path)
    workspace.make_folders()
    cohort = ManifestFile(DATASET, Level.HIGHLY_SENSITIVE, desk.sha256, 1)
    extract = Manifest("extract", "j1", "c", "i", (), (cohort,), (), "q" * 64)
    read = (ManifestInput(DATASET, desk.sha256),)
    files = tuple(a_file(tmp_path, path) for path in (TABLE, ROWS, "output/t.claim.json"))
    for made in (extract, Manifest("tables", "j2", "c", "i", (), files, read)):
        journal.write(workspace.manifest_path(made.action), manifest.dumps(made))
    return tmp_path


def a_file(folder, path):
    data = (folder / path).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return ManifestFile(path, Level.MODERATELY_SENSITIVE, sha256, len(data))


def test_hidden_cells_and_refusals_are_told_by_file(study):
    lines = list(previews.of(study, ran()).lines())
    assert lines[0].startswith("  output/rows.csv: refused, opaque")
    assert "    refused: It looks like one line per person: it names patients." in lines[1]
    assert "  output/t.csv: pass, verified, 9 cells, 1 primary and" in lines[-1]


def test_as_json_they_name_the_cells(study):
    rows, table = previews.told(previews.of(study, ran()))
    assert (rows["verdict"], rows["verification"]) == ("refused", "opaque")
    assert {"levels": ("f", "yes"), "why": "primary"} in table["hidden"]
    assert table["findings"][0]["remedy"]


def test_that_none_of_it_is_real_is_told_once(study):
    (note,) = previews.note([previews.of(study, ran()), previews.Previewed()])
    assert "Dummy data aren't real" in note
    assert previews.note([previews.Previewed()]) == []


def test_nothing_is_told_of_an_action_that_failed(study):
    assert previews.of(study, ran(State.FAILED)) == previews.Previewed()
