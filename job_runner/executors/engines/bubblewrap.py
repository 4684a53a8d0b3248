"""A box by bubblewrap: namespaces of its own on an unpacked image. No daemon.

As root, its process is the box's own user before bubblewrap begins, and the folders that
it mounts are first mounted side by side where that user may come (``staging``). What
bubblewrap hasn't is added here: the filter of system calls, limits by ``prlimit``, and by
a control group (``cage``), where we may have one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError
from job_runner.executors import box as boxes
from job_runner.executors.contract import KILLED, Box
from job_runner.executors.engines import call_filter, rootfs
from job_runner.executors.engines.shape import (
    FIRST_FD,
    SYSTEM_PATH,
    Account,
    Beginning,
    Command,
    Ended,
    Started,
)
from job_runner.executors.keeper import process
from job_runner.executors.keeper.cage import Spare
from job_runner.executors.keeper.process import Start

FILTER, STATUS, LIFE = FIRST_FD, FIRST_FD + 1, FIRST_FD + 2
"""Descriptors: the seccomp program, what bubblewrap tells, the lock that lives as long."""

WRAPPED = 'unset PWD; exec "$@"'
"""So that a command that isn't there is the study's exit code 127."""

TOLD_TOO_MUCH = (
    *("/proc/kcore", "/proc/keys", "/proc/kallsyms", "/proc/kmsg", "/proc/latency_stats"),
    *("/proc/sched_debug", "/proc/sysrq-trigger", "/proc/timer_list"),
)
"""Files about the whole machine, hidden where it has them."""


def argv(
    box: Box, image: Path, program: str = "bwrap", hidden: tuple[str, ...] = TOLD_TOO_MUCH
) -> Command:
    """The exact command line. ``image``: the unpacked root filesystem."""
    return Command(
        (
            program,
            *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--hostname", "box", "--clearenv", *_environment(box)),
            *("--ro-bind", str(image), "/"),
            *("--proc", "/proc", *_hidden(hidden)),
            *("--dev", "/dev", *_tmpfs("/dev/shm", boxes.SHARED_MEMORY)),  # noqa: S108
            *("--remount-ro", "/dev"),
            *_tmpfs("/tmp", box.limits.tmp),  # noqa: S108
            *_mounts(box),
            *("--chdir", box.working_directory),
            *("--seccomp", str(FILTER), "--json-status-fd", str(STATUS)),
            *("--sync-fd", str(LIFE)),
            *("--", "/bin/sh", "-c", WRAPPED, "box", *box.command),
        )
    )


def _environment(box: Box) -> tuple[str, ...]:
    pairs = boxes.environment(box).items()
    return tuple(word for name, value in pairs for word in ("--setenv", name, value))


def _hidden(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for path in paths for word in ("--ro-bind", "/dev/null", path))


def _tmpfs(path: str, size: int) -> tuple[str, ...]:
    return ("--perms", "1777", "--size", str(size), "--tmpfs", path)


def _mounts(box: Box) -> tuple[str, ...]:
    """Outer folders first, so that an input lands inside the run's own folder."""
    words: list[str] = []
    for mount in sorted(box.mounts, key=lambda m: m.target):
        flag = "--ro-bind" if mount.read_only else "--bind"
        words += [flag, str(mount.source), mount.target]
    return tuple(words)


@dataclass(frozen=True)
class Bubblewrap:
    """Boxes on images that ``rootfs`` unpacks below ``images``, of the tars in ``tars``."""

    images: Path
    tars: Path
    program: str = "bwrap"
    account: Account | None = None

    name = "bubblewrap"
    spare = Spare()
    leaves_children = False

    def check(self) -> None:
        if shutil.which(self.program) is None:
            raise PlatformError(
                "bubblewrap isn't answering: it isn't installed",
                where=self.program,
                remedy="Run `sudo apt-get install bubblewrap`, then try again.",
            )

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        return rootfs.image_id(self.tars, self.images, reference, layers)

    def settings(self) -> dict[str, Any]:
        return {
            "images": str(self.images),
            "tars": str(self.tars),
            "program": self.program,
        }

    def begin(self, beginning: Beginning) -> Started:
        box, image = beginning.box, rootfs.folder(self.images, beginning.box.image)
        stage = _stage(box, image) if os.geteuid() == 0 else {}
        if stage:
            box, image = _on_stage(box), process.STAGE / "image"
        hidden = tuple(path for path in TOLD_TOO_MUCH if Path(path).exists())
        command = argv(box, image, self.program, hidden)
        told, tell = os.pipe()
        with open(_filter(), "rb") as program:
            start = Start(
                command.argv,
                {"PATH": SYSTEM_PATH},
                beginning.output,
                {FILTER: program.fileno(), STATUS: tell, LIFE: beginning.life},
                user=(box.uid, box.uid) if stage else None,
                stage=stage,
                limits=box.limits,
                own_memory=beginning.cage is None and not beginning.label.slurm_job,
                cage=beginning.cage,
            )
            pid = process.spawn(start)
        os.close(tell)
        return _Running(pid, told)

    def kill(self, name: str) -> None:
        """Nothing: the kernel ends it all with the first process."""

    def remove(self, name: str) -> None:
        """Nothing: namespaces leave nothing."""


@dataclass(frozen=True)
class _Running:
    pid: int
    told: int

    def family(self) -> int:
        return os.getpid()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def ended(self, status: int, log_end: bytes) -> Ended:
        """It tells an exit code only of a command that it came to start."""
        with open(self.told, "rb") as file:
            said = [json.loads(line) for line in file.read().splitlines()]
        codes = [int(event["exit-code"]) for event in said if "exit-code" in event]
        if codes:
            return Ended(codes[-1])
        if os.WIFSIGNALED(status):  # killed itself: by us, or for memory
            return Ended(KILLED)
        return Ended(None, said=log_end.decode(errors="replace"))


def _stage(box: Box, image: Path) -> dict[str, Path]:
    mounts = {f"mount{n}": mount.source for n, mount in enumerate(box.mounts)}
    return {"image": image, **mounts}


def _on_stage(box: Box) -> Box:
    mounts = (
        replace(mount, source=process.STAGE / f"mount{n}")
        for n, mount in enumerate(box.mounts)
    )
    return replace(box, mounts=tuple(mounts))


def _filter() -> int:
    made = os.memfd_create("filter")
    os.write(made, call_filter.program())
    os.lseek(made, 0, os.SEEK_SET)
    return made
