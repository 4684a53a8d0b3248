"""Spans as OpenTelemetry has them. Needs the extra ``strongroom[otel]``, and is imported
only where traces are asked for.

Server and runner are processes of their own that never talk about a trace: its id follows
from the request's, and each span's from its key, so what they tell comes together.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

from job_runner.jobs.job import State
from job_runner.observing.spans import Spanned


class Traces:
    """Gives each span to ``processor``, which exports it."""

    def __init__(self, processor: SpanProcessor, service: str) -> None:
        self._processor = processor
        self._resource = Resource.create({"service.name": service})

    def tell(self, one: Spanned) -> None:
        """Exports it, soon."""
        attributes = {"strongroom.request": one.request}
        if one.job is not None:
            attributes["strongroom.job"] = one.job
        if one.outcome is not None:
            attributes["strongroom.outcome"] = one.outcome
        self._processor.on_end(
            ReadableSpan(
                f"strongroom {one.name}",
                context=_context(one.request, one.key),
                parent=_context(one.request, one.parent) if one.parent else None,
                resource=self._resource,
                attributes=attributes,
                status=_status(one.outcome),
                start_time=_nanoseconds(one.began),
                end_time=_nanoseconds(one.ended),
            )
        )

    def close(self) -> None:
        """Exports what hasn't been yet."""
        self._processor.shutdown()


def _context(request: str, key: str) -> SpanContext:
    return SpanContext(
        trace_id=_digest(f"request:{request}", 16),
        span_id=_digest(key, 8),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _digest(text: str, size: int) -> int:
    """Never 0, which would be no id."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size]) or 1


def _status(outcome: str | None) -> Status:
    if outcome is None:
        return Status(StatusCode.UNSET)
    good = outcome == State.SUCCEEDED.value
    return Status(StatusCode.OK if good else StatusCode.ERROR)


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000
