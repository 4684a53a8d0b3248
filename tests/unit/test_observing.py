"""What is measured and logged: words of fixed lists, ids, and nothing anybody wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from job_runner.errors import PlatformError
from job_runner.jobs.job import Claim, Failure, State
from job_runner.jobs.members import Drain
from job_runner.observing.log import KEYS, Happened, Level, Log, place_of
from job_runner.observing.metrics import Metrics
from job_runner.observing.strangers import Strangers
from job_runner.server.api import Answered
from job_runner.server.health import Check, Health
from job_runner.store import Store
from tests.jobs_made import a_job, a_request

CANARY = "canary-8675309 patient 1"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'site.sqlite'}")


def asked(store: Store, number: int, project: str = "asthma") -> None:
    request = replace(a_request(f"q{number}"), project=project, submitted_at=NOON)
    job = replace(a_job(request=request.id, workspace=project), created_at=NOON)
    store.create_request(request, [job])


def moved(store: Store, number: int, *steps: tuple[State, int], failure=None) -> None:
    (job,) = store.jobs(f"q{number}")
    for state, seconds in steps:
        why = failure if state is State.FAILED else None
        job = store.move(job, state, at=NOON + seconds * SECOND, failure=why)


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Each number by its name and its labels' values, in the order of their names."""
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for one in family.samples
    }


def test_jobs_are_counted_by_where_they_stand(store):
    metrics = Metrics(store, ["asthma", "heart"])
    asked(store, 1, "heart")
    asked(store, 2)
    moved(store, 2, (State.WAITING, 1), (State.FAILED, 2), failure=Failure.CANCELLED)
    found = samples(metrics)
    assert found["strongroom_jobs", "heart", "", "created"] == 1
    assert found["strongroom_jobs", "asthma", "cancelled", "failed"] == 1
    assert found[("strongroom_queue_length",)] == 1
    assert found[("strongroom_runner_listening",)] == 0
    assert found[("strongroom_events_total",)] == 4


def test_jobs_that_ended_are_timed_once_by_stage(store):
    metrics = Metrics(store, ["asthma"])
    asked(store, 1)
    running = (State.EXECUTING, State.COLLECTING, State.SUCCEEDED)
    steps = ((State.WAITING, 1), (State.PREPARING, 10), *((s, 40) for s in running))
    moved(store, 1, *steps)
    for _ in range(2):
        found = samples(metrics)
        name = "strongroom_job_seconds_sum"
        assert found[name, "succeeded", "asthma", "waiting"] == 10
        assert found[name, "succeeded", "asthma", "running"] == 30
        assert found[name, "succeeded", "asthma", "whole"] == 40
        assert found["strongroom_job_seconds_count", "succeeded", "asthma", "whole"] == 1


def test_a_clock_that_was_set_back_makes_no_time_negative(store):
    metrics = Metrics(store, ["asthma"])
    asked(store, 1)
    moved(store, 1, (State.WAITING, 1), (State.PREPARING, -3600), (State.WAITING, -7200))
    moved(store, 1, (State.FAILED, -7000), failure=Failure.CANCELLED)
    found = samples(metrics)
    assert min(found.values()) >= 0
    assert found["strongroom_job_seconds_sum", "cancelled", "asthma", "whole"] == 0


def test_a_project_that_policy_has_not_is_another(store):
    """So no name can be made up that isn't the custodian's, and series stay few."""
    metrics = Metrics(store, ["asthma"])
    for number in range(5):
        asked(store, number, f"canary{number}")
    text = metrics.text().decode()
    assert "canary" not in text
    assert samples(metrics)["strongroom_jobs", "other", "", "created"] == 5


