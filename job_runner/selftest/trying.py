"""The selftest, carried out with an executor: every box that it starts, it removes."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from job_runner.errors import PlatformError
from job_runner.executors.contract import Box, Executor, Limits, Mount, Outcome
from job_runner.selftest import looks
from job_runner.selftest.found import Tried, Verdict
from job_runner.selftest.strains import LEFT_BEHIND, LIMITS, STRAINS, Ended, Strain

AT_ONCE = 4
"""Boxes at a time: enough to be quick, too few to be in each other's way."""

ELSEWHERE = (
    *("127.0.0.1", "169.254.169.254", "172.17.0.1", "192.0.2.1"),
    *("::1", "2001:db8::1"),
)
"""Itself, a cloud's metadata, Docker's bridge, and addresses that are nobody's."""

LOG = 2**16
OTHER_LAYERS = ("sha256:" + "0" * 64,)


@dataclass(frozen=True)
class Ground:
    """Where to try. ``image``: an id with Python in it; ``reference``: its name.

    ``folder`` and ``executor`` are the selftest's own: what an earlier one left in either
    is removed. ``uid``: of its boxes.
    """

    executor: Executor
    image: str
    reference: str
    folder: Path
    uid: int
    pause: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic


def selftest(ground: Ground) -> tuple[Tried, ...]:
    """Everything, in the order of the tables; takes some ten seconds.

    Never raises for what an attempt came to: what couldn't be tried didn't hold.
    """
    shutil.rmtree(ground.folder, ignore_errors=True)
    _swept(ground.executor)
    ground.folder.mkdir(parents=True, mode=0o755)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            looking = pool.submit(_looked, ground)
            strained = pool.map(lambda strain: _strained(ground, strain), STRAINS)
            rest = pool.map(lambda attempt: attempt(ground), OTHERS)
            return (*looking.result(), *strained, *rest)
    finally:
        shutil.rmtree(ground.folder, ignore_errors=True)
        _swept(ground.executor)


def _swept(executor: Executor) -> None:
    with suppress(PlatformError):
        for run_id in executor.run_ids():
            executor.remove(run_id)


