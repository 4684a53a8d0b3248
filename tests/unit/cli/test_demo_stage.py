"""The demo empties a folder that a demo made, whatever is left of it, and no other."""

import os

import pytest

from cli.demo.play import make_study
from cli.demo.stage import prepare
from job_runner.errors import PlatformError
from tests.a_study import git


@pytest.fixture
def stage(tmp_path):
    stage = prepare(tmp_path / "demo", dict(os.environ))
    make_study(stage)
    return stage


def test_a_demo_may_be_played_again_where_it_was_played(stage):
    again = prepare(stage.folder, stage.environment)
    assert not again.study.exists()


def test_what_git_clean_leaves_of_a_demo_is_still_the_demos(stage, tmp_path):
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "clean", "-xdfq")
    assert [path.name for path in stage.folder.iterdir()] == ["study"]
    again = prepare(stage.folder, stage.environment)
    assert not again.study.exists()


def test_anybody_elses_folder_is_left_alone(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.txt").write_text("two years of work")
    with pytest.raises(PlatformError, match="no demo made it"):
        prepare(tmp_path, {})
    assert (tmp_path / "study" / "thesis.txt").exists()
