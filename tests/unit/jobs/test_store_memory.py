"""What the store keeps, and what it makes impossible."""

from __future__ import annotations

import contextlib
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from job_runner.errors import Conflict, PlatformError, RequestRefused
from job_runner.jobs.job import Claim, Failure, Job, Kind, State, WaitingFor
from job_runner.jobs.members import Gone
from job_runner.jobs.scheduler import Capacity, decide
from job_runner.site.people import Role
from job_runner.store import Store
from job_runner.store.queue import Queue
from tests.jobs_made import NOON, a_job, a_request, later

TOKEN = "t" * 43


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "site.sqlite"


@pytest.fixture
def in_file(file: Path) -> Iterator[Store]:
    """One of SQLite's, for what is said of its file."""
    with Store(f"sqlite:///{file}") as store:
        yield store


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, file: Path) -> str:
    """Both kinds of database, without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{file}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as store:
        yield store


def submitted(store: Store, *jobs: Job) -> tuple[Job, ...]:
    """These jobs as the one request ``r1``, stored."""
    store.create_request(a_request(actions=[job.action for job in jobs]), jobs)
    return store.jobs("r1")


ME = Claim("one", "here")


def decided(store: Store, room: Capacity, queue: Queue | None = None) -> tuple[Job, ...]:
    """What a runner starts."""
    queue = queue or store.queue()
    return queue.settle(lambda jobs: decide(jobs, room), at=NOON, by=ME)


def walked(store: Store, job: Job, *states: State) -> Job:
    for state in states:
        job = store.move(job, state, at=NOON)
    return job


# People


def test_a_person_is_known_by_their_token_only(store: Store) -> None:
    ana = store.add_person("ana", [Role.RESEARCHER, Role.REVIEWER], TOKEN, at=NOON)
    assert ana.roles == {Role.RESEARCHER, Role.REVIEWER}
    assert store.person_by_token(TOKEN, at=NOON) == ana
    assert store.person_by_token("u" * 43, at=NOON) is None
    assert store.person_by_token("", at=NOON) is None


@pytest.mark.parametrize("name", ["Ana Ruiz", "o'neil", "é", "安", "-x", "a" * 100])
def test_people_are_called_what_they_are_called(store: Store, name: str) -> None:
    assert store.add_person(name, [Role.REVIEWER], TOKEN, at=NOON).name == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "a" * 101, " ana", "ana ", "a  b", "a\nb", "a\tb", "a\u00a0b", "a\x1b[2J"),
        *("\u202eana", "an\u200ba", "\x00", "\ud800", "the runner", "The Operator"),
    ],
)
def test_a_name_looks_like_itself_and_is_no_machines(store: Store, name: str) -> None:
    with pytest.raises(RequestRefused, match="no name for a person"):
        store.add_person(name, [Role.REVIEWER], TOKEN, at=NOON)


@pytest.mark.parametrize("other", ["ana", "ANA", "\uff41na", "Ana"])
def test_no_two_people_look_like_one(store: Store, other: str) -> None:
    """Or one could vote for both."""
    store.add_person("ana", [Role.REVIEWER], TOKEN, at=NOON)
    with pytest.raises(Conflict, match="somebody already"):
        store.add_person(other, [Role.REVIEWER], "u" * 43, at=NOON)


def test_a_token_is_nowhere_on_disk(in_file: Store, file: Path) -> None:
    in_file.add_person("ana", [Role.RESEARCHER], TOKEN, at=NOON)
    for kept in file.parent.iterdir():
        assert TOKEN.encode() not in kept.read_bytes()


def test_a_token_that_could_be_guessed_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="256 random bits"):
        store.add_person("ana", [Role.RESEARCHER], "secret", at=NOON)


def test_a_revoked_person_s_token_works_no_more(store: Store) -> None:
    store.add_person("ana", [Role.OPERATOR], TOKEN, at=NOON)
    assert store.revoke("ana")
    assert store.person_by_token(TOKEN, at=NOON) is None
    assert [person.revoked for person in store.people()] == [True]
    assert not store.revoke("bob")


def test_a_token_ends_when_it_says(store: Store) -> None:
    store.add_person("ana", [Role.RESEARCHER], TOKEN, at=NOON, expires=later(60))
    assert store.person_by_token(TOKEN, at=later(59)) is not None
    assert store.person_by_token(TOKEN, at=later(60)) is None


def test_a_name_is_never_given_twice(store: Store) -> None:
    store.add_person("ana", [Role.RESEARCHER], TOKEN, at=NOON)
    store.revoke("ana")
    with pytest.raises(Conflict, match="'ana' is somebody already"):
        store.add_person("ana", [Role.OPERATOR], "u" * 43, at=NOON)


def test_a_time_needs_its_zone(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        store.add_person("ana", [], TOKEN, at=datetime(2024, 1, 1))  # noqa: DTZ001


# Requests and jobs


def test_a_request_comes_back_as_it_was_stored(store: Store) -> None:
    jobs = (a_job("rows", kind=Kind.EXTRACTION), a_job("table", needs="rows"))
    assert submitted(store, *jobs) == jobs
    assert store.request("r1") == a_request(actions=["rows", "table"])
    assert store.job("r1.table") == jobs[1]
    assert store.active_jobs() == jobs
    assert store.request("r2") is None
    assert store.job("r2.table") is None


def test_times_come_back_as_the_same_instant(store: Store) -> None:
    zone = datetime.fromisoformat("2024-03-01T13:00:00.000001+01:00")
    store.create_request(replace(a_request(), submitted_at=zone), [a_job()])
    found = store.request("r1")
    assert found is not None
    assert found.submitted_at == zone
    assert found.submitted_at.tzinfo == UTC


def test_requests_are_listed_latest_first_whatever_the_clock_did(store: Store) -> None:
    for name, at in (("r1", later(3600)), ("r2", NOON)):
        request = replace(a_request(name), submitted_at=at, project=name)
        store.create_request(request, [a_job(request=name, workspace=name)])
    assert [request.id for request in store.requests()] == ["r2", "r1"]
    assert [request.id for request in store.requests(limit=1)] == ["r2"]
    assert [request.id for request in store.requests(project="r1")] == ["r1"]


def test_requests_are_listed_by_who_submitted_them(store: Store) -> None:
    for name, author in [("r1", "ana"), ("r2", "bob"), ("r3", "ana")]:
        request = replace(a_request(name), submitted_by=author)
        store.create_request(request, [a_job(request=name, workspace=name)])
    assert [r.id for r in store.requests(submitted_by="ana")] == ["r3", "r1"]
    assert store.requests(submitted_by="eve") == ()


def test_a_request_s_latest_event_is_its_own(store: Store) -> None:
    (job,) = submitted(store, a_job())
    store.create_request(a_request("r2"), [a_job(request="r2", workspace="w2")])
    before = store.last_event("r1")
    assert store.last_event("r2") > before
    walked(store, job, State.WAITING)
    assert store.last_event("r1") > store.last_event("r2")
    assert store.last_event("r9") == 0


def test_requests_are_told_apart_by_the_states_of_their_jobs(store: Store) -> None:
    first, _ = submitted(store, a_job("a"), a_job("b"))
    walked(store, first, State.SUCCEEDED)
    found = store.states(["r1", "r9"])
    assert found == {"r1": {State.SUCCEEDED, State.CREATED}, "r9": frozenset()}


def test_the_same_request_twice_is_one_request(store: Store) -> None:
    job = submitted(store, a_job())[0]
    walked(store, job, State.SUCCEEDED)
    with pytest.raises(Conflict, match="the request 'r1', or one of its jobs, is here"):
        store.create_request(a_request(), [a_job("another")])
    assert [job.action for job in store.jobs("r1")] == ["step"]


def test_an_action_has_one_live_job(store: Store) -> None:
    job = submitted(store, a_job())[0]
    again = a_job(request="r2")
    with pytest.raises(Conflict, match=r"'step' is already under way in 'study'.* r1"):
        store.create_request(a_request("r2"), [a_job("new", request="r2"), again])
    assert store.request("r2") is None
    assert store.jobs("r2") == ()
    store.create_request(a_request("r3"), [a_job(request="r3", workspace="another study")])
    walked(store, job, State.SUCCEEDED)
    store.create_request(a_request("r2"), [again])


def test_the_database_itself_refuses_a_second_live_job(in_file: Store, file: Path) -> None:
    """Whatever a program forgets to ask."""
    submitted(in_file, a_job())
    columns = (
        "request_id, workspace, action, kind, needs, created_at, attempts, cancel_asked"
    )
    copy = f"INSERT INTO jobs (id, {columns}, state) SELECT 'x', {columns}, ? FROM jobs"
    with_other = copy.replace("SELECT 'x', request_id", "SELECT 'x', request_id || ''")
    connection = sqlite3.connect(file)
    for state in ("waiting", "succeeded"):
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE constraint"):
            connection.execute(with_other, [state])
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint"):
        connection.execute("UPDATE jobs SET state = 'failed'")
    connection.close()


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        [a_job(request="r2")],
        [a_job(state=State.WAITING)],
        [a_job("b", needs="a")],
        [a_job("b", needs="a"), a_job("a")],
    ],
)
def test_a_request_is_whole(store: Store, jobs: list[Job]) -> None:
    with pytest.raises(ValueError, match="request"):
        store.create_request(a_request(), jobs)


def test_a_job_moves_and_what_it_waits_for_is_kept(store: Store) -> None:
    job = submitted(store, a_job())[0]
    job = store.move(job, State.WAITING, at=NOON, waiting_for=WaitingFor.WORKER)
    assert store.job(job.id) == job
    assert job.waiting_for is WaitingFor.WORKER
    job = walked(store, job, State.PREPARING, State.EXECUTING)
    job = store.move(job, State.FAILED, at=NOON, failure=Failure.TIMEOUT)
    assert store.job(job.id) == job
    assert (job.failure, job.attempts) == (Failure.TIMEOUT, 1)
    assert store.active_jobs() == ()


def test_of_two_who_take_up_a_job_one_gets_it(store: Store) -> None:
    job = walked(store, submitted(store, a_job())[0], State.WAITING)
    store.move(job, State.PREPARING, at=NOON)
    with pytest.raises(Conflict, match="'step' isn't waiting any more"):
        store.move(job, State.PREPARING, at=NOON)


def test_a_retried_job_isn_t_taken_for_the_one_before(store: Store) -> None:
    first = walked(store, submitted(store, a_job())[0], State.WAITING)
    walked(store, first, State.PREPARING, State.WAITING)
    with pytest.raises(Conflict):
        store.move(first, State.PREPARING, at=NOON)


def test_a_move_that_the_table_lacks_changes_nothing(store: Store) -> None:
    job = submitted(store, a_job())[0]
    with pytest.raises(ValueError, match="don't become"):
        store.move(job, State.EXECUTING, at=NOON)
    assert store.job(job.id) == job


def test_what_the_scheduler_sees_holds_all_that_jobs_need(store: Store) -> None:
    submitted(store, a_job("a"), a_job("b", needs="a"))
    store.create_request(a_request("r2"), [a_job("z", request="r2")])
    walked(store, store.jobs("r2")[0], State.SUCCEEDED)
    walked(store, store.jobs("r1")[0], State.SUCCEEDED)
    assert [job.id for job in store.queue().look()] == ["r1.a", "r1.b"]


def test_all_that_was_decided_is_written_at_once(store: Store) -> None:
    submitted(store, a_job("a"), a_job("b", needs="a"), a_job("c"), a_job("d"))
    store.ask_cancel("r1", at=NOON, actions=["c"])
    told: list[None] = []
    store.on_change(lambda: told.append(None))
    started = decided(store, Capacity(1, 1))
    now = store.jobs("r1")
    assert started == (now[0],)
    assert [(job.state, job.waiting_for, job.failure) for job in now] == [
        (State.WAITING, None, None),
        (State.WAITING, WaitingFor.DEPENDENCIES, None),
        (State.FAILED, None, Failure.CANCELLED),
        (State.WAITING, WaitingFor.WORKER, None),
    ]
    assert len(told) == 1
    assert [event.happened for event in store.events_after(5)] == ["moved"] * 4


def test_what_is_decided_is_about_jobs_as_they_are_by_then(store: Store) -> None:
    jobs = submitted(store, a_job("a"), a_job("b"))
    queue = store.queue()
    assert queue.look() == jobs
    walked(store, jobs[0], State.SUCCEEDED)
    started = decided(store, Capacity(2, 2), queue)
    assert [job.id for job in started] == ["r1.b"]
    assert store.jobs("r1")[0].state is State.SUCCEEDED


def test_nothing_decided_is_nothing_told(store: Store) -> None:
    jobs = submitted(store, a_job())
    walked(store, jobs[0], State.SUCCEEDED)
    store.on_change(lambda: pytest.fail("nothing changed"))
    assert decided(store, Capacity(1, 1)) == ()


def test_a_job_to_start_is_its_runner_s_and_nobody_else_s(store: Store) -> None:
    submitted(store, a_job())
    (job,) = decided(store, Capacity(1, 1))
    assert (job.state, job.runner, job.place) == (State.WAITING, "one", "here")
    assert store.job(job.id) == job
    assert decided(store, Capacity(9, 9)) == ()


def test_what_others_took_over_is_not_moved_by_who_had_it(store: Store) -> None:
    submitted(store, a_job())
    (job,) = decided(store, Capacity(1, 1))
    store.roll.join(ME, at=NOON)
    (one,) = store.roll.members()
    assert store.roll.gone(one, Gone.LOST, at=NOON) == (job,)
    with pytest.raises(Conflict):
        store.move(job, State.PREPARING, at=NOON)


# Cancelling


def test_cancelling_marks_the_jobs_that_aren_t_over(store: Store) -> None:
    a, *_ = submitted(store, a_job("a"), a_job("b"), a_job("c"))
    walked(store, a, State.SUCCEEDED)
    assert store.ask_cancel("r1", at=NOON, actions=["a", "b"]) == ("r1.b",)
    assert [job.cancel_asked for job in store.jobs("r1")] == [False, True, False]
    assert store.ask_cancel("r1", at=NOON) == ("r1.c",)
    assert store.ask_cancel("r1", at=NOON) == ()
    assert store.ask_cancel("r9", at=NOON) == ()


def test_a_job_asked_to_stop_since_it_was_read_isn_t_started(store: Store) -> None:
    job = walked(store, submitted(store, a_job())[0], State.WAITING)
    store.ask_cancel("r1", at=NOON)
    with pytest.raises(Conflict, match="asked to stop"):
        store.move(job, State.PREPARING, at=NOON)


def test_a_job_that_ends_while_it_is_cancelled_keeps_its_end(store: Store) -> None:
    job = walked(
        store,
        submitted(store, a_job())[0],
        State.WAITING,
        State.PREPARING,
        State.EXECUTING,
        State.COLLECTING,
    )
    store.ask_cancel("r1", at=NOON)
    done = store.move(job, State.SUCCEEDED, at=NOON)
    assert (done.state, done.cancel_asked) == (State.SUCCEEDED, True)


# What happened


def test_everything_that_happens_is_told_in_order(store: Store) -> None:
    job = submitted(store, a_job())[0]
    store.move(job, State.WAITING, at=later(-3600), waiting_for=WaitingFor.PAUSED)
    store.ask_cancel("r1", at=NOON)
    failing = store.job(job.id)
    assert failing is not None
    store.move(failing, State.FAILED, at=NOON, failure=Failure.CANCELLED)
    events = store.events_after(0)
    assert [event.sequence for event in events] == [1, 2, 3, 4]
    assert [(e.happened, e.state, e.waiting_for, e.failure) for e in events] == [
        ("created", State.CREATED, None, None),
        ("moved", State.WAITING, WaitingFor.PAUSED, None),
        ("cancel_asked", State.WAITING, WaitingFor.PAUSED, None),
        ("moved", State.FAILED, None, Failure.CANCELLED),
    ]
    assert events[1].at == later(-3600)
    assert store.events_after(2, limit=1) == events[2:3]
    assert store.events_after(4) == ()


def test_changes_are_told_after_they_are_on_disk(url: str) -> None:
    seen: list[int] = []
    with Store(url, lambda: seen.append(len(store.events_after(0)))) as store:
        store.on_change(lambda: seen.append(-1))
        job = submitted(store, a_job())[0]
        job = walked(store, job, State.WAITING)
        store.ask_cancel("r1", at=NOON)
        store.ask_cancel("r1", at=NOON)
    assert seen == [1, -1, 2, -1, 3, -1]


def test_a_refused_change_is_not_told(store: Store) -> None:
    job = walked(store, submitted(store, a_job())[0], State.WAITING, State.PREPARING)
    told: list[None] = []
    store.on_change(lambda: told.append(None))
    with pytest.raises(Conflict):
        store.move(replace(job, attempts=7), State.EXECUTING, at=NOON)
    assert told == []


# The database


def test_a_restart_finds_everything_again(url: str) -> None:
    with Store(url) as store:
        jobs = submitted(store, a_job("a"), a_job("b"))
    with Store(url) as store:
        assert store.jobs("r1") == jobs
        assert len(store.events_after(0)) == 2


def test_sequences_go_on_after_the_last_even_if_rows_are_gone(file: Path) -> None:
    with Store(f"sqlite:///{file}") as store:
        submitted(store, a_job())
        connection = sqlite3.connect(file)
        connection.execute("DELETE FROM job_events")
        connection.commit()
        connection.close()
        walked(store, store.jobs("r1")[0], State.WAITING)
        assert [event.sequence for event in store.events_after(0)] == [2]


def test_only_the_site_may_read_its_database(in_file: Store, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_deleted_database_is_an_error_and_not_an_empty_site(
    in_file: Store, file: Path
) -> None:
    submitted(in_file, a_job())
    file.unlink()
    with pytest.raises(PlatformError, match="unable to open database file"):
        in_file.active_jobs()
    assert not file.exists()


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    file.write_text("these are just words, but enough of them to be a header" * 9)
    with pytest.raises(PlatformError, match="file is not a database") as refused:
        Store(f"sqlite:///{file}")
    assert str(file) in refused.value.where
    file.write_bytes(b"")
    Store(f"sqlite:///{file}").close()


def test_a_store_from_another_version_is_refused(file: Path) -> None:
    Store(f"sqlite:///{file}").close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE strongroom_schema SET version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(PlatformError, match="has form 99, not 2"):
        Store(f"sqlite:///{file}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense"])
def test_a_place_that_keeps_nothing_is_refused(url: str) -> None:
    with pytest.raises(PlatformError, match="must be a file of SQLite's, or PostgreSQL"):
        Store(url)


def test_a_folder_that_isn_t_there_is_told() -> None:
    with pytest.raises(PlatformError, match="No such file or directory"):
        Store("sqlite:////no/such/folder/site.sqlite")


def test_a_database_that_stays_busy_is_told(in_file: Store, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(PlatformError, match="database is locked"):
        Store(f"sqlite:///{file}", busy_seconds=0.01)
    other.close()


def test_a_password_in_the_url_isn_t_shown() -> None:
    with pytest.raises(PlatformError) as refused:
        Store("postgresql://ana:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(refused.value)


def _take_up(url: str, start: Barrier, got: SimpleQueue[str]) -> None:
    with Store(url) as store:
        start.wait()
        for job in [job for job in store.active_jobs() if job.state is State.WAITING]:
            with contextlib.suppress(Conflict):
                got.put(store.move(job, State.PREPARING, at=NOON).id)


def test_each_job_is_taken_up_by_one_of_several_processes(url: str) -> None:
    names = [f"s{i}" for i in range(12)]
    with Store(url) as store:
        for job in submitted(store, *(a_job(name) for name in names)):
            walked(store, job, State.WAITING)
    forks = multiprocessing.get_context("fork")
    start, got = forks.Barrier(3), forks.SimpleQueue()
    runners = [forks.Process(target=_take_up, args=(url, start, got)) for _ in range(3)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    taken = []
    while not got.empty():
        taken.append(got.get())
    got.close()
    with Store(url) as store:
        assert sorted(taken) == sorted(job.id for job in store.active_jobs())
        assert all(job.attempts == 1 for job in store.active_jobs())


def test_threads_of_a_server_share_a_store(store: Store) -> None:
    def submit(number: int) -> None:
        name = f"r{number}"
        store.create_request(a_request(name), [a_job(request=name, workspace=name)])

    threads = [threading.Thread(target=submit, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.requests()) == 8


def test_a_store_outlives_a_long_pause(store: Store) -> None:
    """Times are only data to it."""
    submitted(store, a_job())
    job = store.move(store.jobs("r1")[0], State.WAITING, at=NOON + timedelta(days=365))
    assert job.state is State.WAITING
