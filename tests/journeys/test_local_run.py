"""A study on its author's machine: what is out of date runs, and the reason is told."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from job_runner.errors import PlatformError, ProjectError
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside
from job_runner.jobs.job import Failure, State
from job_runner.jobs.ports import Told
from job_runner.local import run as local
from job_runner.local import studies
from job_runner.local.home import Home, Ran
from job_runner.site.policy import ImagePolicy
from job_runner.workspaces.workspace import local_workspace
from tests.a_command import contents
from tests.a_site import COHORT, FILES, PYTHON, ROOT_UID, FakeSource, an_engine, describe

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


def run(
    study: Path,
    *actions: str,
    home: Home | None = None,
    force: bool = False,
    source: str = "",
    **how: bool,
) -> dict[str, Ran]:
    wanted = actions or ("run_all",)
    found = studies.opened(study, wanted, force=force, source=source)
    return {ran.action: ran for ran in local.run(found, home or a_home(), **how)}


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


def test_a_change_runs_what_opened_the_file_and_what_is_not_known_to_have_spared_it(study):
    """The fake box's definition is loaded from its file; its programs open none."""
    run(study)
    (study / "analysis/describe.py").write_text("# new\n")
    changed = "analysis/describe.py changed"
    again = {"extract": None, "describe": changed, "count": changed}
    assert whys(run(study)) == again
    (study / "analysis/dataset.py").write_text(FILES["analysis/dataset.py"] + "# new\n")
    assert whys(run(study))["extract"] == "analysis/dataset.py changed"


def test_a_file_that_came_or_went_runs_everything_again(study):
    run(study)
    (study / "analysis/settings.py").write_text("")
    new = "the study has a new file, analysis/settings.py"
    assert set(whys(run(study)).values()) == {new}
    (study / "analysis/settings.py").unlink()
    gone = "the study's file analysis/settings.py is gone"
    assert set(whys(run(study)).values()) == {gone}


def test_without_a_note_of_what_was_opened_all_of_the_code_counts(study):
    run(study)
    for path in (study / ".strongroom/known").iterdir():
        path.write_text("{}")
    assert set(whys(run(study)).values()) == {None}
    for path in (study / ".strongroom/known").iterdir():
        path.write_text("{}")
    (study / "analysis/count.py").write_text("# new\n")
    assert set(whys(run(study)).values()) == {"the study's code changed"}


def test_other_dummy_tables_and_other_promises_run_an_action_again(study):
    run(study)
    done = run(study, source="tables:1")
    assert done["extract"].why == "the dummy tables are others"
    assert done["describe"].why is None
    other = FILES["project.yaml"].replace("output/counts/*.csv", "output/counts/a*.csv")
    (study / "project.yaml").write_text(other)
    assert run(study, source="tables:1")["count"].why is not None


def test_a_renamed_action_takes_over_what_the_old_one_made_and_says_so(study):
    run(study)
    renamed = FILES["project.yaml"].replace("describe:", "summarise:")
    renamed = renamed.replace("needs: [describe]", "needs: [summarise]")
    (study / "project.yaml").write_text(renamed)
    noted: list[str] = []
    done = run(study, home=replace(a_home(), noted=noted.append))
    assert done["summarise"].why == "it has not succeeded before"
    assert done["summarise"].outputs == ("output/table.csv",)
    assert noted == [
        "output/table.csv was made by describe, which project.yaml has no more: summarise "
        "has written it anew. What else describe made stays where it is."
    ]
    workspace = local_workspace(study)
    assert set(workspace.manifests()) == {"extract", "summarise", "count"}
    assert [manifest.action for manifest in workspace.given_up()] == ["describe"]
    assert set(whys(run(study)).values()) == {None}


