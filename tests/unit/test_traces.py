"""What took how long is told to OpenTelemetry as one trace a request, if anybody asks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cli.compose.tracing import tracing
from job_runner.errors import PlatformError
from job_runner.jobs.job import Failure, State, moved
from job_runner.observing.spans import JobSpans, Spanned, submission
from job_runner.observing.traces import Traces
from tests.a_site import Site
from tests.jobs_made import a_job

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Told:
    """A clock that stands where it is put, and what is told."""

    def __init__(self) -> None:
        self.now, self.spans = NOON, list[Spanned]()
        self.jobs = JobSpans(self.spans.append, lambda: self.now)

    def later(self, seconds: float) -> None:
        self.now += seconds * SECOND

    def by_name(self) -> dict[str, Spanned]:
        return {span.name: span for span in self.spans}


def exported(spans: list[Spanned]) -> Mapping[str, ReadableSpan]:
    exporter = InMemorySpanExporter()
    traces = Traces(SimpleSpanProcessor(exporter), "strongroom-test")
    for span in spans:
        traces.tell(span)
    traces.close()
    return {
        span.name.removeprefix("strongroom "): span for span in exporter._finished_spans
    }


def carried(told: Told, *, failure: Failure | None = None) -> None:
    """A job through its stages, with an extraction that tells of itself."""
    job = a_job()
    for state in (State.WAITING, State.PREPARING):
        job = moved(job, state)
        told.jobs.moved(job)
        told.later(2)
    with told.jobs.hearing() as heard:
        for word, rows in (("asking", 1), ("asking", 2), ("reading rows", 1987)):
            heard((word, rows, None))
            told.later(3)
    end = State.FAILED if failure else State.EXECUTING
    told.jobs.moved(moved(job, end, failure=failure))


def test_stages_of_a_job_and_steps_of_its_extraction_are_spans():
    told = Told()
    carried(told, failure=Failure.WAREHOUSE_ERROR)
    spans = told.by_name()
    assert {name: (s.ended - s.began) / SECOND for name, s in spans.items()} == {
        "waiting": 2,
        "preparing": 11,
        "asking": 6,
        "reading rows": 3,
        "job": (spans["job"].ended - a_job().created_at) / SECOND,
    }
    assert spans["asking"].parent == spans["preparing"].key
    assert spans["preparing"].parent == spans["job"].key
    assert spans["job"].outcome == "warehouse_error"
    assert len({span.key for span in told.spans}) == len(told.spans)


def test_a_job_that_is_told_nothing_of_is_no_reason_to_fail():
    told = Told()
    with told.jobs.hearing() as heard:
        heard(("asking", 1, 2))
    assert told.spans == []


def test_an_extraction_that_tells_of_no_step_has_none():
    """It was too quick, or it broke before the first."""
    told, job = Told(), a_job()
    for state in (State.WAITING, State.PREPARING):
        told.jobs.moved(job := moved(job, state))
    with told.jobs.hearing():
        pass
    assert [span.name for span in told.spans] == ["waiting"]


def test_a_clock_that_was_set_back_makes_no_span_end_before_it_began():
    told = Told()
    job = moved(a_job(), State.WAITING)
    told.jobs.moved(job)
    told.later(-3600)
    told.jobs.moved(moved(job, State.FAILED, failure=Failure.CANCELLED))
    assert all(span.ended >= span.began for span in told.spans)


def test_server_and_runner_tell_one_trace_though_they_never_met():
    told = Told()
    carried(told, failure=Failure.TIMEOUT)
    runners = exported(told.spans)
    (servers,) = exported([submission(a_job().request_id, NOON, NOON + SECOND)]).values()
    assert {span.context.trace_id for span in runners.values()} == {
        servers.context.trace_id
    }
    assert runners["job"].parent.span_id == servers.context.span_id
    assert servers.parent is None
    assert runners["asking"].parent.span_id == runners["preparing"].context.span_id
    assert not runners["job"].status.is_ok
    assert runners["job"].resource.attributes["service.name"] == "strongroom-test"
    assert servers.end_time - servers.start_time == 1_000_000_000


def test_numbers_of_rows_are_in_no_span():
    told = Told()
    carried(told)
    text = json.dumps([span.to_json() for span in exported(told.spans).values()])
    assert "1987" not in text


def test_a_sites_jobs_succeed_as_ok(tmp_path):
    told, site = Told(), Site(tmp_path)
    request = site.submit("extract")
    site.run()
    for one in site.told:
        told.jobs.moved(one.job)
    spans = exported(told.spans)
    assert spans["job"].attributes["strongroom.request"] == request.id
    assert spans["job"].status.is_ok


# Whether they are asked for


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_TRACES_EXPORTER": "none"},
     {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}],
)  # fmt: skip
def test_nobody_is_told_unless_asked(environment):
    with tracing("strongroom", environment) as tell:
        assert tell is None


def test_an_exporter_that_is_not_known_is_refused():
    with (
        pytest.raises(PlatformError, match="none, console or otlp"),
        tracing("strongroom", {"OTEL_TRACES_EXPORTER": "zipkin"}),
    ):
        pass


def test_the_console_shows_them(capsys):
    with tracing("strongroom", {"OTEL_TRACES_EXPORTER": "console"}) as tell:
        assert tell is not None
        tell(submission("abc", NOON, NOON + SECOND))
    assert '"strongroom.request": "abc"' in capsys.readouterr().out


def test_they_are_sent_where_the_usual_variables_say(monkeypatch):
    came: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with tracing("strongroom", {"OTEL_TRACES_EXPORTER": "otlp"}) as tell:
            assert tell is not None
            tell(submission("abc", NOON, NOON + SECOND))
        thread.join(10)
    assert b"strongroom request" in came[0]


def test_without_the_extra_that_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "job_runner.observing.traces", None)
    with (
        pytest.raises(PlatformError, match="isn't installed") as caught,
        tracing("strongroom", {"OTEL_TRACES_EXPORTER": "console"}),
    ):
        pass
    assert "strongroom[otel]" in caught.value.remedy


def test_where_nobody_asks_nothing_of_it_is_imported():
    code = (
        "import sys, cli.compose.serving, cli.compose.running, cli.compose.tracing as t\n"
        "with t.tracing('x', {}): pass\n"
        "print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout == "[]\n", ran.stderr
