"""The engine's bad moments: half-made boxes, odd images, a lost connection."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from job_runner.errors import PlatformError
from job_runner.executors import box as boxes
from job_runner.executors.contract import KILLED, Box, Outcome
from job_runner.executors.docker import DockerExecutor
from tests.boxes import a_box, a_folder, python

pytestmark = pytest.mark.docker

SITE = f"bad-moments{os.getpid()}"


@pytest.fixture
def executor(docker_client: docker.DockerClient) -> Iterator[DockerExecutor]:
    made = DockerExecutor(docker_client, SITE)
    yield made
    for run_id in made.run_ids():
        made.remove(run_id)


@pytest.fixture
def box(docker_client: docker.DockerClient, base_image: str, tmp_path: Path) -> Box:
    image = str(docker_client.images.get(base_image).id)
    return a_box(a_folder(tmp_path / "run"), *python("raise SystemExit(9)"), image=image)


def only_create(client: docker.DockerClient, box: Box) -> None:
    """As a runner that was killed between creating and starting."""
    body = boxes.docker_settings("r1", SITE, box)
    client.api.create_container_from_config(body, boxes.container_name("r1", SITE))


def test_a_box_that_was_made_but_never_started_is_started(
    docker_client: docker.DockerClient, executor: DockerExecutor, box: Box
) -> None:
    """By asking for it again, as a restarted runner does."""
    only_create(docker_client, box)
    assert executor.run_ids() == ["r1"]
    executor.start("r1", box)
    assert executor.wait("r1") == Outcome(9)


def test_a_box_that_never_started_did_not_succeed(
    docker_client: docker.DockerClient, executor: DockerExecutor, box: Box
) -> None:
    """Docker says it ended with exit code 0."""
    only_create(docker_client, box)
    executor.stop("r1")
    with pytest.raises(PlatformError, match="never started"):
        executor.wait("r1")


def test_a_box_that_cannot_start_is_the_platforms_failure(
    executor: DockerExecutor, box: Box, tmp_path: Path
) -> None:
    """With what the engine said, on one line of plain characters."""
    (tmp_path / "run").rmdir()
    with pytest.raises(PlatformError, match="asked to start a box, it said: ") as told:
        executor.start("r1", box)
    assert "\n" not in told.value.problem


def test_an_image_that_declares_volumes_is_refused(
    docker_client: docker.DockerClient, base_image: str, executor: DockerExecutor
) -> None:
    """Each would be a writable folder that no limit covers."""
    client = docker_client.api
    made = client.create_container(base_image, ["true"])
    name = f"strongroom/volumes-{os.getpid()}"
    client.commit(made["Id"], repository=name, tag="v1", changes=["VOLUME /data"])
    client.remove_container(made["Id"])
    try:
        layers = tuple(docker_client.images.get(f"{name}:v1").attrs["RootFS"]["Layers"])
        with pytest.raises(PlatformError, match="declares volumes"):
            executor.image_id(f"{name}:v1", layers)
    finally:
        docker_client.images.remove(f"{name}:v1")


@pytest.mark.parametrize(
    "name", ["--privileged:v1", "", "a b", "UPPER:v1", "../x", "a\n:v1"]
)
def test_an_images_name_is_never_an_option(executor: DockerExecutor, name: str) -> None:
    """Nor a path, nor anything else that the engine would read its own way."""
    with pytest.raises(PlatformError, match="no image's name"):
        executor.image_id(name, ("sha256:" + "a" * 64,))


def test_losing_the_engine_while_waiting_loses_no_box(
    docker_client: docker.DockerClient, base_image: str, tmp_path: Path,
    executor: DockerExecutor,
) -> None:  # fmt: skip
    """The wait ends as the platform's failure; waiting again, once it is back, goes on."""
    folder = a_folder(tmp_path / "run")
    image = str(docker_client.images.get(base_image).id)
    code = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)"
    executor.start("r1", a_box(folder, *python(code), image=image))
    engine = docker_client.api.base_url, _socket_of(docker_client)
    with _Wire(tmp_path / "w.sock", engine[1]) as wire:
        client = docker.DockerClient(f"unix://{wire.path}", version="1.41")
        cutting = threading.Timer(0.3, wire.cut)
        cutting.start()
        with pytest.raises(PlatformError, match="isn't answering"):
            DockerExecutor(client, SITE).wait("r1")
        client.close()
        cutting.join()
    (folder / "go").touch()
    assert executor.wait("r1") == Outcome(0)


@pytest.mark.parametrize(
    ("code", "uptime", "ended"),
    [
        ("raise SystemExit(255)", 1e9, Outcome(255)),
        ("raise SystemExit(255)", 0.0, Outcome(KILLED)),
        ("raise SystemExit(9)", 0.0, Outcome(9)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 1e9, Outcome(KILLED)),
    ],
)
def test_a_box_that_went_down_with_the_engine_is_not_the_studys_failure(
    docker_client: docker.DockerClient, base_image: str, tmp_path: Path,
    executor: DockerExecutor, code: str, uptime: float, ended: Outcome,
) -> None:  # fmt: skip
    """Older than the machine's uptime, or ended by the signal of an orderly stop."""
    image = str(docker_client.images.get(base_image).id)
    executor.start("r1", a_box(a_folder(tmp_path / "run"), *python(code), image=image))
    restarted = DockerExecutor(docker_client, SITE, uptime=lambda: uptime)
    assert restarted.wait("r1") == ended


@pytest.mark.parametrize("keep", ["", "kept = mmap.mmap(f.fileno(), 0); f.close()"])
def test_a_deleted_file_fills_the_disk_as_any_other(
    docker_client: docker.DockerClient, base_image: str, tmp_path: Path,
    executor: DockerExecutor, keep: str,
) -> None:  # fmt: skip
    """It takes its blocks until it is closed, though no folder shows it."""
    code = (
        "import mmap, os, time\n"
        "f = open('big', 'wb+'); os.unlink('big')\n"
        f"f.write(b'x' * 2**24); f.flush()\n{keep}\ntime.sleep(600)"
    )
    image = str(docker_client.images.get(base_image).id)
    box = a_box(a_folder(tmp_path / "run"), *python(code), image=image, disk=2**23)
    executor.start("r1", box)
    assert executor.wait("r1") == Outcome(KILLED, disk_full=True)


def _socket_of(client: docker.DockerClient) -> str:
    adapter = client.api.get_adapter("http+docker://localhost")
    return str(adapter.socket_path)


class _Wire:
    """A way to the engine that can be cut."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path, self._engine = path, engine
        self._listening = socket.socket(socket.AF_UNIX)
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> _Wire:
        self._listening.bind(str(self.path))
        self._listening.listen()
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        for thread in self._threads:
            thread.join()
        for end in (self._listening, *self._ends):
            end.close()

    def cut(self) -> None:
        for end in (self._listening, *self._ends):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _spawn(self, work: object, *words: object) -> None:
        self._threads.append(threading.Thread(target=work, args=words))  # type: ignore[arg-type]
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._engine)
            self._ends += [near, far]
            self._spawn(self._pass_on, near, far)
            self._spawn(self._pass_on, far, near)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            return
