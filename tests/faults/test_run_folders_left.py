"""Whatever a study's code leaves in its run's folder, the folder can be taken away."""

import errno
import os

import pytest

from job_runner.executors.fake import FakeExecutor
from job_runner.workspaces import run_folder
from job_runner.workspaces.workspace import site_workspace
from tests.a_site import Site, an_engine


def nested(top, depth):
    """Folders so deep that no path can name the last."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        with open(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here), "w") as file:
            file.write("rows")
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@pytest.fixture
def run(tmp_path):
    run = tmp_path / "runs" / "r-1"
    (run / "workspace").mkdir(parents=True)
    return run


def test_folders_deeper_than_python_recurses_are_taken_away(run):
    nested(run / "workspace", 3000)
    run_folder.discard(run)
    assert not list(run.parent.iterdir())


def test_what_a_link_points_to_stays(run, tmp_path):
    other = tmp_path / "other"
    (other / "folder").mkdir(parents=True)
    nested(run / "workspace", 1500)
    (run / "workspace" / "link").symlink_to(other)
    run_folder.discard(run)
    assert (other / "folder").exists()
    assert not list(run.parent.iterdir())


def test_folders_whose_names_are_like_those_of_the_heap_are_taken_away(run):
    for name in "0123456789":
        (run / "workspace" / name / name / name).mkdir(parents=True)
    nested(run / "workspace", 1500)
    run_folder.discard(run)
    assert not list(run.parent.iterdir())


def test_a_folder_that_is_gone_is_no_trouble(run):
    run_folder.discard(run)
    run_folder.discard(run)
    assert not run.exists()


def test_copies_that_no_job_will_publish_any_more_are_taken_away(tmp_path):
    """Of jobs that ended with no runner there; also where policy forgot their project."""
    site = Site(tmp_path)
    for project in ("asthma", "forgotten"):
        workspace = site_workspace(tmp_path / "store", project)
        workspace.make_folders()
        for folder in workspace.staged("r9.count"):
            folder.mkdir(parents=True)
            (folder / "000000").write_text("rows")
    site.runner.run(until_idle=True)
    assert not list((tmp_path / "store").rglob("000000"))
    assert site.troubles == []


class Stuck(FakeExecutor):
    """Can't take away what one run left."""

    def remove(self, run_id):
        if run_id == "left":
            raise OSError(errno.EBUSY, "busy")
        super().remove(run_id)


def test_what_cannot_be_taken_away_is_told_and_the_runner_starts_all_the_same(tmp_path):
    site = Site(tmp_path, real=Stuck(an_engine(), "demo"))
    for name in ("left", "other"):
        (site.runs / name).mkdir(parents=True)
    site.runner.run(until_idle=True)
    assert [error.errno for error in site.troubles] == [errno.EBUSY]
    assert [path.name for path in site.runs.iterdir()] == ["left"]
