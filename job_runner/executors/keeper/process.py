"""Start one process exactly as told: which user, which limits, which files, which mounts.

Between ``fork`` and ``exec`` nothing may go wrong unnoticed: what does is written to the
process's standard error, and its exit code is 126. The keeper has one thread, so that
Python may run between the two.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from job_runner.executors.contract import Limits
from job_runner.executors.keeper.cage import Cage

NOT_STARTED = 126
STAGE = Path("/mnt")
"""Where folders are mounted side by side, seen by the one process alone."""

_NEW_NAMESPACE_OF_MOUNTS = 0x20000
_BIND, _PRIVATE_BELOW, _NOSUID_NODEV = 0x1000, 0x44000, 0x6
_DIE_WITH_PARENT, _REAP_WHAT_CHILDREN_LEAVE = 1, 36


@dataclass(frozen=True)
class Start:
    """A process to be. ``descriptors``: the number that it knows a file by, and ours.

    ``stage``: what is mounted below ``STAGE``, by name. ``own_memory``: bytes of address
    space for each process, where no control group limits them together.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    output: int
    descriptors: Mapping[int, int] = field(default_factory=dict)
    user: tuple[int, int] | None = None
    stage: Mapping[str, Path] = field(default_factory=dict)
    limits: Limits | None = None
    own_memory: bool = False
    cage: Cage | None = None
    folder: str = "/"


def spawn(start: Start) -> int:
    """Its pid. It dies with us, whatever becomes of us."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(start, parent)  # pragma: no cover  (another process, which ends in exec)
    return pid


def _become(start: Start, parent: int) -> None:  # pragma: no cover
    try:
        _arrange(start)
        _libc("prctl", _DIE_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(NOT_STARTED)
        _redirect(start)
        if start.limits is not None:  # at the end: they would count for what is above, too
            _limit(start.limits, start.own_memory)
        os.execvpe(start.argv[0], start.argv, dict(start.environment))  # noqa: S606
    except BaseException as error:  # noqa: BLE001  nothing may return from here
        said = f"not started: {type(error).__name__}: {error}\n"
        os.write(start.output, said.encode())
    finally:
        os._exit(NOT_STARTED)


def _arrange(start: Start) -> None:  # pragma: no cover
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if start.cage is not None:
        start.cage.join()
    if start.stage:
        _mount(start.stage)
    Path("/proc/self/oom_score_adj").write_text("500")
    os.chdir(start.folder)
    if start.user is not None:
        uid, gid = start.user
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)


def _mount(stage: Mapping[str, Path]) -> None:  # pragma: no cover
    _libc("unshare", _NEW_NAMESPACE_OF_MOUNTS)
    _libc("mount", b"none", b"/", None, _PRIVATE_BELOW, None)
    _libc("mount", b"tmpfs", bytes(STAGE), b"tmpfs", _NOSUID_NODEV, b"mode=0711,size=1m")
    for name, source in stage.items():
        place = STAGE / name
        if source.is_dir():
            place.mkdir(mode=0o711)
        else:
            place.touch()
        # Not what is mounted below it: that is somebody else's.
        _libc("mount", bytes(source), bytes(place), None, _BIND, None)


def _limit(limits: Limits, own_memory: bool) -> None:  # pragma: no cover
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
    }
    if own_memory:
        wanted[resource.RLIMIT_AS] = limits.memory
    for kind, value in wanted.items():
        resource.setrlimit(kind, (value, value))


def _redirect(start: Start) -> None:  # pragma: no cover
    nothing = os.open(os.devnull, os.O_RDONLY)
    wanted = {0: nothing, 1: start.output, 2: start.output, **start.descriptors}
    # First out of the way: one's own number may be another's wanted one. All else closes
    # by itself on exec.
    aside = {to: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100) for to, fd in wanted.items()}
    for to, fd in aside.items():
        os.dup2(fd, to, inheritable=True)


def _libc(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    if getattr(libc, name)(*words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def reap_orphans() -> None:
    """From now on, what our children leave behind becomes our child."""
    _libc("prctl", _REAP_WHAT_CHILDREN_LEAVE, 1, 0, 0, 0)


def until_childless() -> None:
    """Kill what is left of our children; returns when they are gone, and all of theirs.

    bubblewrap's first process may be left where bubblewrap itself was killed before the
    two had agreed to die together.
    """
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    try:
        while True:
            for pid in map(int, children.read_text().split()):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)
    except ChildProcessError:
        return
