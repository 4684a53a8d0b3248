"""Where the stories of executors happen: each engine that this machine can have, started
here and, some of them, by Slurm."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from job_runner import images
from job_runner.executors import engine as engines
from job_runner.executors.docker import DockerExecutor
from job_runner.executors.engines.bubblewrap import Bubblewrap
from job_runner.executors.engines.docker_run import DockerRun
from job_runner.executors.engines.shape import BoxEngine
from job_runner.executors.kept import KeptExecutor
from job_runner.executors.launchers.local import Local
from job_runner.executors.launchers.shape import Launcher
from job_runner.executors.launchers.slurm import Slurm
from tests import a_podman_user, a_slurm
from tests.boxes import UID, Place, remove_all
from tests.needed import needed

MEASURED = {k: v for k, v in os.environ.items() if k.startswith("COVERAGE_")}
"""So that what keepers do counts as tested."""
GONE = "/nonexistent/program"


def a_place(
    engine: BoxEngine, launcher: Launcher, reference: str, layers: tuple[str, ...],
    folder: Path, uid: int = UID, gone: tuple[BoxEngine, Launcher] | None = None,
) -> Place:  # fmt: skip
    """A kept executor's. ``gone``: the same where nothing answers."""
    here = own_name(folder)

    def made(site: str = here) -> KeptExecutor:
        return KeptExecutor(engine, launcher, folder / "state", site)

    lost: Any = replace(engine, program=GONE)  # type: ignore[type-var]  # all are frozen
    return Place(
        executor=made(),
        again=made,
        other_site=lambda: made(f"{here}-too"),
        without_engine=lambda: KeptExecutor(
            *(gone or (lost, launcher)), folder / "state", "nowhere"
        ),
        reference=reference,
        layers=layers,
        image=made().image_id(reference, layers),
        folder=folder,
        uid=uid,
        moment=2.0 if isinstance(engine, Bubblewrap) else 4.0,  # from the client's start
    )


def own_name(folder: Path) -> str:
    """A site's: other tests run beside these, and share the engines."""
    return re.sub(r"\W", "", f"test{folder}")[-40:]


@contextlib.contextmanager
def emptied(place: Place) -> Iterator[Place]:
    yield place
    remove_all(place.executor, place.other_site())


@pytest.fixture(scope="session")
def tars(base_image: str) -> Path:
    """Where the base image's layers and its lock lie."""
    return engines.cache_folder(os.environ) / "images"


@pytest.fixture(scope="session")
def layers(tars: Path) -> tuple[str, ...]:
    lock = images.lock.read(tars / "images.lock.json")
    return lock.images[images.BASE.reference].layers


@pytest.fixture(scope="session")
def bubblewrap(tars: Path) -> Bubblewrap:
    return Bubblewrap(engines.cache_folder(os.environ) / "rootfs", tars)


@pytest.fixture(scope="session")
def podman_user(tars: Path, layers: tuple[str, ...]) -> Iterator[a_podman_user.User]:
    """A user with the base image in storage of their own."""
    with needed(a_podman_user.NoPodmanError), a_podman_user.made() as user:
        user.load(images.BASE.reference, tars, layers)
        yield user


@pytest.fixture(scope="session")
def slurm() -> Iterator[a_slurm.Cluster]:
    """A controller and a node of this session's own."""
    with needed(a_slurm.NoSlurmError), a_slurm.running() as cluster:
        yield cluster


@pytest.fixture
def docker_place(
    docker_client: docker.DockerClient, base_image: str, tmp_path: Path
) -> Iterator[Place]:
    image = docker_client.images.get(base_image)
    here = own_name(tmp_path)

    def there() -> DockerExecutor:
        return DockerExecutor(docker_client, f"{here}-too")

    executor = DockerExecutor(docker_client, here)
    with hangs_up(tmp_path / "deaf.sock") as deaf:
        yield Place(
            executor=executor,
            again=lambda: DockerExecutor(docker_client, here),
            other_site=there,
            without_engine=lambda: DockerExecutor(deaf, here),
            reference=base_image,
            layers=tuple(image.attrs["RootFS"]["Layers"]),
            image=str(image.id),
            folder=tmp_path,
        )
    remove_all(executor, there())


@contextlib.contextmanager
def hangs_up(path: Path) -> Iterator[docker.DockerClient]:
    """A client of an engine that dies as soon as it is asked anything."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    listening.accept()[0].close()

        thread = threading.Thread(target=answer)
        thread.start()
        client = docker.DockerClient(f"unix://{path}", version="1.41")
        yield client
        client.close()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def bubblewrap_place(
    bubblewrap: Bubblewrap, base_image: str, layers: tuple[str, ...], tmp_path: Path
) -> Iterator[Place]:
    here = Local(MEASURED)
    with emptied(a_place(bubblewrap, here, base_image, layers, tmp_path)) as place:
        yield place


@pytest.fixture
def podman_place(
    podman_user: a_podman_user.User, base_image: str, layers: tuple[str, ...]
) -> Iterator[Place]:
    podman, uid = podman_user.podman, podman_user.account.uid
    with (
        podman_user.folder() as folder,
        emptied(a_place(podman, Local(MEASURED), base_image, layers, folder, uid)) as place,
    ):
        yield place


def by(cluster: a_slurm.Cluster) -> Slurm:
    return Slurm({**cluster.environment, **MEASURED}, completions=cluster.completions)


def gone(cluster: a_slurm.Cluster, engine: BoxEngine) -> tuple[BoxEngine, Launcher]:
    """Where no controller listens."""
    return engine, Slurm({"SLURM_CONF": str(cluster.deaf)})


@pytest.fixture
def bubblewrap_on_slurm(
    slurm: a_slurm.Cluster, bubblewrap: Bubblewrap, base_image: str,
    layers: tuple[str, ...], tmp_path: Path,
) -> Iterator[Place]:  # fmt: skip
    nobody = gone(slurm, bubblewrap)
    place = a_place(bubblewrap, by(slurm), base_image, layers, tmp_path, gone=nobody)
    with emptied(place):
        yield place


@pytest.fixture
def docker_on_slurm(
    slurm: a_slurm.Cluster, docker_engine: engines.Engine, base_image: str,
    layers: tuple[str, ...], tmp_path: Path,
) -> Iterator[Place]:  # fmt: skip
    engine = DockerRun(docker_engine.url)
    nobody = gone(slurm, engine)
    place = a_place(engine, by(slurm), base_image, layers, tmp_path, gone=nobody)
    with emptied(place):
        yield place


@pytest.fixture
def podman_on_slurm(
    slurm: a_slurm.Cluster, podman_user: a_podman_user.User, base_image: str,
    layers: tuple[str, ...],
) -> Iterator[Place]:  # fmt: skip
    engine, uid = podman_user.podman, podman_user.account.uid
    with podman_user.folder() as folder:
        nobody = gone(slurm, engine)
        place = a_place(engine, by(slurm), base_image, layers, folder, uid, nobody)
        with emptied(place):
            yield place
