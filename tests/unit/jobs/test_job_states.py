"""The table of states, cell by cell."""

from __future__ import annotations

from itertools import product

import pytest

from job_runner.jobs.job import (
    MOVES,
    PLATFORM_FAILURES,
    RUNNING,
    TERMINAL,
    Failure,
    State,
    WaitingFor,
    moved,
)
from tests.jobs_made import a_job

TABLE = """
           | created | waiting | preparing | executing | collecting | succeeded | failed
created    | same    | yes     |           |           |            | yes       | yes
waiting    |         | same    | yes       |           |            | yes       | yes
preparing  |         | yes     | same      | yes       |            |           | yes
executing  |         | yes     |           | same      | yes        |           | yes
collecting |         | yes     |           |           | same       | yes       | yes
succeeded  |         |         |           |           |            |           |
failed     |         |         |           |           |            |           |
"""


def the_table() -> dict[tuple[State, State], bool]:
    head, *lines = (line.split("|") for line in TABLE.strip("\n").splitlines())
    columns = [State(name.strip()) for name in head[1:]]
    return {
        (State(name.strip()), to): bool(cell.strip())
        for name, *cells in lines
        for to, cell in zip(columns, cells, strict=True)
    }


@pytest.mark.parametrize(("state", "to"), list(product(State, State)))
def test_a_job_moves_exactly_as_the_table_says(state: State, to: State) -> None:
    failure = Failure.TIMEOUT if to is State.FAILED else None
    job = a_job(state=state)
    if the_table()[state, to]:
        assert moved(job, to, failure=failure).state is to
    else:
        with pytest.raises(ValueError, match=rf"don't become {to.value}|stays so"):
            moved(job, to, failure=failure)


def test_every_state_has_its_row_and_the_ends_have_no_way_out() -> None:
    assert MOVES.keys() == set(State)
    assert {state for state, ways in MOVES.items() if not ways} == TERMINAL
    assert not RUNNING & TERMINAL


@pytest.mark.parametrize("state", sorted(set(State) - TERMINAL, key=lambda s: s.value))
def test_every_job_can_end(state: State) -> None:
    assert State.FAILED in MOVES[state]


def test_a_failure_belongs_to_a_failed_job_only() -> None:
    with pytest.raises(ValueError, match="a failure belongs to a failed job"):
        moved(a_job(), State.FAILED)
    with pytest.raises(ValueError, match="a failure belongs to a failed job"):
        moved(a_job(), State.SUCCEEDED, failure=Failure.TIMEOUT)


def test_only_a_waiting_job_waits_for_something() -> None:
    with pytest.raises(ValueError, match="only a waiting job"):
        moved(a_job(), State.SUCCEEDED, waiting_for=WaitingFor.WORKER)


def test_each_start_is_an_attempt() -> None:
    job = a_job(state=State.PREPARING)
    assert job.attempts == 1
    assert moved(job, State.PREPARING).attempts == 1
    again = moved(moved(job, State.WAITING), State.PREPARING)
    assert again.attempts == 2


def test_a_job_forgets_what_it_waited_for() -> None:
    waiting = a_job(state=State.WAITING, waiting_for=WaitingFor.WORKER)
    assert waiting.waiting_for is WaitingFor.WORKER
    assert moved(waiting, State.PREPARING).waiting_for is None


def test_the_platform_s_failures_are_told_from_the_user_s() -> None:
    assert {f.value for f in PLATFORM_FAILURES} == {"platform_error", "warehouse_error"}


@pytest.mark.parametrize("words", [State, WaitingFor, Failure])
def test_what_is_shown_is_one_lower_case_word(words: type[State]) -> None:
    """So it can go into an API, a log and a file name without being read anew."""
    for word in words:
        assert word.value == word.name.lower()
        assert word.value.replace("_", "").isalpha()