@dataclass
class _Try:
    """One box: its folder, how it ended and what it printed."""

    ground: Ground
    run_id: str
    home: Path

    def run(
        self,
        program: str,
        *words: str,
        limits: Limits = LIMITS,
        inputs: tuple[Mount, ...] = (),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[Outcome, str]:
        ground, executor = self.ground, self.ground.executor
        box = Box(
            image=ground.image,
            command=("python3", "-I", "-c", program, *words),
            mounts=(Mount(self.home, "/workspace", read_only=False), *inputs),
            uid=ground.uid,
            limits=limits,
        )
        executor.start(self.run_id, box)
        meanwhile()
        outcome = executor.wait(self.run_id)
        return outcome, executor.logs(self.run_id, LOG).decode()

    def stop(self) -> None:
        """A moment later, so that there is something to be stopped."""
        self.ground.pause(1.0)
        self.ground.executor.stop(self.run_id)


@contextmanager
def _a_try(ground: Ground) -> Iterator[_Try]:
    run_id = f"selftest-{secrets.token_hex(6)}"
    home = ground.folder / run_id
    home.mkdir(mode=0o700)
    if ground.uid != os.geteuid():
        os.chown(home, ground.uid, ground.uid)
    try:
        yield _Try(ground, run_id, home)
    finally:
        with suppress(PlatformError):
            ground.executor.remove(run_id)
        shutil.rmtree(home, ignore_errors=True)


def _refused(error: Exception) -> str:
    return f"it couldn't be tried: {getattr(error, 'problem', type(error).__name__)}"


def _strained(ground: Ground, strain: Strain) -> Tried:
    return Tried(strain.limit, strain.attempt, _strain(ground, strain))


def _strain(ground: Ground, strain: Strain) -> Verdict:
    try:
        with _a_try(ground) as one:
            meanwhile = one.stop if strain.stopped else lambda: None
            began = ground.monotonic()
            told = one.run(strain.program, limits=strain.limits, meanwhile=meanwhile)
            ended = Ended(*told, seconds=ground.monotonic() - began)
    except (PlatformError, OSError) as error:
        return Verdict(False, _refused(error))
    return strain.judge(ended)


def _looked(ground: Ground) -> tuple[Tried, ...]:
    """The probe's report, while this machine really listens."""
    probe = (resources.files("job_runner.selftest") / "probe.py").read_text("utf-8")
    try:
        with _listening() as port, _a_try(ground) as one:
            _, said = one.run(probe, str(port), _own_address(), *ELSEWHERE)
        return looks.judged(json.loads(said), ground.uid)
    except (PlatformError, OSError) as error:
        return looks.unseen(_refused(error))
    except ValueError:
        return looks.unseen("the probe didn't come to its end")


@contextmanager
def _listening() -> Iterator[int]:
    """A port, and a socket without a file that is named after it."""
    with (
        closing(socket.create_server(("", 0))) as listening,
        closing(socket.socket(socket.AF_UNIX)) as nameless,
    ):
        port = int(listening.getsockname()[1])
        nameless.bind(f"\0strongroom-{port}")
        nameless.listen()
        yield port


def _own_address() -> str:
    """This machine's, as its neighbours know it; the box has a different loopback."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as made:
        try:
            made.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(made.getsockname()[0])


_WRITES_TO_AN_INPUT = """
import sys
try: open('/workspace/input.csv', 'a').write('altered')
except OSError as error: print(type(error).__name__)
"""
_READS_ANOTHERS = "import sys; print(open(sys.argv[1]).read())"
_TALKS = r"""
for n in range(40_000): print('\x1b[2J\x1b]0;title\x07' + 'x' * 1000)
"""


def _attempt(
    limit: str, attempt: str, work: Callable[[Ground, _Try], Verdict]
) -> Callable[[Ground], Tried]:
    def tried(ground: Ground) -> Tried:
        try:
            with _a_try(ground) as one:
                return Tried(limit, attempt, work(ground, one))
        except (PlatformError, OSError) as error:
            return Tried(limit, attempt, Verdict(False, _refused(error)))

    return tried


def _input(ground: Ground, one: _Try) -> Verdict:
    given = ground.folder / f"{one.run_id}.csv"
    given.write_text("n\n")
    given.chmod(0o666)
    one.run(_WRITES_TO_AN_INPUT, inputs=(Mount(given, "/workspace/input.csv"),))
    held = given.read_text() == "n\n"
    return Verdict(held, "as it was" if held else "altered")


def _another_run(ground: Ground, one: _Try) -> Verdict:
    other = ground.folder / f"{one.run_id}-other.csv"
    other.write_text("canary")
    other.chmod(0o644)
    outcome, said = one.run(_READS_ANOTHERS, str(other))
    held = outcome.exit_code == 1 and "FileNotFoundError" in said and "canary" not in said
    return Verdict(held, "not there" if held else "could be read")


def _left_behind(ground: Ground, one: _Try) -> Verdict:
    one.run(LEFT_BEHIND)
    file = one.home / "left"
    before = file.stat().st_size
    ground.pause(0.3)
    held = file.stat().st_size == before
    return Verdict(held, "dead with the box" if held else "went on writing")


def _log(_ground: Ground, one: _Try) -> Verdict:
    _, said = one.run(_TALKS)
    held = 0 < len(said.encode()) <= LOG and "\x1b" not in said
    return Verdict(held, f"{len(said.encode())} bytes kept, of {LOG}; no escape in it")


def _moved_image(ground: Ground, _one: _Try) -> Verdict:
    try:
        ground.executor.image_id(ground.reference, OTHER_LAYERS)
    except PlatformError:
        return Verdict(True, "refused")
    return Verdict(False, "would have run")


OTHERS = (
    _attempt("inputs", "writes to a file that it was given", _input),
    _attempt("host unseen", "reads another run's file by its path", _another_run),
    _attempt("end", "leaves a process behind that goes on writing", _left_behind),
    _attempt("log", "prints 40 MB, with a terminal's escapes", _log),
    _attempt("image", "a name whose image isn't the approved one", _moved_image),
)
"""What takes more than a program and how it ended."""
