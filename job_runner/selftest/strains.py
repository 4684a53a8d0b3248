"""Programs that use up more than they may, and what must come of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from job_runner.executors.contract import KILLED, Limits, Outcome
from job_runner.selftest.found import Verdict

MB = 2**20
LIMITS = Limits(
    memory=64 * MB,
    cpus=0.5,
    pids=24,
    open_files=48,
    file_size=256 * MB,
    disk=24 * MB,
    tmp=2 * MB,
    wall_clock=20.0,
)
"""Small, so that little is used up in trying."""

PATIENCE, LATE = 2.0, 4.0
"""Seconds, for the strain on the clock; how many times as long it may be until a busy
machine's box is over."""


@dataclass(frozen=True)
class Ended:
    """How a box ended, what it printed, and after how many seconds."""

    outcome: Outcome
    said: str
    seconds: float


Judge = Callable[[Ended], Verdict]


@dataclass(frozen=True)
class Strain:
    """One program in a box of its own. ``stopped``: it is stopped from outside."""

    limit: str
    attempt: str
    program: str
    judge: Judge
    limits: Limits = LIMITS
    stopped: bool = False


def _flag(name: str) -> Judge:
    words = name.replace("_", " ")

    def judge(ended: Ended) -> Verdict:
        held = bool(getattr(ended.outcome, name))
        return Verdict(held, f"ended: {words}" if held else _went_on(ended.outcome))

    return judge


def _went_on(outcome: Outcome) -> str:
    return f"it ended by itself, with exit code {outcome.exit_code}"


def _number(said: str) -> float | None:
    try:
        return float(said.split()[-1])
    except (ValueError, IndexError):
        return None


def _at_most(most: float, unit: str) -> Judge:
    """The number that the program printed last."""

    def judge(ended: Ended) -> Verdict:
        got = _number(ended.said)
        if got is None:
            return Verdict(False, _went_on(ended.outcome) + " and told nothing")
        return Verdict(0 <= got <= most, f"{got:,.10g} {unit}, of {most:,}")

    return judge


def _stopped(ended: Ended) -> Verdict:
    held = ended.outcome == Outcome(KILLED)
    return Verdict(held, "dead at once" if held else _went_on(ended.outcome))


def _in_time(ended: Ended) -> Verdict:
    held = ended.outcome.timed_out and ended.seconds <= LATE * PATIENCE
    how = "ended: timed out" if ended.outcome.timed_out else _went_on(ended.outcome)
    return Verdict(held, f"{how}, after {ended.seconds:.1f} s, of {PATIENCE:g}")


