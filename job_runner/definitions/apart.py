"""One call of ours in a process of its own, where what it works on may be hostile.

A question or a claim that a study's code wrote can be made to take for ever, take all
memory, or break a library that isn't Python. Such a call takes nobody else along: not the
runner, nor its other jobs. Function, arguments and result travel as pickles between two
processes of ours; so does what the call tells on its way, by ``tell``.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, Any, ParamSpec, Protocol, TextIO, TypeAlias, TypeVar

from cohort_dsl.errors import StrongroomError
from job_runner.errors import FULL
from job_runner.jobs.job import Failure

P = ParamSpec("P")
T = TypeVar("T")

TOLD, ANSWER = b"T", b"A"
FIRST_TO_GO = "1000"
"""When the host's memory runs out, this goes before anything else."""


class Broke(Exception):
    """The call had no result. ``failure``: what a job that needed it ends with."""

    def __init__(self, how: str, failure: Failure = Failure.PLATFORM_ERROR) -> None:
        super().__init__(how)
        self.how, self.failure = how, failure


class Stop:
    """Ends the calls that are made under it: from any thread, also before they begin."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.asked = False

    def now(self) -> None:
        with self._lock:
            self.asked = True
            if self._process is not None:
                self._process.kill()

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """This is the process of the call that is being made."""
        with self._lock:
            self._process = process
            if self.asked:
                process.kill()


_STOP: ContextVar[Stop | None] = ContextVar("stop", default=None)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """What ends the calls that this thread makes in the block."""
    stop = Stop()
    before = _STOP.set(stop)
    try:
        yield stop
    finally:
        _STOP.reset(before)


class Caller(Protocol):
    """How to make a call that may go wrong: apart, or in this process."""

    def __call__(
        self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...


def directly(
    seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """In this process: for work on what nobody hostile wrote."""
    return function(*args, **kwargs)


Heard: TypeAlias = Callable[[Any], None]
"""Given what a call tells on its way."""


def call(seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns, or the StrongroomError that it raises; OSError where it
    met a full disk, which is waited for.

    ``Broke`` if it took longer than ``seconds``, or ended in any other way: what a library
    says then may quote a person's value, so only the kind is told.
    """
    return _called(seconds, lambda told: None, partial(function, *args, **kwargs))


@dataclass(frozen=True)
class Listening:
    """The same, heard on its way. ``ear``: opened for each call, gives who hears it."""

    ear: Callable[[], AbstractContextManager[Heard]]

    def __call__(
        self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self.ear() as heard:
            return _called(seconds, heard, partial(function, *args, **kwargs))


class Ahead:
    """The same, in a process that may be got ready before the call comes.

    ``module`` is imported there meanwhile, which may take longer than the call. One process
    waits at most; each makes one call, and goes where nobody could make it any more.
    """

    def __init__(self, module: str) -> None:
        self._module, self._lock = module, threading.Lock()
        self._ready: subprocess.Popen[bytes] | None = None

    def get_ready(self) -> None:
        with self._lock:
            if self._ready is None:
                self._ready = _started(self._module)
                self._forgotten = weakref.finalize(self, _ended, self._ready)

    def __call__(
        self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        work = partial(function, *args, **kwargs)
        return _called(seconds, lambda told: None, work, self._taken())

    def _taken(self) -> subprocess.Popen[bytes] | None:
        """The one that waits; none where the host took it back, being short of memory."""
        with self._lock:
            ready, self._ready = self._ready, None
        if ready is None:
            return None
        self._forgotten.detach()
        if ready.poll() is None:
            return ready
        _ended(ready)
        return None


def _started(*modules: str) -> subprocess.Popen[bytes]:
    # -I: the folder that we were started in has no say in what is imported.
    command = [sys.executable, "-I", "-m", __name__, *modules]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere)  # noqa: S603  our own words


def _ended(process: subprocess.Popen[bytes]) -> None:
    with process:
        process.kill()


def _called(
    seconds: float,
    heard: Heard,
    work: Callable[[], T],
    ready: subprocess.Popen[bytes] | None = None,
) -> T:
    with ready or _started() as process:
        stop = _STOP.get() or Stop()
        stop.watch(process)
        late = threading.Timer(seconds, process.kill)
        late.start()
        try:
            answer = _exchange(process, pickle.dumps(work), heard)
        finally:
            in_time = late.is_alive()
            late.cancel()
            process.kill()
    if stop.asked:
        raise Broke("it was stopped", Failure.CANCELLED)
    return _result(answer, process.returncode, seconds, in_time=in_time)  # type: ignore[no-any-return]  # the function's


def _exchange(process: subprocess.Popen[bytes], asked: bytes, heard: Heard) -> bytes:
    """Its standard input stays open meanwhile: by its end it learns that we are gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.write(len(asked).to_bytes(8, "big") + asked)
        process.stdin.flush()
    answer = b""
    while (mark := process.stdout.read(1)) in (TOLD, ANSWER):
        size = int.from_bytes(process.stdout.read(8), "big")
        found = process.stdout.read(size)
        if mark == TOLD and len(found) == size:
            heard(pickle.loads(found))  # noqa: S301  from a process of ours
        elif len(found) == size:
            answer = found
    process.stdout.read()
    process.wait()
    return answer


def _result(answer: bytes, code: int, seconds: float, *, in_time: bool) -> Any:
    if not in_time:
        raise Broke(f"it took more than {seconds:g} s", Failure.TIMEOUT)
    if code == -signal.SIGKILL:  # by the kernel: nobody else does
        raise Broke("it took all memory that there was", Failure.OUT_OF_MEMORY)
    if code != 0 or not answer:
        raise Broke("its process broke down")
    error, found = pickle.loads(answer)  # noqa: S301  from a process of ours
    if error is None:
        return found
    if error is OSError:
        raise OSError(found, os.strerror(found))
    if isinstance(found, str):
        raise Broke(f"a mistake of Strongroom's own: {found}")
    raise error(found["problem"], where=found["where"], remedy=found["remedy"])


# In the other process ----------------------------------------------------------------


def tell(what: object) -> None:
    """To whoever made this call. Only where it is made apart: it goes where answers go."""
    _send(TOLD, what)


def _send(mark: bytes, what: object) -> None:
    """In one piece, also where several threads tell something."""
    body = pickle.dumps(what)
    sys.stdout.buffer.write(mark + len(body).to_bytes(8, "big") + body)
    sys.stdout.buffer.flush()


def _answer(asked: bytes) -> tuple[type[Exception] | None, object]:
    """The kind of error with its parts, or with its name where that is all to be told."""
    work = pickle.loads(asked)  # noqa: S301  from a process of ours
    try:
        return None, work()
    except StrongroomError as error:
        said = {"problem": error.problem, "where": error.where, "remedy": error.remedy}
        return type(error), said
    except Exception as error:  # noqa: BLE001  its text may hold a person's value
        if isinstance(error, OSError) and error.errno in FULL:
            return OSError, error.errno
        return StrongroomError, type(error).__name__


def _answers_alone() -> TextIO:
    """Standard output as it was, which what libraries print no longer gets into."""
    kept = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return kept


def _end_with(stream: IO[bytes]) -> None:
    stream.read()
    os._exit(1)


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core is a copy of people's records
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    sys.stdout = _answers_alone()
    for module in sys.argv[1:]:
        import_module(module)
    asked = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(8), "big"))
    threading.Thread(target=_end_with, args=[sys.stdin.buffer], daemon=True).start()
    _send(ANSWER, _answer(asked))
    os._exit(0)  # waits for no thread that reads


if __name__ == "__main__":
    _main()
