"""Taps on a real socket."""

from __future__ import annotations

import select
import threading
from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.jobs.wake import WakeSocket, listens, notify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wake"


def test_a_tap_wakes_once(path: Path) -> None:
    with WakeSocket(path) as wake:
        assert not wake.wait(0)
        assert notify(path)
        assert wake.wait(0)
        assert not wake.wait(0)


def test_taps_while_nobody_waits_are_kept_as_one(path: Path) -> None:
    """More than the kernel keeps, so none of them may block who taps."""
    with WakeSocket(path) as wake:
        assert all(notify(path) for _ in range(2000))
        assert wake.wait(None)
        assert not wake.wait(0)


def test_a_tap_wakes_who_is_waiting(path: Path) -> None:
    with WakeSocket(path) as wake:
        tap = threading.Timer(0.05, notify, [path])
        tap.start()
        assert wake.wait(30)
        tap.join()


def test_it_can_be_waited_for_together_with_other_things(path: Path) -> None:
    with WakeSocket(path) as wake:
        notify(path)
        assert select.select([wake], [], [], 0)[0] == [wake]


def test_nobody_listening_is_no_error(path: Path) -> None:
    assert not notify(path)
    WakeSocket(path).close()
    assert not notify(path)
    assert not path.exists()
    assert not notify(path / "below" / "nothing")


def test_who_asks_whether_somebody_listens_wakes_nobody(path: Path) -> None:
    assert not listens(path)
    with WakeSocket(path) as socket:
        assert listens(path)
        assert not socket.wait(0)
    assert not listens(path)


def test_what_a_killed_runner_left_is_taken_over(path: Path) -> None:
    left = WakeSocket(path)
    left._socket.close()
    with WakeSocket(path) as wake:
        assert notify(path)
        assert wake.wait(0)


def test_a_second_listener_is_refused(path: Path) -> None:
    with WakeSocket(path) as wake:
        with pytest.raises(PlatformError, match="another process listens here already"):
            WakeSocket(path)
        assert notify(path)
        assert wake.wait(0)


def test_a_file_in_its_place_is_left_alone(path: Path) -> None:
    path.write_text("kept")
    with pytest.raises(PlatformError, match="can listen here: Address"):
        WakeSocket(path)
    assert path.read_text() == "kept"


def test_a_path_longer_than_a_socket_s_address_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    with WakeSocket(folder / "wake") as wake:
        assert notify(folder / "wake")
        assert wake.wait(0)


def test_only_its_owner_may_tap(path: Path) -> None:
    with WakeSocket(path):
        assert path.stat().st_mode & 0o777 == 0o600
