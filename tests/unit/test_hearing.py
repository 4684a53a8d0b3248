"""Whoever waits hears signals, whichever thread took them."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from job_runner import hearing

PATIENCE = 20.0
"""Seconds, should it not be heard: then a test fails, and doesn't hang."""


@pytest.fixture
def heard() -> Iterator[threading.Event]:
    found = threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda *_: found.set())
    yield found
    signal.signal(signal.SIGUSR1, before)


def elsewhere(heard: threading.Event, tell: Callable[[bool], object]) -> None:
    """A thread takes the signal, and tells whether the main one has answered it."""

    def takes_it() -> None:
        time.sleep(0.2)  # until the main thread waits
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        tell(heard.wait(PATIENCE))

    threading.Thread(target=takes_it, daemon=True).start()


def test_who_waits_for_an_event_answers(heard: threading.Event) -> None:
    over, answered = threading.Event(), []
    elsewhere(heard, lambda was: (answered.append(was), over.set()))
    hearing.wait(over)
    assert answered == [True]


def test_who_waits_for_a_message_answers(heard: threading.Event) -> None:
    inbox: queue.SimpleQueue[bool] = queue.SimpleQueue()
    elsewhere(heard, inbox.put)
    assert hearing.get(inbox, 3 * PATIENCE)


def test_nothing_that_comes_is_told() -> None:
    inbox: queue.SimpleQueue[bool] = queue.SimpleQueue()
    with pytest.raises(queue.Empty):
        hearing.get(inbox, 1.2 * hearing.OFTEN)
