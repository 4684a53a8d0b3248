"""Whatever fails at a site, no value of a person's is in any byte that leaves it, nor in
what its operator's tools are told."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cli.compose import logging_to
from cohort_dsl.errors import WarehouseError
from job_runner.errors import PlatformError
from job_runner.observing.log import Log
from job_runner.observing.metrics import Metrics
from job_runner.observing.spans import JobSpans, Spanned
from job_runner.observing.traces import Traces
from job_runner.server.api import Answered, Api
from job_runner.server.changes import Changes
from job_runner.server.operations import OPERATIONS, application
from job_runner.server.tokens import new_token
from job_runner.site.people import Role
from tests.a_site import Inside, Site, an_engine
from tests.a_study import a_commit
from tests.calls import Caller
from tests.listening import listening_to

CANARY = "canary-8675309"


def leaky(inside: Inside) -> int:
    inside.say(f"{CANARY}\n".encode())
    inside.write(f"output/{CANARY}.csv", CANARY.encode())
    return 1


@dataclass
class Watched:
    """A site that is asked, logged, measured and traced; everything that was told."""

    site: Site
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        site, self.token = self.site, new_token(os.urandom)
        site.store.add_person("olga", list(Role), self.token, at=site.clock())
        self.log = Log(self.told.append, site.clock)
        self.metrics = Metrics(site.store, ["asthma"])
        exporter = InMemorySpanExporter()
        self.exported, self.traces = exporter, Traces(SimpleSpanProcessor(exporter), "x")
        self.app = application(
            Api(
                site.admission,
                site.store,
                Changes(),
                site.clock,
                metrics=self.metrics.text,
                trouble=self.log.trouble,
                answered=self.answered,
                spanned=self.traces.tell,
            ),
            heartbeat=0.01,
        )
        self.by = Caller(self.app, {"authorization": f"Bearer {self.token}"})

    def answered(self, one: Answered) -> None:
        self.log.answered(one)
        self.metrics.answered(one)

    def submitted(self) -> None:
        body = {"repository": str(self.site.origin), "commit": self.site.head}
        answer = self.by.post("/api/requests", json={**body, "actions": ["describe"]})
        self.told.append(answer.text + str(answer.headers))

    def run(self) -> None:
        """All jobs, each of their moves logged and traced."""
        before = len(self.site.told)
        self.site.run()
        spans = JobSpans(self.traces.tell, self.site.clock)
        for one in self.site.told[before:]:
            logging_to.told(self.log, one)
            spans.moved(one.job)

    def ask_all(self) -> None:
        """Every call that only looks, of every request; and all events."""
        ids = [request.id for request in self.site.store.requests()]
        looks = [one.path for one in OPERATIONS if one.method == "GET"]
        for path in {path.replace("{id}", i) for path in looks for i in ids}:
            if not path.endswith("/events"):
                answer = self.by.get(path)
                self.told.append(answer.text + str(answer.headers))
        asyncio.run(self._listen())
        self.told += [span.to_json() for span in self.exported.get_finished_spans()]

    async def _listen(self) -> None:
        path = "/api/events?after=0"
        async with listening_to(self.app, path, self.by.headers) as heard:
            while not (one := await heard.next()).startswith(": nothing"):
                self.told.append(one)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(Site(tmp_path, an_engine(describe=leaky), attempts=1))


def test_no_value_is_in_any_answer_event_number_log_or_trace(watched):
    site = watched.site
    watched.submitted()
    watched.run()
    site.source.breaks += [
        PlatformError(CANARY, where=CANARY, remedy=CANARY),
        WarehouseError(CANARY, where=CANARY, remedy=CANARY),
    ]
    for number in range(2):
        definition = (site.origin / "analysis/dataset.py").read_text()
        a_commit(site.origin, {"analysis/dataset.py": f"{definition}\n# {number}\n"})
        watched.submitted()
        watched.run()
    a_commit(site.origin, {"analysis/dataset.py": f"raise Exception('{CANARY}')"})
    watched.submitted()
    watched.run()
    watched.ask_all()
    whole = "\n".join(watched.told)
    assert CANARY not in whole
    for word in ("nonzero_exit", "definition_error", "strongroom_jobs{", '"event": "job"'):
        assert word in whole
    assert '"strongroom.outcome": "nonzero_exit"' in whole


def test_a_mistake_of_the_servers_own_is_told_and_logged_without_its_text(watched):
    def breaks(kind: str, body: object, who: str) -> None:
        raise RuntimeError(CANARY)

    admission = replace(
        watched.site.admission, desk=replace(watched.site.desk, record=breaks)
    )
    api = Api(admission, watched.site.store, Changes(), watched.site.clock)
    watched.by = Caller(
        application(replace(api, trouble=watched.log.trouble)), watched.by.headers
    )
    watched.submitted()
    whole = "\n".join(watched.told)
    assert CANARY not in whole
    assert '"kind": "RuntimeError"' in whole


def test_the_canary_would_be_seen_where_it_may_be(watched):
    """In what stays at the site: so the other tests look for what is there."""
    watched.submitted()
    watched.run()
    assert CANARY in watched.site.workspace.log_path("describe").read_text()


def test_a_span_has_no_room_for_more_than_ids_and_words():
    assert set(Spanned.__dataclass_fields__) == {
        *("name", "request", "key", "parent", "began", "ended", "job", "outcome")
    }
