"""A study on its author's machine: what is out of date runs, and the reason is told."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from job_runner.errors import PlatformError, ProjectError
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside
from job_runner.jobs.job import Failure, State
from job_runner.jobs.worker import Told
from job_runner.local import run as local
from job_runner.local.run import Home, Ran
from job_runner.site.policy import ImagePolicy
from tests.a_site import COHORT, FILES, PYTHON, ROOT_UID, FakeSource, an_engine

IMAGES = {
    "cohort:v1": ImagePolicy("strongroom/cohort:v1", (COHORT,)),
    "python:v1": ImagePolicy("strongroom/python:v1", (PYTHON,)),
}

RUNS = itertools.count(1)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def a_home(engine: FakeEngine | None = None, told: list[Told] | None = None) -> Home:
    return Home(
        executor=FakeExecutor(engine or an_engine(), "home"),
        images=IMAGES,
        source=FakeSource(),
        clock=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        new_id=lambda: f"run{next(RUNS)}",
        uid=lambda job: ROOT_UID if os.geteuid() == 0 else os.geteuid(),
        told=(told if told is not None else []).append,
    )


def run(study: Path, *actions: str, force: bool = False) -> dict[str, Ran]:
    done = local.run(study, actions or ("run_all",), a_home(), force=force)
    return {ran.action: ran for ran in done}


def whys(done: dict[str, Ran]) -> dict[str, str | None]:
    return {name: ran.why for name, ran in done.items()}


def test_outputs_appear_where_the_project_file_says(study):
    done = run(study)
    assert {ran.state for ran in done.values()} == {State.SUCCEEDED}
    assert (study / "output/table.csv").exists()
    assert done["count"].outputs == ("output/counts/a.csv", "output/counts/b.csv")
    assert done["describe"].log == "describing\n"


def test_the_first_run_runs_all_and_the_second_nothing(study):
    assert set(whys(run(study)).values()) == {"it has not succeeded before"}
    again = run(study)
    assert set(whys(again).values()) == {None}
    assert {ran.state for ran in again.values()} == {State.SUCCEEDED}


def test_a_change_of_code_runs_everything_again(study):
    run(study)
    (study / "analysis/describe.py").write_text("# new\n")
    assert set(whys(run(study)).values()) == {"the study's code changed"}


def test_an_output_that_somebody_changed_is_made_again(study):
    run(study)
    (study / "output/table.csv").write_text("size\n0\n")
    done = whys(run(study))
    assert done["extract"] is None
    assert "output/table.csv isn't there any more" in done["describe"]
    assert done["count"] is None


def test_only_the_wanted_and_the_needed_run(study):
    assert list(run(study, "describe")) == ["extract", "describe"]


def test_force_runs_what_is_named_and_not_what_it_needs(study):
    run(study)
    done = whys(run(study, "describe", force=True))
    assert done == {"extract": None, "describe": "it was asked for"}
    assert set(whys(run(study, force=True)).values()) == {"it was asked for"}


def test_a_failure_is_told_with_what_was_there_instead(study):
    def misspelt(inside: Inside) -> int:
        inside.say(b"about to write\n")
        inside.write("output/tabel.csv", b"")
        return 0

    done = {
        r.action: r
        for r in local.run(study, ["count"], a_home(an_engine(describe=misspelt)))
    }
    assert done["describe"].failure is Failure.UNMATCHED_OUTPUTS
    assert "output/tabel.csv" in done["describe"].told
    assert done["describe"].log.startswith("about to write\n")
    assert done["count"].failure is Failure.DEPENDENCY_FAILED
    assert not (study / "output/tabel.csv").exists()


def test_run_again_an_action_publishes_what_it_makes_now(study):
    def another(inside: Inside) -> int:
        inside.write("output/table.csv", b"size\n7\n")
        return 0

    run(study)
    (study / "analysis/describe.py").write_text("# another\n")
    local.run(study, ["describe"], a_home(an_engine(describe=another)))
    assert (study / "output/table.csv").read_text() == "size\n7\n"


def test_run_again_an_action_that_fails_now_is_not_taken_for_the_success_before(study):
    run(study)
    (study / "analysis/describe.py").write_text("# broken\n")
    done = local.run(study, ["describe"], a_home(an_engine(describe=lambda inside: 1)))
    assert done[-1].failure is Failure.NONZERO_EXIT
    assert (study / "output/table.csv").exists()


def test_progress_is_told_as_it_happens(study):
    told: list[Told] = []
    local.run(study, ["describe"], a_home(told=told))
    assert [(t.job.action, t.job.state) for t in told] == [
        ("extract", State.PREPARING),
        ("extract", State.SUCCEEDED),
        ("describe", State.PREPARING),
        ("describe", State.SUCCEEDED),
    ]


def test_nothing_but_outputs_metadata_and_the_state_folder_is_written(study):
    before = {p.relative_to(study).parts[0] for p in study.rglob("*")}
    run(study)
    after = {p.relative_to(study).parts[0] for p in study.rglob("*")}
    assert after - before == {"output", "metadata", ".strongroom"}
    assert (study / ".strongroom/.gitignore").read_text() == "*\n"
    assert list((study / ".strongroom/runs").iterdir()) == []


def test_two_runs_of_one_study_at_once_are_refused(study):
    inside, go_on = threading.Event(), threading.Event()

    def slow(_: Inside) -> int:
        inside.set()
        go_on.wait(60)
        return 1

    home = a_home(an_engine(describe=slow))
    first = threading.Thread(
        target=local.run, args=(study, ["describe"], home), daemon=True
    )
    first.start()
    assert inside.wait(60)
    with pytest.raises(PlatformError, match="another run"):
        run(study)
    go_on.set()
    first.join(60)


def test_stopped_from_the_keyboard_nothing_goes_on(study):
    def presses_ctrl_c(inside: Inside) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        inside.killed.wait(60)
        return 0

    engine = an_engine(describe=presses_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        local.run(study, ["run_all"], a_home(engine))
    assert engine.runs == {}
    assert not (study / "output/table.csv").exists()


EXCEL = FILES["project.yaml"].replace("cohort.parquet", "cohort.xlsx")
REFUSED = [
    (FILES["project.yaml"].replace("python:v1", "r:v1"), "image r:v1 isn't here"),
    (EXCEL, "'output/cohort.xlsx' doesn't end in .parquet or .arrow"),
    (
        FILES["project.yaml"].replace("-dataset", "-measures").replace(".parquet", ".sas"),
        "doesn't end in .csv or .csv.gz or ",
    ),
    (
        FILES["project.yaml"].replace(
            "    outputs:", "    dummy_data_file: d.parquet\n    outputs:", 1
        ),
        "isn't read yet",
    ),
]


@pytest.mark.parametrize(("project", "reason"), REFUSED)
def test_what_cannot_be_run_here_is_said_before_anything_runs(study, project, reason):
    (study / "project.yaml").write_text(project)
    with pytest.raises(ProjectError, match=reason):
        run(study)
    assert not (study / "output").exists()


def test_a_folder_without_a_project_is_no_study(tmp_path):
    with pytest.raises(ProjectError, match="no such file"):
        run(tmp_path)
    (tmp_path / "project.yaml").write_bytes(b"\xff")
    with pytest.raises(ProjectError, match="UTF-8"):
        run(tmp_path)
    (tmp_path / "project.yaml").unlink()
    (tmp_path / "project.yaml").mkdir()
    with pytest.raises(ProjectError, match="can't be read"):
        run(tmp_path)


def test_a_link_in_the_study_is_refused_as_a_site_would(study):
    (study / "link").symlink_to("/etc/passwd")
    with pytest.raises(ProjectError, match="'link'"):
        run(study)


def test_without_an_image_the_platform_is_told_and_nothing_is_tried_twice(study):
    engine = an_engine()
    object.__setattr__(engine, "images", {})
    done = {r.action: r for r in local.run(study, ["extract"], a_home(engine))}
    assert done["extract"].failure is Failure.PLATFORM_ERROR
    assert "strongroom/cohort:v1" in done["extract"].told
