"""A real slurmctld and slurmd: what may go wrong between a runner, Slurm and a box."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from job_runner import images
from job_runner.executors import engine as engines
from job_runner.executors.contract import KILLED, Outcome
from job_runner.executors.docker import DockerExecutor
from job_runner.executors.engines.bubblewrap import Bubblewrap
from job_runner.executors.engines.docker_run import DockerRun
from job_runner.executors.kept import KeptExecutor
from job_runner.executors.launchers.reconciler import Reconciler, orphans
from job_runner.executors.launchers.slurm import Slurm, State, state_of
from tests import a_slurm
from tests.boxes import Box, a_box, a_folder, python
from tests.needed import needed

pytestmark = pytest.mark.xdist_group("slurm and podman")

EPILOG = Path(engines.__file__).parent / "launchers" / "epilog.sh"
SITE = f"slurm{os.getpid()}"


@pytest.fixture(scope="module")
def cluster(docker_engine: engines.Engine) -> Iterator[a_slurm.Cluster]:
    """With the epilog, whose Docker is the tests' own."""
    host = {"DOCKER_HOST": docker_engine.url}
    with needed(a_slurm.NoSlurmError), a_slurm.running(EPILOG, host) as made:
        yield made


@pytest.fixture
def slurm(cluster: a_slurm.Cluster) -> Slurm:
    """Its node in service again: a controller that was killed before it had saved its jobs
    may find one that it launches there already, and drains the node."""
    cluster.ask("scontrol", "update", f"NodeName={cluster.name}", "State=RESUME")
    return Slurm(cluster.environment, completions=cluster.completions)


@pytest.fixture
def made(slurm: Slurm, base_image: str, tmp_path: Path) -> Callable[[], KeptExecutor]:
    cache = engines.cache_folder(os.environ)
    engine = Bubblewrap(cache / "rootfs", cache / "images")
    return lambda: KeptExecutor(engine, slurm, tmp_path / "state", SITE)


@pytest.fixture
def box(made: Callable[[], KeptExecutor], base_image: str, tmp_path: Path) -> Box:
    lock = images.lock.read(engines.cache_folder(os.environ) / "images/images.lock.json")
    image = made().image_id(base_image, lock.images[base_image].layers)
    code = "import time; open('began', 'x').close(); time.sleep(2); raise SystemExit(9)"
    return a_box(a_folder(tmp_path / "run"), *python(code), image=image)


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it took more than a minute"
        time.sleep(0.05)


def test_a_box_outlives_its_runner_and_slurms_controller(
    cluster: a_slurm.Cluster, made: Callable[[], KeptExecutor], box: Box, tmp_path: Path
) -> None:
    """The controller stops and comes back, the runner is another: one run, one end."""
    made().start("r1", box)
    until((tmp_path / "run" / "began").exists)
    cluster.stop_controller()
    cluster.start_controller()
    made().start("r1", box)
    assert made().wait("r1") == Outcome(9)
    made().remove("r1")


def test_a_runner_that_died_before_it_noted_the_jobs_number_finds_the_job(
    slurm: Slurm, made: Callable[[], KeptExecutor], box: Box, tmp_path: Path
) -> None:
    """Though the box hasn't begun yet: there is never a second job."""
    made().start("r1", box)
    first = (tmp_path / "state" / SITE / "r1" / "slurm").read_text()
    for name in ("slurm", "began"):
        (tmp_path / "state" / SITE / "r1" / name).unlink(missing_ok=True)
    made().start("r1", box)
    assert (tmp_path / "state" / SITE / "r1" / "slurm").read_text() == first
    made().remove("r1")
    assert made().run_ids() == []


def test_a_keeper_that_was_killed_takes_its_box_along(
    made: Callable[[], KeptExecutor], box: Box, tmp_path: Path
) -> None:
    """As when Slurm loses patience, or the node's memory ends: an end from outside."""
    made().start("r1", box)
    pid = tmp_path / "state" / SITE / "r1" / "pid"
    until((tmp_path / "run" / "began").exists)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert [made().wait("r1"), made().wait("r1")] == [Outcome(KILLED)] * 2
    made().remove("r1")


@pytest.mark.docker
def test_a_container_whose_job_was_killed_is_removed_by_the_epilog(
    cluster: a_slurm.Cluster, slurm: Slurm, docker_engine: engines.Engine,
    docker_client: object, base_image: str, tmp_path: Path,
) -> None:  # fmt: skip
    """Nobody was left to do it: the keeper was killed, and no runner waits."""
    engine = DockerRun(docker_engine.url)
    executor = KeptExecutor(engine, slurm, tmp_path / "state", SITE)
    lock = images.lock.read(engines.cache_folder(os.environ) / "images/images.lock.json")
    image = executor.image_id(base_image, lock.images[base_image].layers)
    folder = a_folder(tmp_path / "docker")
    code = python("import time; open('began', 'x').close(); time.sleep(600)")
    executor.start("r1", a_box(folder, *code, image=image, wall_clock=300))
    until((folder / "began").exists)
    seen = DockerExecutor(docker_client, SITE)  # type: ignore[arg-type]
    assert seen.run_ids() == ["r1"]
    os.kill(int((tmp_path / "state" / SITE / "r1" / "pid").read_text()), signal.SIGKILL)
    until(lambda: seen.run_ids() == [])
    assert executor.wait("r1") == Outcome(KILLED)
    executor.remove("r1")


@pytest.mark.docker
def test_a_container_whose_job_is_over_is_removed_by_the_reconciler(
    slurm: Slurm, docker_engine: engines.Engine, docker_client: object, base_image: str
) -> None:
    """Where no epilog ran; one without Slurm's label is nobody's business here."""
    api = docker_client.api  # type: ignore[attr-defined]
    name = f"orphan-{os.getpid()}"
    api.create_container(
        base_image, ["true"], name=name, labels={"strongroom.slurm_job": "999999"}
    )
    removed = Reconciler(DockerRun(docker_engine.url).client, slurm).run()
    assert name in removed


def test_a_container_is_an_orphan_once_its_job_has_ended() -> None:
    """And not while it is only waiting."""
    assert orphans({"b": "2", "a": "1", "c": "3"}, frozenset({"2"})) == ("a", "c")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", State.LIVES),
        ("COMPLETING", State.LIVES),
        ("CANCELLED by 0", State.ENDED),
        ("COMPLETED", State.ENDED),
        ("NODE_FAIL", State.ENDED),
        ("OUT_OF_MEMORY", State.OUT_OF_MEMORY),
        ("TIMEOUT", State.TIMEOUT),
    ],
)
def test_slurms_words_are_understood(word: str, state: State) -> None:
    """squeue's and sacct's; one that nobody knows is an end."""
    assert state_of(word) is state
