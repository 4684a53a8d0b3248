"""What a run leaves behind is hostile until proven ordinary. JOBS.md scenarios 17 to 22."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from job_runner.errors import OutputsRefused, PlatformError
from job_runner.jobs.job import Failure
from job_runner.outputs.names import name_problems
from job_runner.workspaces.run_folder import run_folder
from job_runner.workspaces.workspace import Workspace, site_workspace
from tests.runs import HIGH, MEDIUM, a_run, collected, promised


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return site_workspace(tmp_path / "store", "study")


def staged(workspace: Workspace) -> list[Path]:
    return [p for p in (workspace.root).rglob("*") if ".staging" in p.parts and p.is_file()]


def refusal(run: Path, workspace: Workspace, *patterns: str, **more: int) -> OutputsRefused:
    """The refusal; nothing may be left staged by it."""
    with pytest.raises(OutputsRefused) as refused:
        collected(run, workspace, promised(*patterns or ["output/*.csv"]), **more)
    assert staged(workspace) == []
    return refused.value


def a_socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path may have 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def a_sparse_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50 * 2**30)


def a_hard_link(path: Path) -> None:
    (path.parent / "inner.txt").write_text("x")
    (path.parent / "inner.txt").hardlink_to(path)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "link to a file": (lambda p: p.symlink_to("/etc/passwd"), "is a link"),
    "link to a folder": (lambda p: p.symlink_to("/etc"), "is a link"),
    "dangling link": (lambda p: p.symlink_to("nowhere"), "is a link"),
    "link to itself": (lambda p: p.symlink_to(p.name), "is a link"),
    "hard link": (
        lambda p: p.hardlink_to(p.parent / "plain.txt"),
        "has another name as well",
    ),
    "pipe": (os.mkfifo, "is a pipe"),
    "device": (lambda p: os.mknod(p, 0o20666, os.makedev(1, 3)), "is a device"),
    "block device": (lambda p: os.mknod(p, 0o60666, os.makedev(7, 0)), "is a device"),
    "socket": (a_socket, "is a socket"),
    "folder": (Path.mkdir, "is a folder"),
    "sparse file": (a_sparse_file, "is sparse"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_output_is_an_ordinary_file(
    tmp_path: Path, workspace: Workspace, kind: str
) -> None:
    """Anything else could be a way to a file that isn't the run's."""
    make, why = KINDS[kind]
    run = a_run(tmp_path / "run", {"output/plain.txt": "x", "output/good.csv": "a\n"})
    make(run_folder(run) / "output" / "odd.csv")
    refused = refusal(run, workspace, "output/*.csv", size=100 * 2**30)
    assert refused.failure is Failure.REFUSED_OUTPUTS
    assert refused.problems == (f"output/odd.csv {why}",) or why in refused.problems[0]


def test_a_link_where_a_pattern_goes_through_is_refused(
    tmp_path: Path, workspace: Workspace
) -> None:
    """The folder itself may be the trick."""
    run = a_run(tmp_path / "run", {})
    (run_folder(run) / "output").symlink_to("/etc")
    refused = refusal(run, workspace, "output/*.csv")
    assert refused.problems == ("output is a link",)


def test_links_elsewhere_are_nobodys_business(tmp_path: Path, workspace: Workspace) -> None:
    """Tools make them, for caches and locks; they are never followed."""
    run = a_run(tmp_path / "run", {"output/t.csv": "a\n"})
    (run_folder(run) / "cache").symlink_to("/etc")
    (run_folder(run) / "output" / "lock").symlink_to("/etc/passwd")
    made = collected(run, workspace, promised("output/*.csv"))
    assert [file.path for file in made.files] == ["output/t.csv"]


NAMES = {
    "new line": ("a\nb.csv", "control character"),
    "escape": ("a\x1b[2J.csv", "control character"),
    "right-to-left": ("a\u202efdp.csv", "control character"),
    "zero width": ("a\u200bb.csv", "control character"),
    "not UTF-8": (b"\xff.csv", "isn't UTF-8"),
    "accent in two": ("re\u0301sume\u0301.csv", "two characters"),
    "back slash": ("a\\b.csv", "back slash"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_read_out(tmp_path: Path, workspace: Workspace, name: str) -> None:
    """A reviewer must be able to say which file they mean; the message shows it safely."""
    text, why = NAMES[name]
    run = a_run(tmp_path / "run", {"output/good.csv": "a\n"})
    folder = os.fsencode(run_folder(run) / "output")
    with open(os.path.join(folder, os.fsencode(text)), "w"):
        pass
    refused = refusal(run, workspace)
    assert why in refused.problems[0]
    assert str(refused).isascii()


@pytest.mark.parametrize(
    "paths",
    [
        ("output/A.csv", "output/a.csv"),
        ("Output/a.csv", "output/b.csv"),
        ("output/\u00e9.csv", "output/\u00c9.csv"),
        ("output/\u2126.csv", "output/\u03a9.csv"),
        ("output/stra\u00dfe.csv", "output/strasse.csv"),
    ],
)
def test_two_outputs_are_two_on_every_disk(paths: tuple[str, str]) -> None:
    """A release goes to machines that ignore case or the spelling of accents."""
    assert name_problems(paths)


def test_a_file_that_was_there_before_is_no_output(
    tmp_path: Path, workspace: Workspace
) -> None:
    """A wildcard must not publish an input or the study's own code."""
    run = a_run(tmp_path / "run", {"output/in.csv": "1", "output/out.csv": "2"})
    made = collected(run, workspace, promised("output/*.csv"), before=["output/in.csv"])
    assert [file.path for file in made.files] == ["output/out.csv"]
    refused = refusal(a_run(tmp_path / "b", {}), workspace)
    assert refused.failure is Failure.UNMATCHED_OUTPUTS


