"""An action may claim about cohorts that it read, and frames made of a cohort."""

from pathlib import Path

from cli.compose import checking
from job_runner.project import Level
from job_runner.workspaces import journal, manifest
from job_runner.workspaces.manifest import Manifest, ManifestFile, ManifestInput
from job_runner.workspaces.workspace import local_workspace

HIGH, MEDIUM = Level.HIGHLY_SENSITIVE, Level.MODERATELY_SENSITIVE
COHORT = ManifestFile("output/dataset.parquet", HIGH, "1" * 64, 1)
FRAME = ManifestFile("output/frame.parquet", HIGH, "2" * 64, 1)


def made(action, files=(), inputs=(), query=None):
    return Manifest(
        action=action,
        job_id=f"job-{action}",
        commit="c" * 40,
        image="sha256:0",
        command=("python",),
        files=tuple(files),
        inputs=tuple(ManifestInput(file.path, file.sha256) for file in inputs),
        query_sha256=query,
    )


def about(folder: Path, *earlier: Manifest, of: Manifest):
    workspace = local_workspace(folder)
    workspace.make_folders()
    for one in earlier:
        journal.write(workspace.manifest_path(one.action), manifest.dumps(one))
    found = checking.datasets(of, workspace)
    return {
        path: (one.sha256[0], [c.sha256[0] for c in one.of]) for path, one in found.items()
    }


EXTRACT = made("extract", [COHORT], query="q" * 64)


def test_the_cohort_that_it_read(tmp_path):
    job = made("tables", inputs=[COHORT])
    assert about(tmp_path, EXTRACT, of=job) == {COHORT.path: ("1", [])}


def test_not_a_cohort_that_it_did_not_read(tmp_path):
    assert about(tmp_path, EXTRACT, of=made("tables")) == {}


def test_a_frame_that_it_made_itself_is_of_any_cohort(tmp_path):
    job = made("tables", [FRAME], [COHORT])
    assert about(tmp_path, EXTRACT, of=job)[FRAME.path] == ("2", ["1"])


def test_a_frame_of_an_action_before_it(tmp_path):
    derive = made("derive", [FRAME], [COHORT])
    job = made("tables", inputs=[FRAME])
    assert about(tmp_path, EXTRACT, derive, of=job) == {FRAME.path: ("2", ["1"])}


def test_no_frame_without_a_cohort(tmp_path):
    assert about(tmp_path, of=made("tables", [FRAME])) == {}


def test_nothing_that_may_leave_and_nothing_that_hides_its_size(tmp_path):
    files = [
        ManifestFile("output/t.csv", MEDIUM, "3" * 64, 1),
        ManifestFile("output/t.csv.gz", HIGH, "4" * 64, 1),
        ManifestFile("output/model.pickle", HIGH, "5" * 64, 1),
    ]
    assert about(tmp_path, EXTRACT, of=made("tables", files)) == {}


def test_words_are_looked_up_in_every_cohort_of_the_study(tmp_path):
    assert about(tmp_path, EXTRACT, of=made("tables")) == {}
    known = checking.extracted(local_workspace(tmp_path))
    assert {path: one.sha256[0] for path, one in known.items()} == {COHORT.path: "1"}
