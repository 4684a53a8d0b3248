"""One story for every executor: a box starts once, ends, and tells how."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.executors.contract import KILLED, Outcome
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside
from tests.boxes import AN_IMAGE, NAME, Place, Story, a_folder, python, remove_all


def _count_starts(inside: Inside) -> int:
    with inside.path("starts").open("a") as file:
        file.write("x")
    return 0


def _write(name: str, size: int) -> Callable[[Inside], int]:
    def program(inside: Inside) -> int:
        inside.write(name, b"x" * size)
        return 0

    return program


def _until_killed(inside: Inside) -> int:
    inside.say(b"before\n")
    inside.killed.wait()
    return 0


def _fill(inside: Inside) -> int:
    for n in itertools.count():
        if inside.killed.is_set() or n > 200:
            return 0
        inside.write(f"part{n}", b"x" * 2**20)
    return 0


def _say(text: bytes) -> Callable[[Inside], int]:
    def program(inside: Inside) -> int:
        inside.say(text)
        return 0

    return program


def _read_input(inside: Inside) -> int:
    inside.write("copy", inside.path("data.csv").read_bytes())
    return 0


def _write_to_input(inside: Inside) -> int:
    inside.write("data.csv", b"altered")
    return 0


LOUD = b"first\n" + b"=" * 100_000 + b"\nlast\n"
ESCAPES = b"\x1b[2Jgone\x07 \tkept \xe2\x80\xaetxt.exe\n"

COUNTS = Story(python("open('starts', 'a').write('x')"), _count_starts)
NINE = Story(python("raise SystemExit(9)"), lambda inside: 9)
SLEEPS = Story(
    python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('before', flush=True); time.sleep(600)"
    ),
    _until_killed,
)
OF_MEMORY = Story(
    python("bytearray(10**9)"), lambda inside: Outcome(KILLED, out_of_memory=True)
)
OF_CHILD_MEMORY = Story(
    python(
        "import subprocess as s, sys; s.run([sys.executable, '-c', 'bytearray(10**9)'])"
    ),
    lambda inside: Outcome(0, out_of_memory=True),
)
FILLS = Story(
    python(
        "import itertools, time\n"
        "for n in itertools.count():\n"
        "    open(f'part{n}', 'wb').write(b'x' * 2**20); time.sleep(0.01)"
    ),
    _fill,
)
TOO_MUCH_AT_ONCE = Story(
    python("open('big', 'wb').write(b'x' * 2**23)"), _write("big", 2**23)
)
MANY_EMPTY_FILES = Story(
    python("[open(f'e{n}', 'w').close() for n in range(2000)]"),
    lambda inside: [inside.write(f"e{n}", b"") for n in range(2000)].clear() or 0,
)
IS_LOUD = Story(python("print('first'); print('=' * 100_000); print('last')"), _say(LOUD))
ESCAPES_TERMINAL = Story(
    python(f"import sys; sys.stdout.buffer.write({ESCAPES!r})"), _say(ESCAPES)
)
READS_INPUT = Story(
    python("open('copy', 'wb').write(open('data.csv', 'rb').read())"), _read_input
)
ALTERS_INPUT = Story(python("open('data.csv', 'wb').write(b'altered')"), _write_to_input)

STORIES = [value for value in list(globals().values()) if isinstance(value, Story)]


ENGINES = ["docker_place", "bubblewrap_place"]
DEARER = ["podman_place", "bubblewrap_on_slurm"]
"""Half a second or more for each story: those that they have their own word in."""
BOTH = ["docker_on_slurm", "podman_on_slurm"]
"""Of parts that are tried alone above: together they tell the most important stories."""


def real(name: str) -> object:
    """Each kind in one process of a parallel run: they share daemons, and storage."""
    marks = [pytest.mark.docker] if "docker" in name else []
    if name in DEARER + BOTH:
        marks.append(pytest.mark.xdist_group("slurm and podman"))
    return pytest.param(name, marks=marks)


@pytest.fixture
def fake_place(tmp_path: Path) -> Iterator[Place]:
    engine = FakeEngine(
        images={NAME: (AN_IMAGE,)}, programs={s.command: s.program for s in STORIES}
    )
    deaf = FakeEngine(answering=False)
    yield Place(
        executor=FakeExecutor(engine, "here"),
        again=lambda: FakeExecutor(engine, "here"),
        other_site=lambda: FakeExecutor(engine, "there"),
        without_engine=lambda: FakeExecutor(deaf, "here"),
        reference=NAME,
        layers=(AN_IMAGE,),
        image=AN_IMAGE,
        folder=tmp_path,
    )
    remove_all(FakeExecutor(engine, "here"), FakeExecutor(engine, "there"))


@pytest.fixture(params=["fake_place", *map(real, ENGINES)])
def place(request: pytest.FixtureRequest) -> Place:
    value: Place = request.getfixturevalue(request.param)
    return value


@pytest.fixture(params=["fake_place", *map(real, ENGINES + DEARER)])
def any_place(request: pytest.FixtureRequest) -> Place:
    """For what depends on the launcher, or on how an engine is asked."""
    value: Place = request.getfixturevalue(request.param)
    return value


@pytest.fixture(params=["fake_place", *map(real, ENGINES + DEARER + BOTH)])
def every_place(request: pytest.FixtureRequest) -> Place:
    """For what everybody relies on."""
    value: Place = request.getfixturevalue(request.param)
    return value


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    names = {"place", "any_place", "every_place"}.intersection(request.fixturenames)
    place: Place = request.getfixturevalue(names.pop())
    return a_folder(place.folder / "run", place.uid)


def test_a_box_runs_its_command_in_the_runs_folder(
    every_place: Place, folder: Path
) -> None:
    """What it writes there is what will be collected."""
    every_place.executor.start("r1", every_place.box(folder, COUNTS.command))
    assert every_place.executor.wait("r1") == Outcome(0)
    assert (folder / "starts").read_text() == "x"


def test_an_exit_code_is_told_as_it_was(any_place: Place, folder: Path) -> None:
    """The study's own failure, and no other."""
    any_place.executor.start("r1", any_place.box(folder, NINE.command))
    assert any_place.executor.wait("r1") == Outcome(9)


