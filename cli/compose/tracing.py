"""Traces, where the usual variables of OpenTelemetry's ask for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from job_runner.errors import PlatformError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from job_runner.observing.spans import Tell

EXPORTERS = ("console", "otlp")


@contextmanager
def tracing(service: str, environment: Mapping[str, str]) -> Iterator[Tell | None]:
    """Whom to tell of spans, or None: by ``OTEL_TRACES_EXPORTER``, which is none, console
    or otlp. OpenTelemetry itself reads where to send them, and all else.

    Without that variable nothing of OpenTelemetry is imported. PlatformError for another
    exporter, or without the extra.
    """
    wanted = environment.get("OTEL_TRACES_EXPORTER", "none").strip().lower()
    if wanted in ("", "none") or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        yield None
        return
    if wanted not in EXPORTERS:
        raise _refused("it is none, console or otlp", "Set it to one of these.")
    try:
        from job_runner.observing.traces import Traces

        processor = _processor(wanted)
    except ImportError:
        remedy = "Install it: pip install 'strongroom[otel]'."
        raise _refused("OpenTelemetry isn't installed", remedy) from None
    traces = Traces(processor, environment.get("OTEL_SERVICE_NAME", service))
    try:
        yield traces.tell
    finally:
        traces.close()


def _processor(wanted: str) -> SpanProcessor:
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    if wanted == "console":
        return BatchSpanProcessor(ConsoleSpanExporter(out=sys.stdout))
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return BatchSpanProcessor(OTLPSpanExporter())


def _refused(problem: str, remedy: str) -> PlatformError:
    return PlatformError(
        f"traces can't be exported: {problem}",
        where="OTEL_TRACES_EXPORTER",
        remedy=remedy,
    )
