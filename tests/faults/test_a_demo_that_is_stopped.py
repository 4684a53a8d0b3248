"""A demo that is stopped half-way takes everything along that it started."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.demo.stage import prepare
from cli.home import boxes_of
from job_runner.executors import dockerd, engine, sweep
from job_runner.executors.box import SITE_LABEL
from job_runner.executors.engine import Engine
from tests.a_command import contents, strongroom
from tests.a_demo import Played, interrupted

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture
def environment(
    docker_engine: Engine, cohort_image: str, python_image: str
) -> Iterator[dict[str, str]]:
    """A cache of its own, and so an engine of its own, but for images built already."""
    cache = engine.cache_folder(os.environ)
    with tempfile.TemporaryDirectory(prefix="demo-", dir=cache) as own:
        shutil.copytree(cache / "images", Path(own) / "images", copy_function=os.link)
        environment = {"STRONGROOM_CACHE": own}
        yield environment
        dockerd.shut_down(engine.default_home(environment))


def traces(played: Played, environment: dict[str, str]) -> dict[str, object]:
    """What a demo must not leave: everything here is empty then."""
    home = engine.default_home(environment)
    return {
        "processes": played.left,
        "the engine's processes": sweep.leftovers(home.exec_root),
        "mounts": sweep.mounts_below(home.run, home.data),
        "the engine's sockets": sorted(home.run.rglob("*")) if home.run.exists() else [],
        "the site's sockets": [p for p in played.folder.rglob("*") if p.is_socket()],
        "signs": list((played.folder / "site" / "state").glob("*.json")),
    }


NOTHING: dict[str, object] = {
    "processes": (),
    "the engine's processes": set(),
    "mounts": [],
    "the engine's sockets": [],
    "the site's sockets": [],
    "signs": [],
}


def test_ctrl_c_while_the_site_works_leaves_nothing_running(environment, tmp_path):
    at = "$ strongroom submit"
    played = interrupted(tmp_path / "demo", at, signal.SIGINT, environment)
    assert (played.code, at in played.printed) == (130, True)
    assert played.printed.endswith("Stopped.\n")
    assert {"demo", "serve", "runner"} <= {p.split()[3] for p in played.during}
    assert traces(played, environment) == NOTHING
    assert not list(played.site.outbox.iterdir())


def test_a_second_demo_begins_anew_and_stopped_leaves_a_shared_engine_empty(
    docker_engine, docker_client, cohort_image, python_image, tmp_path
):
    folder = tmp_path / "demo"
    prepare(folder, {})
    (folder / "study").mkdir()
    (folder / "study" / "of the first").touch()
    at = "extract: running, because"
    played = interrupted(folder, at, signal.SIGTERM)
    assert (played.code, at in played.printed) == (130, True)
    assert played.left == ()
    for name in (boxes_of(folder / "study"), played.site.boxes):
        label = {"label": f"{SITE_LABEL}={name}"}
        assert docker_client.containers.list(all=True, filters=label) == []
    assert (folder / "study" / "project.yaml").is_file()
    assert not (folder / "study" / "of the first").exists()
    assert not (folder / "study" / "output").exists()


def test_a_folder_that_no_demo_made_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    before = contents(tmp_path)
    said = strongroom("demo", "--folder", tmp_path)
    assert said.code == 10
    assert said.err.startswith(f"{tmp_path}: the folder isn't empty and no demo made it\n")
    assert contents(tmp_path) == before