def test_what_an_action_made_that_the_project_has_no_more_is_not_code(study):
    run(study)
    text = FILES["project.yaml"]
    (study / "project.yaml").write_text(text[: text.index("  count:")])
    assert "output/counts/a.csv" not in studies.opened(study, ["run_all"]).look().files
    (study / "output/counts/a.csv").write_text("by hand\n")
    assert "output/counts/a.csv" in studies.opened(study, ["run_all"]).look().files


def fails(inside: Inside) -> int:
    return 1


def test_after_a_failure_nothing_begins_but_what_is_up_to_date_counts(study):
    text = FILES["project.yaml"].replace("needs: [describe]", "needs: [extract]")
    (study / "project.yaml").write_text(text)
    done = run(study, home=a_home(an_engine(describe=fails)))
    assert done["describe"].failure is Failure.NONZERO_EXIT
    assert (done["count"].failure, done["count"].begun) == (Failure.CANCELLED, False)
    assert done["count"].told == "It wasn't begun, as describe failed."


def test_with_keep_going_what_does_not_need_the_failed_one_runs(study):
    text = FILES["project.yaml"].replace("needs: [describe]", "needs: [extract]")
    (study / "project.yaml").write_text(text)
    home = a_home(an_engine(describe=fails, count=describe))
    done = run(study, home=home, keep_going=True)
    assert done["describe"].failure is Failure.NONZERO_EXIT
    assert done["count"].begun


IDS = {"cohort:v1": COHORT, "python:v1": PYTHON}


def planned(study: Path, *actions: str, force: bool = False) -> dict[str, str | None]:
    found = studies.opened(study, actions or ("run_all",), force=force)
    return {step.action: step.why for step in studies.plan(found, IDS)}


def test_a_plan_tells_what_would_run_and_why_and_writes_nothing(study):
    before = contents(study)
    assert set(planned(study).values()) == {"it has not succeeded before"}
    assert contents(study) == before
    run(study)
    before = contents(study)
    assert set(planned(study).values()) == {None}
    (study / "analysis/dataset.py").write_text("# new\n")
    assert planned(study, "describe") == {
        "extract": "analysis/dataset.py changed",
        "describe": "analysis/dataset.py changed",
    }
    (study / "analysis/dataset.py").write_text(FILES["analysis/dataset.py"])
    assert contents(study) == before


def test_a_plan_says_what_runs_only_as_something_before_it_does(study):
    run(study)
    assert planned(study, "extract", force=True) == {"extract": "it was asked for"}
    (study / "output/cohort.parquet").write_text("another")
    found = studies.opened(study, ["run_all"])
    steps = {step.action: step for step in studies.plan(found, IDS)}
    assert steps["describe"].why == "extract runs again"
    assert steps["count"].after == ("describe",)


def test_a_plan_knows_when_an_image_is_not_built(study):
    run(study)
    found = studies.opened(study, ["describe"])
    why = "its image isn't built here as it is now"
    assert {step.why for step in studies.plan(found, {})} == {why}


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

    done = run(study, "count", home=a_home(an_engine(describe=misspelt)))
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
    run(study, "describe", home=a_home(an_engine(describe=another)))
    assert (study / "output/table.csv").read_text() == "size\n7\n"


def test_run_again_an_action_that_fails_now_is_not_taken_for_the_success_before(study):
    run(study)
    (study / "analysis/describe.py").write_text("# broken\n")
    done = run(study, "describe", home=a_home(an_engine(describe=lambda inside: 1)))
    assert done["describe"].failure is Failure.NONZERO_EXIT
    assert (study / "output/table.csv").exists()


def test_progress_is_told_as_it_happens(study):
    told: list[Told] = []
    run(study, "describe", home=a_home(told=told))
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
        target=run, args=(study, "describe"), kwargs={"home": home}, daemon=True
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
        run(study, home=a_home(engine))
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
    done = run(study, "extract", home=a_home(engine))
    assert done["extract"].failure is Failure.PLATFORM_ERROR
    assert "strongroom/cohort:v1" in done["extract"].told
