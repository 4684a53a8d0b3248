"""Project files that attack whoever reads them. At a site a child reads them, and no file
or child makes anything but a project or a refusal with its place."""

from __future__ import annotations

import json
import sys
from itertools import count
from typing import Any

import pytest

from job_runner.errors import PlatformError
from job_runner.project import Project, ProjectErrors, child, parse, parse_apart, read_once
from job_runner.project.mistakes import Mistakes
from job_runner.project.nodes import Items, Scalar
from job_runner.project.reading import read
from job_runner.project.tree import READY, NoTree, understood, written

GOOD = """\
version: 5
actions:
  a:
    run: r:v1 x
    needs: []
    config: {depth: [1, 'two', ~]}
    outputs: {highly_sensitive: {o: a.csv}}
"""

TEN_LEVELS_OF_TEN = "a1: &a1 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(2, 11)
)


def refused(data: bytes, **how: Any) -> str:
    with pytest.raises(ProjectErrors) as told:
        parse_apart(data, **how)
    assert told.value.errors[0].remedy
    return str(told.value)


def test_a_child_reads_what_we_read_ourselves() -> None:
    assert parse_apart(GOOD.encode()) == parse(GOOD)


def test_a_file_that_was_sound_is_read_once_and_one_that_was_refused_each_time() -> None:
    assert read_once(GOOD.encode()) is read_once(GOOD.encode())
    for _ in range(2):
        with pytest.raises(ProjectErrors):
            read_once(b"[")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[" * 50_000, "line 1, column 21: this is nested more than 20 deep"),
        (b"{a: " * 50_000, "nested more than 20 deep"),
        (TEN_LEVELS_OF_TEN.encode(), "the file says more than a project file may"),
        (
            b"a: !!python/object/apply:os.system [true]\n",
            "tag 'tag:yaml.org,2002:python/ob",
        ),
        (b"a: 1\n" * 20_000, "line 2, column 1: 'a' is here a second time"),
        (b"a: \x1b[2J\x07\n", "line 1, column 4: there is a control character"),
        (b"a: \xff\n", "line 1, column 4: a character is broken"),
        (
            b'version: 5\nactions:\n  a: {run: "r:v1\n',
            "line 3, column 12: the quotation mark",
        ),
        (b"", "the file is empty"),
    ],
    ids=count(),
)
def test_a_bomb_is_refused_with_its_place(data: bytes, said: str) -> None:
    assert said in refused(data)


STARTED = "print('R', end='', flush=True)\n"
SAYS = "import sys; sys.stdin.read(); sys.stdout.write({!r})"
LIMITED = "from job_runner.project import child; child.limit();"
BEYOND = "more time or memory than a project file may"


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.kill(os.getpid(), 11)",
        "raise SystemExit(1)",
        "",
        SAYS.format("[" * 100_000),
        SAYS.format("{}"),
        "import sys; sys.stdin.read()\nwhile True: print('x' * 1_000_000)",
        f"{LIMITED} bytearray(450_000_000)",
        f"{LIMITED} import os; os.write(os.memfd_create('file'), b'x')",
    ],
    ids=count(),
)
def test_a_child_that_breaks_is_a_refusal(program: str) -> None:
    """As if libyaml had a hole: it ends, says nonsense, or takes what it can get."""
    data = GOOD.encode() * 10_000
    assert BEYOND in refused(data, child=[sys.executable, "-c", STARTED + program])


def test_of_a_hundred_megabytes_no_more_is_passed_on_than_could_be_read() -> None:
    said = refused(b"a: 1\n" * 20_000_000)
    assert "the file has more than 2,000,000 characters" in said


def test_a_child_that_takes_too_much_of_the_processor_is_ended() -> None:
    program = (
        "from job_runner.project import child; child.MOST_SECONDS = 1; child.limit()\n"
        "while True: pass"
    )
    forever = [sys.executable, "-c", STARTED + program]
    assert BEYOND in refused(GOOD.encode(), child=forever)


@pytest.mark.parametrize(
    "program",
    [
        f"{STARTED}import time; time.sleep(60)",
        f"{STARTED}import os; os.kill(os.getpid(), 9)",
        "import strongroom_is_not_installed_here",
    ],
)
def test_a_child_that_never_began_or_was_ended_says_nothing_about_its_file(
    program: str,
) -> None:
    """Out of the machine's memory or time, or not there: it is tried again."""
    waiting = [sys.executable, "-c", program]
    with pytest.raises(PlatformError, match="didn't start, or was ended by somebody else"):
        parse_apart(GOOD.encode() * 10_000, child=waiting, seconds=0.3)


def test_a_child_has_no_environment_and_no_say_in_what_a_project_may_be() -> None:
    """It answers with a path that leads out of the study: refused as in any file."""
    tree = written(read(GOOD.replace("a.csv", "../a.csv"), Mistakes("")), Mistakes(""))
    told = json.dumps(tree)
    program = f"import os; assert not os.environ.get('HOME'); print({READY + told!r})"
    said = refused(GOOD.encode(), child=[sys.executable, "-c", program])
    assert "leads out of its folder" in said


def test_what_a_child_answers_is_what_was_read() -> None:
    mistakes = Mistakes("")
    told = json.loads(child.answer(f"{GOOD}extra: &x 1\nagain: *y\n".encode()))
    root = understood(told, mistakes)
    ours = Mistakes("")
    assert root == read(f"{GOOD}extra: &x 1\nagain: *y\n", ours)
    assert [str(one) for one in mistakes.found] == [str(one) for one in ours.found] != []


A_WORD = [1, 1, True, "x"]


@pytest.mark.parametrize(
    "root",
    [
        *([], [1, 1, True], [1, 1, True, 1], [1, 1, 1, "x"], [0, 1, True, "x"], "x", 1),
        *([True, 1, True, "x"], [1, "1", True, "x"], [1, 1, True, [[]]]),
        *([1, 1, True, {"a": [1, 1, True]}], [1, 1, True, {"a": [1, 1, 1, A_WORD]}]),
    ],
    ids=count(),
)
def test_an_answer_that_is_no_tree_is_none(root: object) -> None:
    with pytest.raises(NoTree):
        understood({"root": root, "mistakes": []}, Mistakes(""))


@pytest.mark.parametrize(
    "mistakes",
    [
        {},
        [1],
        [[1, 1, "p"]],
        [[1, 1, "p", 2]],
        [[1, 1, "\x1b[2J", "r"]],
        [[1, 1, "p" * 2000, "r"]],
    ],
    ids=count(),
)
def test_a_sentence_that_acts_on_a_screen_is_none(mistakes: object) -> None:
    with pytest.raises(NoTree):
        understood({"root": A_WORD, "mistakes": mistakes}, Mistakes(""))


def test_an_answer_can_t_be_nested_without_end() -> None:
    deep: list[Any] = A_WORD
    for _ in range(30):
        deep = [1, 1, True, [deep]]
    with pytest.raises(NoTree):
        understood({"root": deep, "mistakes": []}, Mistakes(""))
    with pytest.raises(NoTree):
        understood([A_WORD], Mistakes(""))


def test_nodes_compare_by_what_they_say() -> None:
    told = understood({"root": [1, 1, True, [A_WORD]], "mistakes": []}, Mistakes(""))
    assert isinstance(told, Items)
    assert isinstance(told.items[0], Scalar)
    assert isinstance(parse(GOOD), Project)
