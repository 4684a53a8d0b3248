"""The demo empties a folder that a demo made, whatever is left of it, and no other."""

import os
from contextlib import chdir
from pathlib import Path

import duckdb
import pytest

from cli.commands.demo import MODELS
from cli.demo.play import make_study
from cli.demo.scenes import EDSH, I2B2, OMOP, SCENES
from cli.demo.stage import prepare
from cohort_dsl import warehouses
from cohort_dsl.extract import extract
from cohort_dsl.load import definition
from job_runner.errors import PlatformError
from tests.a_study import git


@pytest.fixture
def stage(tmp_path):
    stage = prepare(tmp_path / "demo", dict(os.environ))
    make_study(stage, OMOP)
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


def test_the_command_names_every_model_that_can_be_played():
    assert tuple(SCENES) == MODELS


def test_each_models_study_is_put_in_the_templates_place(tmp_path):
    stage = prepare(tmp_path / "demo", dict(os.environ))
    make_study(stage, I2B2)
    assert (stage.study / "codelists" / "asthma.csv").exists()
    assert not (stage.study / "codelists" / "nsaids.csv").exists()
    assert git(stage.study, "status", "--porcelain") == ""


def test_i2b2s_demo_is_made_a_database_of_its_own(tmp_path):
    """And its study finds all 133 patients who have been somewhere."""
    settings = {"engine": "duckdb", "mapping": "i2b2"}
    with warehouses.open({**settings, "database": str(I2B2.database(tmp_path))}) as opened:
        with chdir(I2B2.study):
            question = definition(Path("analysis/dataset_definition.py"))
        assert extract(question, opened, tmp_path / "dataset.parquet").rows == 133


def test_the_hospitals_demo_is_made_of_the_guides_ten_and_people_like_them(tmp_path):
    """The same on every machine, and its study has a cell that is too small to release."""
    settings = {"engine": "duckdb", "mapping": "edsh", "empty_tables": list(EDSH.empty)}
    with warehouses.open({**settings, "database": str(EDSH.database(tmp_path))}) as opened:
        assert opened.check().ok
        with chdir(EDSH.study):
            question = definition(Path("analysis/dataset_definition.py"))
        assert extract(question, opened, tmp_path / "dataset.parquet").rows == 549
    deaths = duckdb.sql(f"""
        SELECT age_group, count_if(died), count(*) FROM '{tmp_path / "dataset.parquet"}'
        GROUP BY ALL ORDER BY ALL""").fetchall()
    assert deaths == [
        ("middle-aged", 38, 257), ("older adult", 2, 31), ("younger adult", 20, 261),
    ]  # fmt: skip


def test_nobody_who_was_made_keeps_what_told_who_they_were(tmp_path):
    with duckdb.connect(EDSH.database(tmp_path)) as connection:
        named = "SELECT count(nom), count(prenom), count(nir), count(*) FROM patient"
        assert connection.execute(named).fetchall() == [(10, 10, 10, 600)]
        keyed = "FROM diagnostics d ANTI JOIN donnees_pmsi p USING (pmsi_id, patient_id)"
        assert connection.execute(f"SELECT count(*) {keyed}").fetchall() == [(0,)]
