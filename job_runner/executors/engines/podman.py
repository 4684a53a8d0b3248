"""A box by Podman without root: a user's containers, and no daemon.

Its own limits need cgroups v2; on v1 it prints that it ignores them, so it isn't asked,
and a control group of ours does it where we may make one. ``runc``, as crun refuses
machines with both versions mounted; ``overlay``, as Podman's choice without it copies.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
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
from job_runner.executors.keeper import cage, process
from job_runner.executors.keeper.cage import Spare
from job_runner.executors.keeper.process import Start

GLOBAL = (
    *("--log-level", "error", "--storage-driver", "overlay"),
    *("--runtime", "runc", "--cgroup-manager", "cgroupfs"),
)
HELPERS = Spare(memory=96 * 1024**2, pids=64)
"""Of podman and conmon, which are in the box's control group where it is ours."""


def argv(label: Label, box: Box, *, groups: bool, program: str = "podman") -> Command:
    """The exact command line. ``groups``: whether Podman may limit by control groups."""
    return Command(
        (
            *(program, *GLOBAL, "run"),
            *containers.flags(label, box),
            *(containers.in_groups(box) if groups else ()),
            # The box's user is ourselves, inside and outside; there is no other to be had.
            *("--userns", "keep-id", "--user", f"{box.uid}:{box.uid}"),
            *("--read-only-tmpfs=false", "--no-hosts", "--http-proxy=false"),
            *("--unsetenv", "container", "--unsetenv", "TERM", "--log-driver", "none"),
            # Counted in the box's own namespace of users (Linux 5.14 and later).
            *("--ulimit", f"nproc={box.limits.pids}:{box.limits.pids}"),
            *containers.command(box),
        )
    )


@dataclass(frozen=True)
class Podman:
    """Boxes in the storage of ``account``, or of whoever calls. ``runtime``: a folder of
    theirs for sockets and locks (XDG_RUNTIME_DIR)."""

    home: Path
    runtime: Path
    account: Account | None = None
    program: str = "podman"

    name = "podman"
    spare = HELPERS
    leaves_children = True  # the process that holds the user's namespace

    @property
    def client(self) -> Client:
        return Client((self.program, *GLOBAL), self._environment(), self.account)

    def check(self) -> None:
        self.client.ask("--version")

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        self.check()
        return self.client.image(reference, layers)

    def settings(self) -> dict[str, Any]:
        account = asdict(self.account) if self.account else None
        paths = {"home": str(self.home), "runtime": str(self.runtime)}
        return {**paths, "account": account, "program": self.program}

    def begin(self, beginning: Beginning) -> Started:
        box = beginning.box
        self.client.ask("image", "exists", box.image)  # so its helper isn't in our group
        groups = beginning.cage is None and cage.is_version_2()
        command = argv(beginning.label, box, groups=groups, program=self.program)
        account = self.account
        with open(containers.profile(), "rb") as profile:
            start = Start(
                command.argv,
                self._environment(),
                beginning.output,
                {PROFILE: profile.fileno()},
                user=(account.uid, account.gid) if account else None,
                cage=beginning.cage,
            )
            pid = process.spawn(start)
        return _Running(pid, self.client, beginning.label.name)

    def kill(self, name: str) -> None:
        self.client.ask("kill", "--signal", "KILL", name)

    def remove(self, name: str) -> None:
        self.client.ask("rm", "--force", "--ignore", "--volumes", "--time", "0", name)

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": SYSTEM_PATH,
            "XDG_RUNTIME_DIR": str(self.runtime),
        }


@dataclass(frozen=True)
class _Running:
    pid: int
    client: Client
    name: str

    def family(self) -> int:
        return os.getpid()

    def kill(self) -> None:
        """The container; the command that waits for it then ends by itself."""
        self.client.ask("kill", "--signal", "KILL", self.name)

    def ended(self, status: int, log_end: bytes) -> Ended:
        return self.client.ended(self.name, log_end)
