"""A real Slurm of one node: munged, slurmctld and slurmd, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SETTINGS = """\
ClusterName=strongroom
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completions
ReturnToService=2
KillWait=5
MailProg=/bin/true
MpiDefault=none
Epilog={epilog}
NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
"""Sixteen cores, whatever the machine has: tests wait more than they work."""

CGROUPS = """\
CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
"""


class NoSlurmError(Exception):
    """There is none here, or it didn't come up."""


@dataclass
class Cluster:
    """A controller and a node."""

    folder: Path
    host: str

    @property
    def name(self) -> str:
        """Of the node: the control groups of its jobs are known by it on this machine."""
        return self.folder.name

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    @property
    def completions(self) -> Path:
        return self.folder / "completions"

    @property
    def deaf(self) -> Path:
        """The settings of a cluster whose controller nobody started."""
        text = (self.folder / "slurm.conf").read_text()
        path = self.folder / "deaf.conf"
        path.write_text(f"{text}MessageTimeout=1\n".replace("slurmctld.pid", "none.pid"))
        lines = [x if "SlurmctldPort" not in x else "SlurmctldPort=9" for x in _lines(path)]
        path.write_text("\n".join(lines) + "\n")
        return path

    def ask(self, *words: str) -> str:
        return subprocess.run(
            words,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    def start_controller(self) -> None:
        """Returns when it answers: a node that asks too early asks again after minutes."""
        self._start("slurmctld")
        _until(lambda: " UP" in self.ask("scontrol", "ping"), self.folder)

    def stop_controller(self) -> None:
        """In order, so that its jobs are saved: a crash loses those of the last seconds."""
        _end(self.folder / "slurmctld.pid", signal.SIGTERM)

    def start(self) -> None:
        self.start_controller()
        self._start("slurmd", "-N", self.name)
        _until(lambda: self.ask("sinfo", "-h", "-o", "%T").strip() == "idle", self.folder)

    def stop(self) -> None:
        self.ask("scancel", "--user", "root")
        for name in ("slurmd", "slurmctld"):
            _end(self.folder / f"{name}.pid", signal.SIGKILL)
        _end(self.folder / "munge" / "pid", signal.SIGKILL)

    def _start(self, *words: str) -> None:
        subprocess.run(
            words, env={**os.environ, **self.environment}, check=True, capture_output=True
        )


def _until(holds: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            raise NoSlurmError((folder / "slurmctld.log").read_text()[-2000:])
        time.sleep(0.05)


@contextlib.contextmanager
def running(
    epilog: Path | str = "", environment: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """Root only. It comes up within about a second, and leaves nothing. ``environment``:
    what the epilog finds in its own."""
    programs = ("munged", "slurmctld", "slurmd", "sbatch")
    if os.geteuid() != 0 or not all(map(shutil.which, programs)):
        raise NoSlurmError("tests of Slurm need root, slurm-wlm and munge")
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    cluster = Cluster(folder, socket.gethostname().split(".")[0])
    try:
        _write(cluster, _epilog(folder, epilog, environment or {}))
        _start_munge(folder / "munge")
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _write(cluster: Cluster, epilog: str) -> None:
    folder = cluster.folder
    folder.chmod(0o711)
    for name in ("munge", "state", "spool"):
        (folder / name).mkdir(mode=0o711)
    controller, node = _free_port(), _free_port()
    settings = SETTINGS.format(
        folder=folder,
        host=cluster.host,
        name=cluster.name,
        controller=controller,
        node=node,
        epilog=epilog,
    )
    kept = [x for x in settings.splitlines() if not x.endswith("=")]
    (folder / "slurm.conf").write_text("\n".join(kept) + "\n")
    (folder / "cgroup.conf").write_text(CGROUPS)


def _epilog(folder: Path, epilog: Path | str, environment: Mapping[str, str]) -> str:
    if not epilog:
        return ""
    lines = [f"export {name}={value}" for name, value in environment.items()]
    path = folder / "epilog"
    path.write_text("\n".join(["#!/bin/sh", *lines, f"exec sh {epilog}", ""]))
    path.chmod(0o755)
    return str(path)


def _start_munge(folder: Path) -> None:
    (folder / "key").write_bytes(os.urandom(64))
    (folder / "key").chmod(0o600)
    for path in (folder, folder / "key"):
        shutil.chown(path, "munge", "munge")
    files = {"key-file": "key", "socket": "socket", "pid-file": "pid"}
    more = {"log-file": "log", "seed-file": "seed"}
    options = [f"--{option}={folder / name}" for option, name in {**files, **more}.items()]
    command = ["munged", "--num-threads=1", *options]
    subprocess.run(command, user="munge", group="munge", check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def _end(pid_file: Path, number: signal.Signals) -> None:
    """And wait until it is gone, if not yet buried by whoever adopted it."""
    with contextlib.suppress(OSError, ValueError):
        handle = os.pidfd_open(int(pid_file.read_text()))
        signal.pidfd_send_signal(handle, number)
        select.select([handle], (), (), 20)
        os.close(handle)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()
