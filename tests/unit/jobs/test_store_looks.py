"""Keys, signed requests and looks are kept alike by both kinds of database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from job_runner.errors import Conflict
from job_runner.jobs.job import Failure, State
from job_runner.site.people import Role
from job_runner.store import PersonKey, Store
from tests.jobs_made import NOON, a_job, a_request, later

TOKEN = "t" * 43
KEY = PersonKey("ana", "SHA256:one", "ssh-ed25519 AAAA")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("store")
        yield f"sqlite:///{folder / 'site.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    with server.database() as name:
        yield f"postgresql://strongroom@/{name}?host={server.folder}"


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[Store]:
    """One for all: each test has people and requests of its own."""
    with Store(url) as store:
        for name in ("ana", "bob", "cleo"):
            store.add_person(name, [Role.RESEARCHER], TOKEN + name, at=NOON)
        yield store


def asked(store: Store, name: str, by: str) -> None:
    request = replace(a_request(name), submitted_by=by, project=name)
    store.create_request(request, [a_job(request=name, workspace=name)])


def test_keys_are_somebodys_for_ever_and_stay_when_they_are_revoked(store):
    store.keys.add(KEY, at=NOON)
    second = PersonKey("ana", "SHA256:two", "ssh-ed25519 BBBB")
    store.keys.add(second, at=later(1))
    for person in ("ana", "bob", "nobody"):
        with pytest.raises(Conflict, match="this key is somebody's"):
            store.keys.add(replace(KEY, person=person), at=NOON)
    assert store.keys.revoke("ana", "SHA256:one")
    assert not store.keys.revoke("bob", "SHA256:two")
    assert store.keys.of("ana") == (replace(KEY, revoked=True), second)
    assert store.keys.of("bob") == ()


def test_a_signed_request_is_new_once_however_many_come_at_once(store):
    ready, found = threading.Barrier(4), list[str | None]()

    def use(number: int) -> None:
        ready.wait()
        found.append(store.keys.used("anid", f"hash {number}", at=NOON))

    threads = [threading.Thread(target=use, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(None) == 1
    (first,) = {one for one in found if one is not None}
    assert store.keys.used("anid", "later", at=NOON) == first


def test_a_status_is_the_request_its_jobs_and_the_number_of_its_last_event(store):
    asked(store, "r1", "ana")
    status = store.looks.status("r1")
    assert (status.request, status.jobs) == (store.request("r1"), store.jobs("r1"))
    assert status.sequence == store.last_event("r1") == store.looks.last_sequence()
    assert store.looks.status("r9") is None
    person, seen = store.looks.status_for(TOKEN + "ana", "r1", at=NOON)
    assert (person.name, seen) == ("ana", status)
    assert store.looks.status_for(TOKEN + "ana", "r9", at=NOON)[1] is None
    assert store.looks.status_for("nobody's", "r1", at=NOON) == (None, None)


def test_events_are_of_a_request_of_a_person_or_all(store):
    before = store.looks.last_sequence()
    for name, by in (("q1", "bob"), ("q2", "cleo"), ("q3", "bob")):
        asked(store, name, by)
    looks = store.looks

    def requests(**whose: str) -> list[str]:
        return [event.request_id for event in looks.events(before, **whose)]

    assert requests() == ["q1", "q2", "q3"]
    assert requests(submitted_by="bob") == ["q1", "q3"]
    assert requests(request_id="q2") == ["q2"]
    assert [e.request_id for e in looks.events(before, limit=1)] == ["q1"]
    assert looks.history(store.jobs("q1")[0].id) == looks.events(before, request_id="q1")


def test_jobs_are_counted_by_their_standing(store):
    for number, failure in enumerate((None, Failure.TIMEOUT)):
        name = f"c{number}"
        asked(store, name, "ana")
        if failure:
            (job,) = store.jobs(name)
            store.move(job, State.FAILED, at=NOON, failure=failure)
    counts = store.looks.counts()
    assert counts["c0", "created", "", ""] == 1
    assert counts["c1", "failed", "", "timeout"] == 1
