"""From a box's start to its end, beside it: its log, its clock, its disk, its death.

A keeper needs no runner: where that is killed, boxes go on and are held to their limits.
Where the keeper is killed, its box dies with it, or (a container) is ended by whoever
waits for it next.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import replace

from job_runner.errors import PlatformError
from job_runner.executors.contract import KILLED, Box, Outcome
from job_runner.executors.engines.shape import Beginning, Ended, Label, Started
from job_runner.executors.keeper import cage as cages
from job_runner.executors.keeper import process
from job_runner.executors.keeper.cage import Cage
from job_runner.executors.keeper.run_files import Log, Order, RunFiles
from job_runner.executors.watched import Reason, Watch

STOPPED = "stopped"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
AT_MOST = 2**20
"""Bytes of output taken before the box is looked at again."""


def keep(files: RunFiles, slurm_job: str = "", begun: Callable[[], object] = bool) -> None:
    """Begin the run's box, unless somebody has; note how it ended. Returns then.

    ``begun`` is called once whoever may stop the box can find us.
    """
    with files.alive() as life:
        if life is None or not files.begin():
            return
        _listen()
        files.note("pid", str(os.getpid()))
        begun()
        order = files.ordered()
        order = replace(order, label=replace(order.label, slurm_job=slurm_job))
        try:
            files.end(Outcome(KILLED) if files.is_to_stop else _kept(files, order, life))
        except PlatformError as problem:
            files.end_by_problem(problem)


def _listen() -> None:
    """Being told to end doesn't end us, but the box."""
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)


def _kept(files: RunFiles, order: Order, life: int) -> Outcome:
    spare = order.engine.spare
    name = f"{order.label.name}.{files.mark}"
    cage = cages.make(name, order.box.limits, spare) if spare else None
    if cage is not None:
        files.note_cage(cage)
    keeping = Keeping(files, order, life, cage)
    try:
        return keeping.outcome()
    finally:
        with contextlib.suppress(PlatformError):
            order.engine.remove(order.label.name)
        if cage is not None:
            cage.remove()


class Keeping:
    """One box, while it lives."""

    def __init__(self, files: RunFiles, order: Order, life: int, cage: Cage | None) -> None:
        self._order, self._cage, self._log = order, cage, Log(files.folder)
        self._life = life
        self._why: Reason | str | None = None
        self._files = files
        self._watch = _watch(order.box)
        self._killed_beside_us = _killed_beside_us()

    def outcome(self) -> Outcome:
        """Blocks until the box is dead."""
        woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        process.reap_orphans()
        printed, output = os.pipe()
        os.set_blocking(printed, False)
        beginning = Beginning(
            self._order.label, self._order.box, output, self._life, self._cage
        )
        started = self._order.engine.begin(beginning)
        os.close(output)
        status = self._until_dead(started, printed, woken)
        while self._read(printed):
            pass
        if not self._order.engine.leaves_children:
            process.until_childless()
        self._log.close()
        return self._judged(started.ended(status, self._log.end))

    def _until_dead(self, started: Started, printed: int, woken: int) -> int:
        """The process's status. The box is looked at no more often than it may be."""
        handle = os.pidfd_open(started.pid)
        poll = select.poll()
        for descriptor in (handle, printed, woken):
            poll.register(descriptor, select.POLLIN)
        look = time.monotonic() + self._watch.pause()
        while True:
            left = max(0.0, look - time.monotonic())
            ready = dict(poll.poll(left * 1000))
            if printed in ready and not self._read(printed):
                poll.unregister(printed)
            if woken in ready:
                os.read(woken, 64)
                self._why = self._why or STOPPED
                look = 0.0
            if handle in ready:
                os.close(handle)
                return os.waitpid(started.pid, 0)[1]
            if time.monotonic() >= look:
                self._why = self._why or self._reason_to_end(started)
                if self._why:
                    self._kill(started)
                look = time.monotonic() + self._watch.pause()

    def _reason_to_end(self, started: Started) -> Reason | str | None:
        """A signal may have come before we listened; what it meant is in a file as well."""
        if self._files.is_to_stop:
            return STOPPED
        if not self._watch.pid:
            self._watch.pid = started.family()
        return self._watch.reason_to_end()

    def _kill(self, started: Started) -> None:
        """Tried again at the next look, if the engine didn't hear."""
        with contextlib.suppress(PlatformError):
            started.kill()

    def _read(self, printed: int) -> bool:
        """Take some of what was printed; False if there is no more, for now or for ever."""
        try:
            data = os.read(printed, AT_MOST)
        except BlockingIOError:
            return False
        if data:
            self._log.write(data)
        return bool(data)

    def _judged(self, ended: Ended) -> Outcome:
        code = ended.exit_code
        if code is None:
            if self._why is None:
                raise _never_ran(self._order.label, ended.said)
            code = KILLED
        if ended.out_of_memory or self._ran_out_of_memory():
            return Outcome(code, out_of_memory=True)
        if self._why is Reason.DISK or self._watch.disk_is_full():
            return Outcome(code, disk_full=True)
        return Outcome(code, timed_out=self._why is Reason.TIME)

    def _ran_out_of_memory(self) -> bool:
        if self._cage is not None:
            return self._cage.out_of_memory()
        return _killed_beside_us() > self._killed_beside_us


def _watch(box: Box) -> Watch:
    return Watch(
        wall_clock=box.limits.wall_clock,
        disk=box.limits.disk,
        folder=box.writable,
        box="",
        pid=0,  # told by the engine, once there is a process
        monotonic=time.monotonic,
        began=time.monotonic(),
    )


def _killed_beside_us() -> int:
    try:
        return cages.killed_beside_us()
    except OSError:
        return 0


def _never_ran(label: Label, said: str) -> PlatformError:
    lines = [line for line in said.splitlines() if line.strip()]
    words = json.dumps(lines[-1])[1:300].strip('"') if lines else "nothing"
    return PlatformError(
        f"asked to start a box, it said: {words}",
        where=f"run {label.run_id}",
        remedy="Look at the engine's own log; the job is tried again by itself.",
    )
