"""A box by ``docker run``, where a keeper starts it: on a node that Slurm chose.

The container is a child of the engine's, not of the Slurm job, so it carries the job's
number as a label: for the keeper's own trap, for the epilog, and for the reconciler. On
our own machine the engine is asked directly (``executors.docker``), which is faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job_runner.executors.contract import Box
from job_runner.executors.engines import containers
from job_runner.executors.engines.containers import PROFILE, Client
from job_runner.executors.engines.shape import (
    SYSTEM_PATH,
    Account,
    Beginning,
    Command,
    Ended,
    Label,
    Started,
)
from job_runner.executors.keeper import process
from job_runner.executors.keeper.process import Start

ENVIRONMENT = {"HOME": "/", "DOCKER_CONFIG": "/nonexistent", "PATH": SYSTEM_PATH}


def argv(label: Label, box: Box, *, host: str, program: str = "docker") -> Command:
    """The exact command line. ``host``: the engine's socket on the node."""
    return Command(
        (
            *(program, "--host", host, "run"),
            *containers.flags(label, box),
            *containers.in_groups(box),
            *("--init", "--cgroupns", "private", "--no-healthcheck"),
            *("--user", f"{box.uid}:{box.uid}", "--log-driver", "none"),
            *containers.command(box),
        )
    )


@dataclass(frozen=True)
class DockerRun:
    """Boxes in the engine that listens at ``host`` on whatever node the keeper is on."""

    host: str = "unix:///var/run/docker.sock"
    program: str = "docker"

    name = "docker"
    account: Account | None = None
    spare = None
    leaves_children = False

    @property
    def client(self) -> Client:
        return Client((self.program, "--host", self.host), ENVIRONMENT)

    def check(self) -> None:
        done = self.client.ask("version", "--format", "{{.Server.Version}}")
        if done.returncode != 0:
            raise containers.not_answering("docker", containers.last_words(done.stderr))

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        return self.client.image(reference, layers)

    def settings(self) -> dict[str, Any]:
        return {"host": self.host, "program": self.program}

    def begin(self, beginning: Beginning) -> Started:
        label = beginning.label
        command = argv(label, beginning.box, host=self.host, program=self.program)
        with open(containers.profile(), "rb") as profile:
            given = {PROFILE: profile.fileno()}
            start = Start(command.argv, ENVIRONMENT, beginning.output, given)
            pid = process.spawn(start)
        return _Running(pid, self.client, label.name)

    def kill(self, name: str) -> None:
        self.client.ask("kill", "--signal", "KILL", name)

    def remove(self, name: str) -> None:
        self.client.ask("rm", "--force", "--volumes", name)


@dataclass(frozen=True)
class _Running:
    pid: int
    client: Client
    name: str

    def family(self) -> int:
        """The container's first process, if the engine runs in our sight."""
        state = self.client.state(self.name) or {}
        pid = int(state.get("Pid") or 0)
        return pid if Path(f"/proc/{pid}").exists() else 0

    def kill(self) -> None:
        """The container; the command that waits for it then ends by itself."""
        self.client.ask("kill", "--signal", "KILL", self.name)

    def ended(self, status: int, log_end: bytes) -> Ended:
        return self.client.ended(self.name, log_end)
