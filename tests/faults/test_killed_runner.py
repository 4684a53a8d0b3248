"""The runner is killed at every step. After a restart each job ends once, all the same."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cohort_dsl.model.query import Query
from tests.a_site import FakeSource, Inside, Site, an_engine, describe


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Nth:
    """Lives through n - 1 calls."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, *_: object) -> datetime:
        self.left -= 1
        if self.left == 0:
            die()
        return datetime.now(UTC)


class DyingSource(FakeSource):
    """Writes half a cohort."""

    def produce(self, query: Query, target: Path) -> None:
        target.write_text("half")
        die()


def dies_in_the_box(inside: Inside) -> int:
    inside.write("output/table.csv", b"half")
    die()
    return describe(inside)


def killed(work: Callable[[], object]) -> None:
    """Does the work in a process of its own, which must be killed by it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A site where a request was accepted, and its runner isn't up yet."""
    Site(tmp_path).submit("run_all")
    return tmp_path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    site = Site(tmp_path_factory.mktemp("undisturbed"))
    site.submit("run_all")
    site.run()
    return site.outputs()


def after_restart(root: Path, undisturbed: dict[str, str]) -> Site:
    """The site as another runner leaves it: what would be there without the kill."""
    site = Site(root)
    site.run()
    request = site.store.requests()[0]
    assert set(site.states(request).values()) == {"succeeded"}
    assert site.outputs() == undisturbed
    assert site.left_over() == []
    assert not list((root / "store").rglob(".staging/*/*"))
    manifests = site.workspace.manifests()
    assert {m.job_id for m in manifests.values()} == {"r1-0001", "r1-0002", "r1-0003"}
    return site


@pytest.mark.parametrize("step", range(1, 14))
def test_killed_before_any_change_of_state(story, undisturbed, step):
    """The clock is read for each; so this is before, in and after every stage."""
    killed(lambda: Site(story, clock=Nth(step)).run())
    after_restart(story, undisturbed)


def test_killed_while_the_box_runs(story, undisturbed):
    killed(lambda: Site(story, an_engine(describe=dies_in_the_box)).run())
    after_restart(story, undisturbed)


def test_killed_while_the_warehouse_answers(story, undisturbed):
    killed(lambda: Site(story, source=DyingSource()).run())
    after_restart(story, undisturbed)


@pytest.mark.parametrize("check", [1, 2, 3])
def test_killed_after_publishing_and_before_the_check(story, undisturbed, check):
    """The published action isn't run again: its outputs only need their check."""
    killed(lambda: Site(story, check=Nth(check)).run())
    site = after_restart(story, undisturbed)
    left = ["extract", "describe", "count"][check - 1 :]
    assert site.checked == left
    assert len(site.engine.starts) == len(left) - 1


@pytest.mark.parametrize("folder", range(1, 10))
def test_killed_before_any_folder_is_taken_away(story, undisturbed, folder):
    """So, too, between publishing and forgetting the copies that were published."""

    sweep, count = shutil.rmtree, Nth(folder)

    def runs() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                shutil, "rmtree", lambda *what, **how: count() and sweep(*what, **how)
            )
            Site(story).run()

    killed(runs)
    after_restart(story, undisturbed)


def test_killed_twice_in_a_row(story, undisturbed):
    killed(lambda: Site(story, clock=Nth(4)).run())
    killed(lambda: Site(story, clock=Nth(3)).run())
    after_restart(story, undisturbed)