_EAT = """
kept = []
for n in range(256):
    kept.append(bytearray(b'x' * 2**20))
"""
_CHILD = f"""
import os
if os.fork() == 0:
    exec({_EAT!r}); os._exit(0)
os.wait()
"""
_MEMORY_FILE = """
with open('/dev/shm/x', 'wb') as a, open('/tmp/x', 'wb') as b:
    kept = []
    for n in range(256):
        for file in (a, b):
            try: file.write(b'x' * 2**20); file.flush()
            except OSError: kept.append(bytearray(b'x' * 2**20))
"""
_FORK = """
import os, time
made = 1
try:
    while made < 400:
        if os.fork() == 0: time.sleep(15); os._exit(0)
        made += 1
except OSError: pass
print(made, flush=True)
os.kill(-1, 9)
"""
_OPEN = """
import os
kept = []
try:
    while len(kept) < 4000: kept.append(os.open('/dev/null', 0))
except OSError: pass
os.closerange(kept[0], kept[-1] + 1)
print(len(kept) + 3)
"""
_BIG_FILE = """
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open('/workspace/x', 'wb', 0) as file:
    try:
        for n in range(16): file.write(b'x' * 2**20)
    except OSError: pass
    print(os.fstat(file.fileno()).st_size)
os.unlink('/workspace/x')
"""
_TMP = """
written = 0
with open('/tmp/x', 'wb', 0) as file:
    try:
        for n in range(64): written += file.write(b'x' * 2**18)
    except OSError: pass
print(written)
"""
_CORE = """
import resource
print(max(resource.getrlimit(resource.RLIMIT_CORE)))
"""
_SPIN = """
import os, resource, time
began, children = time.monotonic(), []
for n in range(4):
    child = os.fork()
    if child == 0:
        while time.monotonic() - began < 2.0: pass
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) / (time.monotonic() - began), 2))
"""
_DEAF = """
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, 1)
os.close(1)
while True: time.sleep(60)
"""
_FILL = """
import time
with open('/workspace/x', 'wb', 0) as file:
    for n in range(400):
        file.write(b'x' * 2**18); time.sleep(0.01)
"""
_FIRST_THREAD_GONE = """
import ctypes, os, threading, time
def fill():
    time.sleep(0.1)
    with open('/workspace/x', 'wb', 0) as file:
        os.unlink('/workspace/x')
        for n in range(400):
            file.write(b'x' * 2**18); time.sleep(0.01)
    os._exit(0)
threading.Thread(target=fill).start()
ctypes.CDLL(None).pthread_exit(None)
"""
_SENT = """
import os, socket, time
kept, sending = socket.socketpair()
for n in range(16):
    with open('/workspace/x', 'wb', 0) as file:
        os.unlink('/workspace/x')
        for part in range(8): file.write(b'x' * 2**18)
        socket.send_fds(sending, [b'x'], [file.fileno()])
time.sleep(15)
"""
_MANY = """
import time
for n in range(40_000):
    open(f'/workspace/{n}', 'x').close()
    if n % 200 == 0: time.sleep(0.01)
"""
_LEFT = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            with open('/workspace/left', 'ab', 0) as file: file.write(b'x')
            time.sleep(0.02)
    os._exit(0)
time.sleep(0.5)
"""

STRAINS = (
    Strain("memory", "takes four times its memory", _EAT, _flag("out_of_memory")),
    Strain("memory", "so does a child of it", _CHILD, _flag("out_of_memory")),
    Strain("memory", "in files that are memory", _MEMORY_FILE, _flag("out_of_memory")),
    Strain("processes", "forks and forks", _FORK, _at_most(LIMITS.pids, "processes")),
    Strain("CPU", "four loops at once", _SPIN, _at_most(0.7, "of a core")),
    Strain("open files", "opens and opens", _OPEN, _at_most(LIMITS.open_files, "files")),
    Strain(
        "file size",
        "writes 16 MB into one file",
        _BIG_FILE,
        _at_most(4 * MB, "bytes"),
        replace(LIMITS, file_size=4 * MB),
    ),
    Strain("temporary files", "writes 16 MB to /tmp", _TMP, _at_most(LIMITS.tmp, "bytes")),
    Strain("core dumps", "asks how large one may be", _CORE, _at_most(0, "bytes")),
    Strain(
        "wall clock",
        "sleeps for ever, deaf to signals, its output closed",
        _DEAF,
        _in_time,
        replace(LIMITS, wall_clock=PATIENCE),
    ),
    Strain("disk", "writes into a file", _FILL, _flag("disk_full")),
    Strain(
        "disk",
        "writes into a file without a name, its first thread gone",
        _FIRST_THREAD_GONE,
        _flag("disk_full"),
    ),
    Strain("disk", "sends such files into a socket", _SENT, _flag("disk_full")),
    Strain("disk", "makes empty files", _MANY, _flag("disk_full")),
    Strain("stop", "is told to stop, and is deaf", _DEAF, _stopped, stopped=True),
)
"""What a study may do by mistake or on purpose, each against one limit."""

LEFT_BEHIND = _LEFT
"""Ends, and leaves a process that goes on writing to ``/workspace/left``."""
