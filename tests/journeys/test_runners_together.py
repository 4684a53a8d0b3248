"""What runners of one site are told, and what they do when one of them is gone."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from job_runner.definitions import apart
from job_runner.errors import PlatformError
from job_runner.jobs import stages
from job_runner.jobs.job import Claim, State, WaitingFor
from job_runner.jobs.members import Drain, Gone
from job_runner.jobs.membership import Membership
from job_runner.outputs import OutputLimits
from job_runner.store import Store
from tests.a_site import FakeSource, Inside, Site, an_engine
from tests.jobs_made import NOON, a_job, a_request
from tests.journeys.test_runner_stories import until

ME, OTHER = Claim("one", "here"), Claim("two", "here")


class Asking(FakeSource):
    """A warehouse that takes an hour, in a process of its own."""

    def produce(self, query: object, target: Path) -> None:
        target.write_text("asked")
        time.sleep(3600)


def waits(site: Site, action: str) -> WaitingFor | None:
    (job,) = [job for job in site.store.active_jobs() if job.action == action]
    return job.waiting_for


@pytest.fixture
def held(tmp_path: Path) -> tuple[Site, threading.Event]:
    """A site whose box runs until it is killed; told once it does."""
    running = threading.Event()

    def for_ever(inside: Inside) -> int:
        running.set()
        inside.killed.wait()
        return 0

    return Site(tmp_path, an_engine(describe=for_ever)), running


def test_cancelling_ends_a_question_that_the_warehouse_is_answering(tmp_path):
    site = Site(tmp_path)
    asking = stages.stages(Asking(), OutputLimits(), apart.call)
    site.worker._ports = replace(site.worker._ports, stages=asking)
    request = site.submit("run_all")
    thread = site.serve()
    until(lambda: bool(list(site.runs.rglob("cohort.parquet"))))
    began = time.monotonic()
    site.store.ask_cancel(request.id, at=NOON)
    until(lambda: not site.store.active_jobs())
    assert time.monotonic() - began < 60  # rather than an hour
    site.runner.stop()
    thread.join(60)
    assert set(site.states(request).values()) == {"cancelled"}
    assert site.left_over() == []


def test_a_drained_runner_finishes_what_it_has_and_is_safe_to_stop(tmp_path):
    running, go_on = threading.Event(), threading.Event()

    def slowly(inside: Inside) -> int:
        running.set()
        go_on.wait(60)
        inside.write("output/table.csv", b"a\n")
        return 0

    site = Site(tmp_path, an_engine(describe=slowly))
    request = site.submit("run_all")
    thread = site.serve()
    assert running.wait(60)
    site.store.roll.drain(Drain.FINISH)
    assert not site.store.roll.members()[0].safe_to_stop
    go_on.set()
    until(lambda: site.store.roll.members()[0].safe_to_stop)
    assert site.states(request)["describe"] == "succeeded"
    assert waits(site, "count") is WaitingFor.WORKER
    site.store.roll.drain(None)
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert set(site.states(request).values()) == {"succeeded"}


def test_what_a_drained_runner_puts_back_is_begun_again_later(held):
    site, running = held
    request = site.submit("describe")
    thread = site.serve()
    assert running.wait(60)
    site.store.roll.drain(Drain.REQUEUE)
    until(lambda: site.store.roll.members()[0].safe_to_stop)
    (job,) = site.store.active_jobs()
    assert (job.state, job.runner) == (State.WAITING, None)
    running.clear()
    site.store.roll.drain(None)
    assert running.wait(60)
    site.store.ask_cancel(request.id, at=NOON)
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert site.engine.starts == ["r1-0001", "r1-0002", "r1-0002"]


@pytest.mark.parametrize("project", ["", "asthma"])
def test_what_is_paused_begins_once_it_is_resumed(tmp_path, project):
    site = Site(tmp_path)
    site.store.roll.pause(project, at=NOON)
    site.store.roll.pause(project, at=NOON)
    request = site.submit("extract")
    thread = site.serve()
    until(lambda: waits(site, "extract") is WaitingFor.PAUSED)
    site.store.roll.resume(project)
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert site.states(request) == {"extract": "succeeded"}


def test_an_image_that_is_not_as_it_was_approved_ends_the_job_and_says_so(tmp_path):
    site = Site(tmp_path)
    site.engine.images = {**site.engine.images, "strongroom/cohort:v1": ("other",)}
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "platform_error"}
    waited = [told.why for told in site.told if told.job.state is State.WAITING]
    assert len(waited) == 2
    assert "isn't as approved" in waited[0]
    assert site.engine.starts == []


def membership(store: Store, me: Claim, tmp_path: Path, now: list[float]) -> Membership:
    return Membership(
        store,
        me,
        clock=lambda: NOON,
        monotonic=lambda: now[0],
        locks=tmp_path / "locks",
        lease=10.0,
    )


@pytest.fixture
def store(tmp_path: Path):
    with Store(f"sqlite:///{tmp_path / 'site.sqlite'}") as store:
        yield store


def test_a_runner_whose_lock_is_free_is_lost_and_its_jobs_are_nobody_s(store, tmp_path):
    store.create_request(a_request(), [a_job()])
    (job,) = store.jobs("r1")
    ours, theirs = (membership(store, me, tmp_path, [0.0]) for me in (ME, OTHER))
    with ours.joined(lambda: None):
        with theirs.joined(lambda: None):
            company = ours.company([job])
            assert (company.lost, company.senior) == ((), True)
            assert not theirs.company([job]).senior
        store.roll.join(OTHER, at=NOON)  # as it stood when it was killed
        (tmp_path / "locks" / "two.lock").touch()
        (lost,) = ours.company([job]).lost
        assert lost.member.id == "two"
        assert ours.company([job]).lost == ()


def test_a_runner_that_others_gave_up_ends(store, tmp_path):
    ours = membership(store, ME, tmp_path, [0.0])
    with ours.joined(lambda: None):
        (me,) = store.roll.members()
        store.roll.gone(me, Gone.LOST, at=NOON)
        with pytest.raises(PlatformError, match="others took this runner for lost"):
            ours.company([])


def test_a_runner_that_shows_life_is_not_taken_for_lost(store):
    store.roll.join(ME, at=NOON)
    (seen,) = store.roll.members()
    assert store.roll.beat("one")
    assert store.roll.gone(seen, Gone.LOST, at=NOON) is None
    (seen,) = store.roll.members()
    assert store.roll.gone(seen, Gone.LOST, at=NOON) == ()
    assert not store.roll.beat("one")


def test_who_is_gone_is_forgotten_once_nothing_of_theirs_may_be_left(store):
    for name in ("one", "two", "three"):
        store.roll.join(Claim(name, name), at=NOON)
        (me,) = [one for one in store.roll.members() if one.id == name]
        store.roll.gone(me, Gone.LEFT, at=NOON)
    assert [one.id for one in store.roll.members()] == ["three"]


def test_a_drain_may_be_of_one_runner_alone(store):
    for name in ("one", "two"):
        store.roll.join(Claim(name, "here"), at=NOON)
    store.roll.drain(Drain.FINISH, ["one"])
    for name in ("one", "two"):
        store.roll.safe_to_stop(name)
    assert [(one.id, one.safe_to_stop) for one in store.roll.members()] == [
        ("one", True),
        ("two", False),
    ]


def test_changes_are_told_by_postgresql_to_every_process(postgres_url):
    heard = threading.Event()
    with (
        Store(postgres_url) as store,
        Store(postgres_url) as other,
        other.listening(heard.set),
    ):
        store.create_request(a_request(), [a_job()])
        assert heard.wait(60)
        heard.clear()
        store.roll.drain(None)
        assert heard.wait(60)


def test_who_listens_is_told_again_after_the_server_was_away(postgres_url, postgres):
    heard = threading.Event()
    with Store(postgres_url) as store, store.listening(heard.set):
        with postgres.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query = 'LISTEN strongroom'"
            )
        assert heard.wait(60)