def test_a_command_that_is_not_there_is_the_studys_fault(
    place: Place, folder: Path
) -> None:
    """So it isn't retried as the platform's would be."""
    place.executor.start("r1", place.box(folder, ("no-such-command",)))
    assert place.executor.wait("r1") == Outcome(127)


def test_starting_twice_starts_once(any_place: Place, folder: Path) -> None:
    """A runner that died between starting a box and noting it may ask again."""
    box = any_place.box(folder, COUNTS.command)
    any_place.executor.start("r1", box)
    any_place.again().start("r1", box)
    any_place.executor.wait("r1")
    any_place.again().start("r1", box)
    any_place.executor.wait("r1")
    assert (folder / "starts").read_text() == "x"


def test_waiting_again_tells_the_same(any_place: Place, folder: Path) -> None:
    """Also to a runner that was restarted meanwhile."""
    any_place.executor.start("r1", any_place.box(folder, NINE.command))
    assert [any_place.executor.wait("r1"), any_place.again().wait("r1")] == [Outcome(9)] * 2


def test_a_box_past_its_time_is_ended_and_its_log_kept(
    every_place: Place, folder: Path
) -> None:
    """Though it ignores the polite signal."""
    every_place.executor.start(
        "r1", every_place.box(folder, SLEEPS.command, wall_clock=every_place.moment)
    )
    late = Outcome(KILLED, timed_out=True)
    assert every_place.executor.wait("r1") == late
    assert every_place.executor.logs("r1") == b"before\n"
    assert every_place.again().wait("r1") == late


def test_a_restarted_runner_keeps_the_wall_clock(place: Place, folder: Path) -> None:
    """Time counts from the box's start, so restarting the runner gives no box more."""
    place.executor.start("r1", place.box(folder, SLEEPS.command, wall_clock=0.6))
    assert place.again().wait("r1") == Outcome(KILLED, timed_out=True)


def test_memory_has_its_own_reason(every_place: Place, folder: Path) -> None:
    """The user can act on it, and it is never mistaken for a crash of the platform."""
    every_place.executor.start("r1", every_place.box(folder, OF_MEMORY.command))
    assert every_place.executor.wait("r1") == Outcome(KILLED, out_of_memory=True)


def test_a_childs_death_for_memory_counts(place: Place, folder: Path) -> None:
    """Though the command itself ended well: part of its work is missing."""
    place.executor.start("r1", place.box(folder, OF_CHILD_MEMORY.command))
    assert place.executor.wait("r1") == Outcome(0, out_of_memory=True)


def test_a_box_that_fills_its_disk_is_ended(place: Place, folder: Path) -> None:
    """While it runs: the disk is everybody's."""
    place.executor.start("r1", place.box(folder, FILLS.command, disk=8 * 2**20))
    assert place.executor.wait("r1") == Outcome(KILLED, disk_full=True)
    assert place.again().wait("r1") == Outcome(KILLED, disk_full=True)


@pytest.mark.parametrize("story", [TOO_MUCH_AT_ONCE, MANY_EMPTY_FILES], ids=["big", "many"])
def test_a_box_that_was_too_quick_to_be_ended_still_had_too_much(
    place: Place, folder: Path, story: Story
) -> None:
    """The limit doesn't depend on when it was looked at. Empty files cost inodes."""
    place.executor.start("r1", place.box(folder, story.command, disk=4 * 2**20))
    assert place.executor.wait("r1").disk_full
    assert place.again().wait("r1").disk_full


def test_a_stopped_box_is_dead_at_once_and_blames_nothing(
    every_place: Place, folder: Path
) -> None:
    """Somebody asked for it: not time, not memory."""
    every_place.executor.start("r1", every_place.box(folder, SLEEPS.command))
    ended: list[Outcome] = []
    waiting = threading.Thread(target=lambda: ended.append(every_place.executor.wait("r1")))
    waiting.start()
    every_place.executor.stop("r1")
    waiting.join()
    every_place.executor.stop("r1")
    assert [*ended, every_place.again().wait("r1")] == [Outcome(KILLED)] * 2


