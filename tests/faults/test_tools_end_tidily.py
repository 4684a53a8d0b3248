"""A tool that is interrupted gets the time to clean up after itself."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from job_runner.images import tool

UNTIL_ASKED = """
trap 'sleep 0.5; echo tidy > "$NOTE"; exit 1' TERM
sleep 1
kill -INT "$PPID"
while :; do sleep 0.1; done
"""


def test_what_a_tool_said_and_how_it_ended_is_told():
    script = "echo out; echo err >&2; exit 7"
    done = tool.run(("sh", "-c", script), dict(os.environ), ask=signal.SIGTERM)
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_interrupted_a_tool_is_asked_to_end_and_waited_for(tmp_path):
    note = tmp_path / "note"
    with pytest.raises(KeyboardInterrupt):
        tool.run(
            ("sh", "-c", UNTIL_ASKED),
            {**os.environ, "NOTE": str(note)},
            ask=signal.SIGTERM,
        )
    assert note.read_text() == "tidy\n"


def test_ctrl_c_at_a_terminal_does_not_reach_the_tool_itself():
    group = (sys.executable, "-c", "import os; print(os.getpgrp() == os.getpid())")
    assert tool.run(group, {}, ask=signal.SIGTERM).stdout == "True\n"
