"""A private ``dockerd``: its own socket and data, no bridge, no firewall rules.

It touches nothing of an engine that the machine may have: own socket, data root, exec
root, pid file, settings file and containerd namespace; it neither makes a network bridge
nor changes iptables or IP forwarding, since no action may have a network anyway. Needs
root, and a cgroup file system (v1 or v2) that is mounted.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors import sweep

SOCKET_LIMIT = 107
"""Bytes of path that a Unix socket's address holds on Linux (sun_path less its NUL)."""
STARTING = 60.0
"""Seconds until it must answer: 0.3 when quiet, far more on a disk that is busy."""
STOPPING = 30.0
"""Seconds until it must be gone: it gives containers 10 to end, then kills them itself."""


@dataclass(frozen=True)
class Home:
    """Where a private engine lives: ``run`` for sockets (short), ``data`` for images."""

    run: Path
    data: Path

    def __post_init__(self) -> None:
        for folder in (self.run, self.data):
            if not folder.is_absolute():
                raise ValueError(f"{folder} isn't an absolute path")
        if len(os.fsencode(self.longest_socket)) > SOCKET_LIMIT:
            raise PlatformError(
                f"a socket below this folder would have a path of more than "
                f"{SOCKET_LIMIT} bytes, which Linux refuses",
                where=str(self.run),
                remedy="Choose a folder with a shorter path.",
            )

    @property
    def socket(self) -> Path:
        return self.run / "docker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def exec_root(self) -> Path:
        return self.run / "exec"

    @property
    def longest_socket(self) -> Path:
        return self.exec_root / "containerd" / "containerd.sock.ttrpc"

    @property
    def pid_file(self) -> Path:
        return self.run / "pid"

    @property
    def settings(self) -> Path:
        return self.run / "daemon.json"

    @property
    def log(self) -> Path:
        return self.data / "dockerd.log"


def command(home: Home, dockerd: Path) -> tuple[str, ...]:
    """The daemon's command line."""
    return (
        str(dockerd),
        "--config-file", str(home.settings),  # else /etc/docker/daemon.json would count
        "--host", home.url,
        "--data-root", str(home.data / "docker"),
        "--exec-root", str(home.exec_root),
        "--pidfile", str(home.pid_file),
        # A system's containerd, where one runs, is shared; our containers in it are not.
        "--containerd-namespace", "strongroom",
        "--containerd-plugins-namespace", "strongroom-plugins",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
        "--ip-forward=false",
        "--ip-masq=false",
        "--userland-proxy=false",
    )  # fmt: skip


def launch(home: Home, dockerd: Path, path: str) -> None:
    """Start it and return when it answers. PlatformError if it doesn't come up.

    What an earlier one left, killed or hanging, is ended first: nobody started another
    while one answered. Its containers are known to the new one as exited.
    """
    sweep.kill_all(home.exec_root)
    _forget_pids(home)
    home.run.mkdir(parents=True, exist_ok=True, mode=0o711)
    home.data.mkdir(parents=True, exist_ok=True)
    home.settings.write_text("{}\n", encoding="utf-8")
    pid = _spawn(command(home, dockerd), home.log, {"PATH": path})
    try:
        with _handle(pid) as handle:
            _until_answering(home, handle)
    except BaseException:  # an interrupt as well: what was just started stops
        _reap(pid)
        shut_down(home)
        raise


def shut_down(home: Home) -> None:
    """Stop it and everything it started; leave no process, mount, socket or pid file."""
    pid = alive(home)
    if pid is not None:
        # Containers first: it would wait 10 seconds for each that ignores SIGTERM.
        sweep.kill(sweep.containers(home.exec_root))
        with _handle(pid) as handle:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            if not _ended(handle, STOPPING):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                _ended(handle, STOPPING)
        _reap(pid)
    sweep.kill_all(home.exec_root)
    sweep.unmount(home.run, home.data)
    sweep.remove_cgroups(path.name for path in home.data.glob("docker/containers/*"))
    shutil.rmtree(home.run, ignore_errors=True)
    with contextlib.suppress(OSError):
        home.run.parent.rmdir()


def alive(home: Home) -> int | None:
    """The pid of this home's daemon, if it runs."""
    try:
        pid = int(home.pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return pid if sweep.is_ours(pid, home.exec_root) else None


def _spawn(arguments: tuple[str, ...], log: Path, environment: Mapping[str, str]) -> int:
    """Its own session, so that Ctrl-C at a terminal doesn't reach it before us."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        arguments[0],
        arguments,
        dict(environment),
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def _until_answering(home: Home, handle: int) -> None:
    """It makes its socket early and answers the first request when it is ready."""
    deadline = time.monotonic() + STARTING
    with socket.socket(socket.AF_UNIX) as asking:
        while asking.connect_ex(str(home.socket)) != 0:  # not made, or not yet listening
            if _ended(handle, 0.01) or time.monotonic() > deadline:
                raise _not_started(home)
        asking.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        if asking.fileno() not in _ready((handle, asking.fileno()), STARTING):
            raise _not_started(home)


def _not_started(home: Home) -> PlatformError:
    return PlatformError(
        f"the private container engine didn't start: {_last_words(home.log)}",
        where=str(home.log),
        remedy="Read this file; or start Docker yourself and try again.",
    )


def _last_words(log: Path) -> str:
    lines = (
        log.read_text(encoding="utf-8", errors="replace").split("\n")
        if log.exists()
        else []
    )
    return next(
        (line.strip() for line in reversed(lines) if line.strip()), "it said nothing"
    )


def _forget_pids(home: Home) -> None:
    # A dead process that its parent hasn't noticed yet counts as running for dockerd: it
    # would wait 15 seconds for a containerd that never comes, then give up.
    for stale in (home.pid_file, home.socket, home.exec_root / "containerd/containerd.pid"):
        stale.unlink(missing_ok=True)


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[int]:
    """A handle that stays with this process, whoever gets its number later."""
    handle = os.pidfd_open(pid)
    try:
        yield handle
    finally:
        os.close(handle)


def _ended(handle: int, seconds: float) -> bool:
    return bool(_ready((handle,), seconds))


def _ready(descriptors: tuple[int, ...], seconds: float) -> set[int]:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(seconds * 1000)}


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # somebody else's child
        os.waitpid(pid, os.WNOHANG)