def test_stopping_and_removing_what_is_gone_does_nothing(
    place: Place, folder: Path
) -> None:
    """A runner that was restarted may do both again."""
    place.executor.stop("r1")
    place.executor.remove("r1")
    assert place.executor.run_ids() == []


def test_removing_leaves_nothing_even_while_it_runs(
    every_place: Place, folder: Path
) -> None:
    """And the run's id may be used again."""
    every_place.executor.start("r1", every_place.box(folder, SLEEPS.command))
    every_place.executor.remove("r1")
    assert every_place.executor.run_ids() == []
    every_place.executor.start("r1", every_place.box(folder, NINE.command))
    assert every_place.executor.wait("r1") == Outcome(9)


def test_a_site_sees_its_own_boxes_only(place: Place, folder: Path) -> None:
    """Two sites may share an engine; neither ends the other's work as an orphan."""
    mine, theirs = place.executor, place.other_site()
    mine.start("r2", place.box(folder, NINE.command))
    mine.start("r1", place.box(folder, NINE.command))
    theirs.start("r1", place.box(folder, NINE.command))
    mine.wait("r1")
    mine.wait("r2")
    theirs.wait("r1")
    assert (mine.run_ids(), theirs.run_ids()) == (["r1", "r2"], ["r1"])


def test_a_log_is_its_head_and_its_tail(place: Place, folder: Path) -> None:
    """Ten gigabytes of it would fill the runner's memory, and then the disk."""
    place.executor.start("r1", place.box(folder, IS_LOUD.command))
    place.executor.wait("r1")
    log = place.executor.logs("r1", limit=1000)
    assert len(log) <= 1000
    assert log.startswith(b"first\n=====")
    assert log.endswith(b"=====\nlast\n")
    assert re.search(rb"\n\[. \d+ bytes left out .\]\n".replace(b".", b"[^a-z]+"), log)


def test_a_log_moves_no_cursor_and_turns_no_text(place: Place, folder: Path) -> None:
    """It is shown on the terminal of somebody who may release data."""
    place.executor.start("r1", place.box(folder, ESCAPES_TERMINAL.command))
    place.executor.wait("r1")
    assert place.executor.logs("r1") == (b"\\x1b[2Jgone\\x07 \tkept \\u202etxt.exe\n")


def test_an_input_is_there_and_cannot_be_altered(any_place: Place, folder: Path) -> None:
    """It is the one copy that every action reads."""
    data = any_place.folder / "cohort.csv"
    data.write_text("patient_id\n")
    (folder / "data.csv").touch()
    inputs = {"data.csv": data}
    any_place.executor.start(
        "r1", any_place.box(folder, READS_INPUT.command, inputs=inputs)
    )
    assert any_place.executor.wait("r1") == Outcome(0)
    assert (folder / "copy").read_text() == "patient_id\n"
    any_place.executor.start(
        "r2", any_place.box(folder, ALTERS_INPUT.command, inputs=inputs)
    )
    assert any_place.executor.wait("r2") == Outcome(1)
    assert data.read_text() == "patient_id\n"


def test_an_image_is_known_by_its_layers(any_place: Place) -> None:
    """So a name that was moved after approval runs nothing."""
    assert (
        any_place.executor.image_id(any_place.reference, any_place.layers)
        == any_place.image
    )
    for layers in ((), ("sha256:" + "b" * 64,), (*any_place.layers, "sha256:" + "b" * 64)):
        with pytest.raises(PlatformError, match="approved"):
            any_place.executor.image_id(any_place.reference, layers)


def test_an_image_that_is_not_there_says_so(place: Place) -> None:
    """By its name, which the operator knows."""
    with pytest.raises(PlatformError, match="isn't") as problem:
        place.executor.image_id("strongroom/nothing:v1", place.layers)
    assert "strongroom/nothing:v1" in problem.value.where


def test_how_an_unknown_box_ended_is_nobodys_guess(place: Place) -> None:
    """A box that vanished is the platform's failure, never a success."""
    with pytest.raises(PlatformError, match="box isn't there"):
        place.executor.wait("r1")
    with pytest.raises(PlatformError, match="box isn't there"):
        place.executor.logs("r1")


def test_an_engine_that_does_not_answer_is_the_platforms_failure(
    any_place: Place, folder: Path
) -> None:
    """So the job is tried again, and the user isn't blamed."""
    executor = any_place.without_engine()
    asks: list[Callable[[], object]] = [
        lambda: executor.image_id(any_place.reference, any_place.layers),
        lambda: executor.start("r1", any_place.box(folder, NINE.command)),
        lambda: executor.wait("r1"),
        lambda: executor.stop("r1"),
        lambda: executor.logs("r1"),
        lambda: executor.remove("r1"),
        executor.run_ids,
    ]
    for ask in asks:
        with pytest.raises(PlatformError, match="isn't answering"):
            ask()