def test_runners_are_counted_and_how_long_the_quietest_is_silent(store):
    now = [0.0]
    metrics = Metrics(store, [], monotonic=lambda: now[0])
    for name in ("one", "two", "three"):
        store.roll.join(Claim(name, "here"), at=NOON)
    store.roll.drain(Drain.FINISH, ["two", "three"])
    store.roll.safe_to_stop("three")
    found = samples(metrics)
    for standing in ("working", "draining", "safe_to_stop"):
        assert found["strongroom_runners", standing] == 1
    assert found[("strongroom_runner_quiet_seconds",)] == 0
    now[0] = 42.0
    store.roll.beat("one")
    assert samples(metrics)[("strongroom_runner_quiet_seconds",)] == 42
    for name in ("one", "two", "three"):
        store.roll.beat(name)
    assert samples(metrics)[("strongroom_runner_quiet_seconds",)] == 0


def test_answers_are_timed_by_operation_and_status(store):
    metrics = Metrics(store, [], lambda: True)
    metrics.answered(Answered("get", 200, 0.02))
    found = samples(metrics)
    assert found["strongroom_answer_seconds_sum", "get", "200"] == 0.02
    assert found[("strongroom_runner_listening",)] == 1


# The log


def lines() -> tuple[list[dict[str, object]], Log]:
    found: list[dict[str, object]] = []
    return found, Log(lambda line: found.append(json.loads(line)), lambda: NOON)


def test_a_line_is_json_with_time_level_event_and_ids():
    found, log = lines()
    log.tell(Level.INFO, Happened.JOB, job="abc-0001", state="failed", failure=None)
    assert found == [
        {
            "time": "2026-06-01T12:00:00.000+00:00",
            "level": "info",
            "event": "job",
            "job": "abc-0001",
            "state": "failed",
        }
    ]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_what_is_no_id_is_never_written_whatever_it_is_called(key):
    found, log = lines()
    for value in (CANARY, "two\nlines", "é", "a" * 101):
        log.tell(Level.INFO, Happened.JOB, **{key: value})
        assert found.pop()[key] == "?"


def test_a_key_that_is_not_one_of_the_logs_is_a_mistake():
    _, log = lines()
    with pytest.raises(ValueError, match="patient"):
        log.tell(Level.INFO, Happened.JOB, patient="1")


@pytest.mark.parametrize(
    "error", [RuntimeError(CANARY), PlatformError(CANARY, where=CANARY, remedy=CANARY)]
)
def test_trouble_is_logged_by_its_kind_and_place_alone(error):
    found, log = lines()
    with pytest.raises(type(error)) as caught:
        raise error
    log.trouble(caught.value)
    assert found[0]["kind"] == type(error).__name__
    assert str(found[0]["place"]).startswith("test_observing.py:")
    assert CANARY not in json.dumps(found)
    assert place_of(ValueError()) == "nowhere"


def test_an_answer_is_an_error_only_where_it_is_the_sites_fault():
    found, log = lines()
    for status in (200, 404, 503):
        log.answered(Answered("get", status, 0.01234))
    assert [line["level"] for line in found] == ["info", "info", "error"]
    assert found[0]["milliseconds"] == 12.3


# Strangers


def test_strangers_are_on_the_record_once_a_minute_with_their_number():
    recorded: list[int] = []
    now = [NOON]
    strangers = Strangers(recorded.append, lambda: now[0])
    for seconds in (0, 1, 2, 59, 60, 61, 130):
        now[0] = NOON + seconds * SECOND
        strangers.came()
    assert recorded == [1, 4, 2]
    now[0] = NOON - 3600 * SECOND  # the clock was set back
    strangers.came()
    assert recorded == [1, 4, 2, 1]


# Health


def test_a_site_is_ready_while_all_that_it_stands_on_holds():
    def breaks() -> bool:
        raise PlatformError(CANARY, where=CANARY, remedy=CANARY)

    def is_gone() -> bool:
        raise FileNotFoundError(CANARY)

    checks = {Check.STORE: lambda: True, Check.DISK: lambda: False}
    assert Health(checks).look() == (
        False,
        {"status": "unready", "store": "ok", "disk": "failing"},
    )
    assert Health({Check.STORE: breaks, Check.LEDGER: is_gone}).look() == (
        False,
        {"status": "unready", "store": "failing", "ledger": "failing"},
    )
    assert Health({Check.STORE: lambda: True}).look()[0]
