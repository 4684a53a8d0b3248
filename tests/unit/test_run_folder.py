"""A run works in a private copy of the code, beside its inputs, and sees nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from job_runner.errors import PlatformError, ProjectError
from job_runner.executors.contract import Mount
from job_runner.workspaces.run_folder import discard, prepare, prepared, run_folder
from tests.runs import promised

UID = 10_321


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    (folder / "analysis").mkdir(parents=True)
    (folder / "analysis" / "table.py").write_text("print()\n")
    (folder / "project.yaml").write_text("version: 4\n")
    return folder


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "store" / "cohort.csv"
    path.parent.mkdir()
    path.write_text("patient_id\n")
    return path


def everything(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_run_has_a_copy_of_the_code_and_places_for_its_inputs(
    tmp_path: Path, code: Path, cohort: Path
) -> None:
    """And what was there from the start is remembered, since it is no output."""
    ready = prepare(tmp_path / "run", code, {"output/cohort.csv": cohort}, uid=UID)
    folder = run_folder(tmp_path / "run")
    there = {"analysis/table.py", "project.yaml", "output/cohort.csv"}
    assert everything(folder) == ready.before == there
    assert (folder / "output/cohort.csv").read_text() == ""
    assert ready.mounts == (
        Mount(folder, "/workspace", read_only=False),
        Mount(cohort, "/workspace/output/cohort.csv"),
    )


def test_a_restarted_runner_finds_what_was_prepared(
    tmp_path: Path, code: Path, cohort: Path
) -> None:
    """It collects what an earlier one started."""
    run = tmp_path / "run"
    assert prepared(run) is None
    ready = prepare(run, code, {"output/cohort.csv": cohort}, uid=UID)
    assert prepared(run) == ready


def test_a_runs_folder_is_its_own_uids_and_closed_to_others(
    tmp_path: Path, code: Path
) -> None:
    """Two boxes run side by side, and the host has other users."""
    prepare(tmp_path / "run", code, {}, uid=UID, outputs=promised("output/*/t.csv"))
    folder = run_folder(tmp_path / "run")
    for path in (folder, *folder.rglob("*")):
        assert (path.stat().st_uid, path.stat().st_gid) == (UID, UID)
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert (tmp_path / "run").stat().st_uid == os.getuid()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [("output/a/t.csv", "output/a"), ("output/*/t.csv", "output"), ("t.csv", ".")],
)
def test_folders_for_outputs_are_there(
    tmp_path: Path, code: Path, pattern: str, folder: str
) -> None:
    """Authors don't write code to make them."""
    prepare(tmp_path / "run", code, {}, uid=UID, outputs=promised(pattern))
    assert (run_folder(tmp_path / "run") / folder).is_dir()


def test_what_an_action_makes_is_not_code(tmp_path: Path, code: Path) -> None:
    """On the author's machine, old outputs lie among the code: they would look unmade."""
    for name in (
        "output/t.csv",
        "output/other.csv",
        "metadata/log",
        ".git/HEAD",
        "a/.venv/x",
    ):
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text("old")
    ready = prepare(
        tmp_path / "run",
        code,
        {},
        uid=UID,
        outputs=promised("output/t.csv"),
        leave_out=["output/o*.csv"],
    )
    assert ready.before == {"analysis/table.py", "project.yaml"}


def test_scripts_stay_executable(tmp_path: Path, code: Path) -> None:
    """An action may be ``run: python:v2 ./script.sh``."""
    (code / "script.sh").touch(mode=0o755)
    prepare(tmp_path / "run", code, {}, uid=UID)
    folder = run_folder(tmp_path / "run")
    assert os.access(folder / "script.sh", os.X_OK)
    assert stat.S_IMODE((folder / "project.yaml").stat().st_mode) == 0o644


def test_links_and_pipes_in_the_code_are_all_told(tmp_path: Path, code: Path) -> None:
    """A link would bring in a file of the host; one round trip tells them all."""
    (code / "passwords").symlink_to("/etc/passwd")
    (code / "folder").symlink_to("/etc")
    os.mkfifo(code / "analysis" / "pipe")
    with pytest.raises(ProjectError, match="no ordinary files") as told:
        prepare(tmp_path / "run", code, {}, uid=UID)
    for name in ("passwords", "folder", "analysis/pipe"):
        assert name in told.value.problem
    assert prepared(tmp_path / "run") is None


def test_preparing_again_begins_afresh(tmp_path: Path, code: Path) -> None:
    """A run that died half prepared leaves nothing for the next."""
    run = tmp_path / "run"
    prepare(run, code, {}, uid=UID)
    (run_folder(run) / "left over").touch()
    assert "left over" not in prepare(run, code, {}, uid=UID).before
    discard(run)
    assert not run.exists()
    discard(run)


@pytest.mark.parametrize("kind", ["missing", "link", "folder"])
def test_an_input_is_an_ordinary_file(
    tmp_path: Path, code: Path, cohort: Path, kind: str
) -> None:
    """A link in the store would mount whatever it points to."""
    source = tmp_path / kind
    if kind == "link":
        source.symlink_to(cohort)
    elif kind == "folder":
        source.mkdir()
    with pytest.raises(PlatformError, match="should be an input"):
        prepare(tmp_path / "run", code, {"cohort.csv": source}, uid=UID)


@pytest.mark.parametrize(
    "place", ["../up.csv", "/abs.csv", "metadata/x.csv", "a//b.csv", ""]
)
def test_an_input_lands_inside_the_runs_folder(
    tmp_path: Path, code: Path, cohort: Path, place: str
) -> None:
    """Its path came from a manifest, but a mount's target is worth asking twice."""
    with pytest.raises(ValueError, match="plain path"):
        prepare(tmp_path / "run", code, {place: cohort}, uid=UID)


def test_a_folder_that_cannot_be_made_is_the_platforms_failure(
    tmp_path: Path, code: Path
) -> None:
    """With the place, and no traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(PlatformError, match="can't be made") as told:
        prepare(tmp_path / "file" / "run", code, {}, uid=UID)
    assert str(tmp_path / "file" / "run") in str(told.value)
