"""The site's database is locked, read-only, deleted, replaced, or of another version."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from job_runner.errors import PlatformError
from job_runner.jobs.job import State
from job_runner.store import Store
from job_runner.store.postgresql import WRITERS
from tests.a_site import Inside, Site, an_engine, describe
from tests.jobs_made import NOON, a_job, a_request
from tests.journeys.test_runner_stories import until


@pytest.fixture
def slow(tmp_path: Path) -> tuple[Site, threading.Event, threading.Event]:
    """A site whose box runs until the second event."""
    running, go_on = threading.Event(), threading.Event()

    def slowly(inside: Inside) -> int:
        running.set()
        go_on.wait(60)
        return describe(inside)

    return Site(tmp_path, an_engine(describe=slowly)), running, go_on


def finished(site: Site, thread: threading.Thread) -> None:
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert site.engine.starts == ["r1-0001", "r1-0002"]


def test_a_database_that_is_locked_or_read_only_for_a_while_costs_no_job(slow):
    """What SQLite reads of a file whose header says that a newer version writes it, it
    doesn't write."""
    site, running, go_on = slow
    request = site.submit("describe")
    thread = site.serve()
    assert running.wait(60)
    file = site.root / "site.sqlite"
    with file.open("r+b") as header:
        header.seek(18)
        before = header.read(1)
        header.seek(18)
        header.write(b"\x03")
    go_on.set()
    site.runner.wake()
    until(lambda: any("readonly" in str(error) for error in site.troubles))
    with file.open("r+b") as header:
        header.seek(18)
        header.write(before)
    finished(site, thread)
    assert set(site.states(request).values()) == {"succeeded"}


def test_while_it_is_gone_nothing_runs_and_it_is_not_made_anew(slow):
    site, running, go_on = slow
    request = site.submit("describe")
    thread = site.serve()
    assert running.wait(60)
    file, aside = site.root / "site.sqlite", site.root / "aside.sqlite"
    file.rename(aside)
    go_on.set()
    site.runner.wake()
    until(lambda: len(site.troubles) > 2)
    assert not file.exists()
    aside.rename(file)
    finished(site, thread)
    assert set(site.states(request).values()) == {"succeeded"}


def test_a_copy_put_in_its_place_is_not_run_from(tmp_path):
    """An older one, say: it would run everything since a second time."""
    file = tmp_path / "site.sqlite"
    with Store(f"sqlite:///{file}") as store:
        store.create_request(a_request(), [a_job()])
        shutil.copy(file, tmp_path / "copy")
        (tmp_path / "copy").rename(file)
        with pytest.raises(PlatformError, match="was replaced while it was in use"):
            store.active_jobs()


def test_who_opens_a_site_without_its_database_makes_none(tmp_path, postgres_url):
    file = tmp_path / "site.sqlite"
    with pytest.raises(PlatformError, match="No such file"):
        Store(f"sqlite:///{file}", make=False)
    assert not file.exists()
    file.touch()
    for url in (f"sqlite:///{file}", postgres_url):
        with pytest.raises(PlatformError, match="no site's state in this database"):
            Store(url, make=False)


FIRST_FORM = (
    "DROP TABLE runners",
    "DROP TABLE pauses",
    "ALTER TABLE requests DROP COLUMN priority",
    *(
        f"ALTER TABLE jobs DROP COLUMN {name}"
        for name in ("priority", "runner", "place", "not_before")
    ),
    "UPDATE strongroom_schema SET version = 1",
)


def test_a_database_of_the_first_form_is_brought_up(tmp_path, postgres_url):
    file = f"sqlite:///{tmp_path / 'site.sqlite'}"
    for url in (file, postgres_url):
        with Store(url) as store:
            store.create_request(a_request(), [a_job()])
        engine = create_engine(url)
        with engine.begin() as connection:
            for statement in FIRST_FORM:
                connection.execute(text(statement))
        engine.dispose()
        with Store(url, make=False) as store:
            (job,) = store.jobs("r1")
            assert (job.priority, job.runner) == (0, None)
            assert store.move(job, State.WAITING, at=NOON).state is State.WAITING
            assert store.roll.members() == ()
        with Store(url, make=False) as store:
            assert len(store.jobs("r1")) == 1


def test_a_server_that_is_not_there_is_told_without_its_password():
    with pytest.raises(PlatformError, match="can't be used") as refused:
        Store("postgresql://ana:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(refused.value)


def test_a_writer_gives_up_one_who_stands_still(postgres_url):
    with Store(postgres_url, busy_seconds=0.05) as store:
        other = create_engine(postgres_url)
        with other.begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITERS})"))
            with pytest.raises(PlatformError, match="lock timeout"):
                store.create_request(a_request(), [a_job()])
        other.dispose()
        store.create_request(a_request(), [a_job()])


def test_a_file_that_stays_locked_is_told(tmp_path):
    url = f"sqlite:///{tmp_path / 'site.sqlite'}"
    with Store(url, busy_seconds=0.01) as store:
        other = sqlite3.connect(tmp_path / "site.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(PlatformError, match="database is locked"):
            store.create_request(a_request(), [a_job()])
        other.close()
        store.create_request(a_request(), [a_job()])
