"""A call apart may take for ever, break down or fail: its caller is told, and goes on."""

import errno
import math
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest

from cohort_dsl.disclosure import Rounding
from cohort_dsl.errors import DefinitionError
from job_runner.definitions import apart, extraction
from job_runner.definitions.extraction import WarehouseSource
from job_runner.jobs.job import Failure


def broke(seconds, function, *arguments):
    with pytest.raises(apart.Broke) as told:
        apart.call(seconds, function, *arguments)
    return told.value


def test_what_the_function_returns_comes_back():
    assert apart.call(60, math.sqrt, 4.0) == 2.0


def test_it_runs_in_a_process_of_its_own():
    assert apart.call(60, os.getpid) != os.getpid()


def _is_imported(module):
    return module in sys.modules, os.getpid()


def test_a_process_that_was_got_ready_makes_one_call_and_has_imported_what_it_takes():
    ahead = apart.Ahead("colorsys")
    ahead.get_ready()
    ahead.get_ready()
    ready, other = (ahead(60, _is_imported, "colorsys") for _ in range(2))
    assert (ready[0], other[0]) == (True, False)
    assert ready[1] != other[1]


def test_a_process_that_was_ready_and_is_no_more_is_replaced():
    ahead = apart.Ahead("colorsys")
    ahead.get_ready()
    os.kill(ahead._ready.pid, signal.SIGKILL)
    os.waitid(os.P_PID, ahead._ready.pid, os.WEXITED | os.WNOWAIT)
    assert ahead(60, math.sqrt, 4.0) == 2.0


def test_a_process_that_waits_for_a_call_ends_with_who_could_make_it():
    ahead = apart.Ahead("colorsys")
    ahead.get_ready()
    waiting = ahead._ready
    del ahead
    assert waiting.returncode == -signal.SIGKILL


def test_one_that_does_not_end_is_ended_and_counts_as_a_timeout():
    assert broke(0.5, time.sleep, 3600).failure is Failure.TIMEOUT


def test_a_process_that_breaks_down_takes_nobody_along():
    assert broke(60, os.abort).failure is Failure.PLATFORM_ERROR


def test_a_process_that_the_kernel_killed_had_too_much_memory():
    assert broke(60, signal.raise_signal, signal.SIGKILL).failure is Failure.OUT_OF_MEMORY


def test_a_mistake_of_our_own_is_told_by_its_kind_alone():
    how = broke(60, int, "somebody's secret").how
    assert "ValueError" in how
    assert "secret" not in how


def test_a_full_disk_is_told_as_one_so_that_it_is_waited_for():
    """And what a long extraction has of its pieces is gone on with."""
    with pytest.raises(OSError, match="No space left") as full:
        apart.call(60, Path("/dev/full").write_bytes, b"somebody's secret")
    assert (full.value.errno, full.value.filename) == (errno.ENOSPC, None)
    assert "FileNotFoundError" in broke(60, Path("/nowhere/secret").read_bytes).how


def test_what_libraries_print_comes_to_nobody(capfd):
    apart.call(60, os.write, 2, b"somebody's secret")
    assert capfd.readouterr() == ("", "")


def tells(*words):
    for word in words:
        apart.tell(word)
    return len(words)


def test_what_a_call_tells_on_its_way_is_heard_in_order():
    heard = []
    listening = apart.Listening(lambda: nullcontext(heard.append))
    assert listening(60, tells, ("asking", 1, 2), ("asking", 2, 2)) == 2
    assert heard == [("asking", 1, 2), ("asking", 2, 2)]
    assert apart.call(60, tells, "unheard") == 1


def test_what_libraries_put_where_answers_go_is_in_nobodys_way():
    assert apart.call(60, os.write, 1, b"Asomebody's secret") == 18
    assert apart.call(60, print, "Asomebody's secret") is None


def test_an_error_for_a_reader_comes_back_whole(tmp_path):
    with pytest.raises(DefinitionError) as told:
        apart.call(
            *(60, extraction.answered, WarehouseSource({}, Rounding("default", 10, 5))),
            *(tmp_path, "analysis/dataset.py", tmp_path / "cohort.parquet"),
            extraction.Terms("generate-dataset"),
        )
    assert told.value.where == "analysis/dataset.py"
    assert told.value.problem
    assert told.value.remedy


def test_the_other_process_leaves_no_core_and_is_the_first_to_go_without_memory():
    assert apart.call(60, resource.getrlimit, resource.RLIMIT_CORE) == (0, 0)
    score = apart.call(60, Path.read_text, Path("/proc/self/oom_score_adj"))
    assert score.strip() == apart.FIRST_TO_GO


def test_it_ends_when_whoever_asked_is_gone():
    asked = pickle.dumps(partial(time.sleep, 3600))
    command = [sys.executable, "-I", "-m", "job_runner.definitions.apart"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdin.write(len(asked).to_bytes(8, "big") + asked)
        other.stdin.close()
        assert other.wait(60) == 1
