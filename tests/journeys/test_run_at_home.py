"""A study run at home by the command, in real boxes: what counts as changed, and Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from cli.home import boxes_of
from job_runner.executors.box import SITE_LABEL
from job_runner.executors.engine import Engine, cache_folder
from tests.a_command import contents, strongroom
from tests.a_site import until

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

PROJECT = """\
version: '4.0'
actions:
  one:
    run: python:v1 python analysis/one.py
    outputs: {moderately_sensitive: {one: output/one.txt}}
  two:
    run: python:v1 python analysis/two.py
    needs: [one]
    outputs: {highly_sensitive: {two: output/two.txt}}
  slow:
    run: python:v1 sh -c 'cat analysis/one.py; sleep 600'
    outputs: {highly_sensitive: {slow: output/slow.txt}}
"""
WRITES = "from analysis.shared import text\nopen('output/one.txt', 'w').write(text)\n"
ONE = f"import sys\nsys.path.append('.')\n{WRITES}"
TWO = "open('output/two.txt', 'w').write(open('output/one.txt').read())\n"


@pytest.fixture(scope="module")
def study(
    docker_engine: Engine, python_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A study whose first two actions have run."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "analysis").mkdir()
    files = {"one": ONE, "two": TWO, "shared": "text = 'a'\n"}
    for name, text in files.items():
        (folder / "analysis" / f"{name}.py").write_text(text)
    (folder / "project.yaml").write_text(PROJECT)
    done = strongroom("run", "two", "--study", folder)
    assert done.code == 0, done.err
    return folder


def command(*words: str) -> list[str]:
    """``strongroom WORDS`` in a process of its own."""
    begin = "from cli.begin import entrypoint; entrypoint()"
    return [sys.executable, "-c", begin, *words]


def would_run(study: Path) -> dict[str, str | None]:
    told = strongroom("run", "two", "--study", study, "--dry-run", "--json").json
    return {step["action"]: step["why"] for step in told}


@pytest.mark.parametrize(
    ("path", "one", "two"),
    [
        ("analysis/one.py", "analysis/one.py changed", "one runs again"),
        ("analysis/shared.py", "analysis/shared.py changed", "one runs again"),
        ("analysis/two.py", None, "analysis/two.py changed"),
        ("project.yaml", None, None),
    ],
)
def test_only_files_that_an_action_opened_make_it_run_again(study, path, one, two):
    before = (study / path).read_bytes()
    (study / path).write_bytes(before + b"# another line\n")
    try:
        assert would_run(study) == {"one": one, "two": two}
    finally:
        (study / path).write_bytes(before)


def test_a_dry_run_writes_nothing_and_what_is_up_to_date_takes_no_engine(
    study, monkeypatch: pytest.MonkeyPatch
):
    before = contents(study)
    told = strongroom("run", "run_all", "--study", study, "--dry-run")
    assert told.out == (
        "one: up to date\ntwo: up to date\n"
        "slow: would run, because it has not succeeded before\n"
    )
    assert contents(study) == before
    monkeypatch.setenv("STRONGROOM_CACHE", str(cache_folder(os.environ)))
    for name in ("DOCKER_HOST", "HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, "unix:///nowhere")
    done = strongroom("run", "two", "--study", study)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("one: up to date (output/one.txt)\n  output/one.txt: review")


def test_ctrl_c_stops_the_box_says_what_was_kept_and_ends_with_130(study, docker_client):
    """Also when it is pressed again at once."""
    with subprocess.Popen(
        command("run", "slow", "two", "--study", str(study)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("slow: running")
        until(lambda: running(study, docker_client) != [])
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "slow: stopped; nothing of it is kept, what it made before is\n" in out
    assert "two: up to date\n" in out
    assert "Stopping: what runs in a box is ended.\n" in err
    assert err.endswith("Stopped.\n")
    assert running(study, docker_client) == []
    assert not (study / "output/slow.txt").exists()


def running(study: Path, client: docker.DockerClient) -> list[str]:
    """This study's boxes that run."""
    label = f"{SITE_LABEL}={boxes_of(study)}"
    found = client.containers.list(filters={"label": label})
    return [str(one.id) for one in found]


def test_a_shell_sees_what_an_action_sees_and_keeps_nothing(study):
    before = contents(study / "output")
    command = "cat output/one.txt; touch new.txt; echo x > output/one.txt; exit 3"
    done = strongroom("shell", "python:v1", "--study", study, "-c", command)
    assert done.code == 3
    assert "Read-only file system" in done.out
    assert done.out.endswith("a")
    assert "Not kept: new.txt\n" in done.err
    assert contents(study / "output") == before


def test_a_shell_on_a_terminal_is_talked_to(study):
    child, screen = pty.fork()
    if child == 0:
        words = command("shell", "python:v1", "--study", str(study))
        os.execv(words[0], words)
    said = b""
    while b"$ " not in said:
        said += os.read(screen, 4096)
    os.write(screen, b"echo $((6 * 7)) words; exit 5\n")
    with contextlib.suppress(OSError):  # how a terminal says that nobody is there
        while heard := os.read(screen, 4096):
            said += heard
    _, status = os.waitpid(child, 0)
    assert b"42 words" in said
    assert os.waitstatus_to_exitcode(status) == 5


def test_logs_are_shown_of_runs_at_home(study):
    told = strongroom("logs", "--study", study, "--json").json
    assert {"one", "two"} <= {log["action"] for log in told}
    done = strongroom("logs", "tow", "--study", study)
    assert done.code == 4
    assert "Did you mean 'two'?" in done.err
