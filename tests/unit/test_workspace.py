"""What one action made, another may read, as it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.outputs import publish
from job_runner.workspaces.workspace import Workspace, local_workspace, site_workspace
from tests.runs import HIGH, a_manifest, a_run, collected, promised


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return site_workspace(tmp_path / "store", "study")


def make(workspace: Workspace, tmp_path: Path, action: str, files: dict[str, str]) -> None:
    run = a_run(tmp_path / f"run of {len(action)}", files)
    patterns = promised(*files, level=HIGH)
    made = collected(run, workspace, patterns, job_id=f"job{len(action)}")
    publish(made, workspace, a_manifest(made, action))


def test_inputs_are_what_the_needed_actions_made(
    workspace: Workspace, tmp_path: Path
) -> None:
    """And nothing that other actions made."""
    make(workspace, tmp_path, "one", {"output/1.csv": "1"})
    make(workspace, tmp_path, "three", {"output/3.csv": "3", "output/33.csv": "33"})
    make(workspace, tmp_path, "others", {"output/x.csv": "x"})
    assert workspace.inputs(["one", "three"]) == {
        path: workspace.high / path
        for path in ("output/1.csv", "output/3.csv", "output/33.csv")
    }
    assert list(workspace.manifests()) == ["one", "others", "three"]


def test_an_action_that_made_nothing_yet_gives_no_inputs(workspace: Workspace) -> None:
    """Rather than running its successor on thin air."""
    with pytest.raises(PlatformError, match="no outputs here"):
        workspace.inputs(["one"])


@pytest.mark.parametrize("alter", ["remove", "cut", "same size", "link"])
def test_an_input_is_as_it_was_made(
    workspace: Workspace, tmp_path: Path, alter: str
) -> None:
    """An altered one would make results that no record explains."""
    make(workspace, tmp_path, "one", {"output/1.csv": "12"})
    path = workspace.high / "output/1.csv"
    path.unlink()
    if alter == "link":
        (tmp_path / "elsewhere").write_text("12")
        path.symlink_to(tmp_path / "elsewhere")
    elif alter != "remove":
        path.write_text("1" if alter == "cut" else "21")
    manifest = workspace.manifest("one")
    assert manifest is not None
    assert workspace.missing(manifest) == ("output/1.csv",)
    with pytest.raises(PlatformError, match="isn't there as one made it"):
        workspace.inputs(["one"])


@pytest.mark.parametrize("action", ["a/b", "..", "été", "x" * 400, "two words", "a%2Fb"])
def test_any_actions_name_has_a_file_of_its_own(
    workspace: Workspace, tmp_path: Path, action: str
) -> None:
    """The project file's grammar allows names that a path doesn't."""
    make(workspace, tmp_path, action, {"output/1.csv": "1"})
    assert list(workspace.manifests()) == [action]
    assert workspace.log_path(action).parent == workspace.metadata / "logs"


def test_a_log_replaces_the_last_one(workspace: Workspace) -> None:
    """Kept closed, as a log may hold rows."""
    workspace.keep_log("make", b"one")
    workspace.keep_log("make", b"two")
    assert workspace.log_path("make").read_bytes() == b"two"
    assert workspace.high.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_kept_is_the_platforms_failure(tmp_path: Path) -> None:
    """With the place, and no traceback."""
    (tmp_path / "study").touch()
    with pytest.raises(PlatformError, match="can't be stored"):
        local_workspace(tmp_path / "study").keep_log("make", b"")


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a\nb", "x" * 101])
def test_a_site_has_no_workspace_outside_its_store(tmp_path: Path, name: str) -> None:
    """The name comes with a request."""
    with pytest.raises(ValueError, match="letters"):
        site_workspace(tmp_path, name)
