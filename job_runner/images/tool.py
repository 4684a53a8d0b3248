"""Run an installer or another tool that has its own cleaning up to do."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Mapping, Sequence

PATIENCE = 60.0
"""Seconds to wait for a tool that was asked to end: removing half a system takes some."""


def run(
    command: Sequence[str], environment: Mapping[str, str], *, ask: signal.Signals
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, its output captured.

    In a session of its own, so that Ctrl-C reaches us alone: then it is asked to end by the
    signal that it handles well, and waited for. ``subprocess.run`` would kill it after a
    quarter of a second, and its temporary folders and half-installed packages would stay.
    """
    with subprocess.Popen(  # noqa: S603  # commands are ours, never a user's words
        list(command),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, errors = process.communicate()
        except BaseException:
            process.send_signal(ask)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=PATIENCE)
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)