def test_the_strictest_level_wins(tmp_path: Path, workspace: Workspace) -> None:
    """In whatever order the patterns come."""
    run = a_run(tmp_path / "run", {"output/a.csv": "a"})
    for levels in ((HIGH, MEDIUM), (MEDIUM, HIGH)):
        patterns = [p for level in levels for p in promised("output/*.csv", level=level)]
        made = collected(run, workspace, patterns)
        assert [file.level for file in made.files] == [HIGH]


def test_a_missing_output_is_told_with_what_was_there_instead(
    tmp_path: Path, workspace: Workspace
) -> None:
    """A slip in a name is seen at once; every unmatched pattern is told."""
    run = a_run(tmp_path / "run", {"output/tabel.csv": "a", "output/t.csv": "a"})
    refused = refusal(run, workspace, "output/t.csv", "output/table.csv", "figures/*.png")
    assert refused.failure is Failure.UNMATCHED_OUTPUTS
    assert refused.problems == (
        "nothing matches output/table.csv (is output/tabel.csv what should?)",
        "nothing matches figures/*.png",
    )
    assert refused.instead == ("output/tabel.csv",)
    assert "output/tabel.csv" in str(refused)


def test_too_many_outputs_are_refused(tmp_path: Path, workspace: Workspace) -> None:
    """Before any is copied."""
    run = a_run(tmp_path / "run", {f"output/{n}.csv": "" for n in range(5)})
    refused = refusal(run, workspace, files=4)
    assert refused.problems == ("it made 5 outputs, more than 4",)


def test_too_large_outputs_are_refused_together(
    tmp_path: Path, workspace: Workspace
) -> None:
    """The limit is for all of them, so that many middling ones don't slip past."""
    run = a_run(tmp_path / "run", {f"output/{n}.csv": "x" * 10 for n in range(3)})
    refused = refusal(run, workspace, size=25)
    assert refused.problems == (
        "output/2.csv makes the outputs 5 bytes larger than they may be together",
    )


def test_looking_through_a_folder_has_an_end(tmp_path: Path, workspace: Workspace) -> None:
    """A run may leave a million files that match nothing."""
    run = a_run(tmp_path / "run", {f"junk/{n}": "" for n in range(30)})
    refused = refusal(run, workspace, looked_through=20)
    assert refused.problems == ("it left more than 20 files",)


def test_a_bottomless_folder_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    """Deeper than a path can be long."""
    run = a_run(tmp_path / "run", {"/".join("d" * 80) + "/f": "x"})
    assert refusal(run, workspace).problems == ("it left folders more than 64 deep",)


def test_every_problem_is_told_at_once(tmp_path: Path, workspace: Workspace) -> None:
    """Not one a day."""
    run = a_run(
        tmp_path / "run", {"output/a.csv": "", "output/A.csv": "", "output/b\n.csv": ""}
    )
    (run_folder(run) / "output" / "l.csv").symlink_to("a.csv")
    assert len(refusal(run, workspace).problems) == 3


def test_a_run_folder_that_is_gone_is_the_platforms_failure(
    tmp_path: Path, workspace: Workspace
) -> None:
    """Nobody's outputs are lost: the job is tried again."""
    with pytest.raises(PlatformError, match="can't be stored"):
        collected(tmp_path / "nothing", workspace, promised("output/*.csv"))
