"""The form of all that is sent and told, as JSON Schema; its lists are the code's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from cohort_dsl.mappings import description
from cohort_dsl.mappings.demanding import State as Served
from job_runner.jobs.job import Failure, Kind, State, WaitingFor
from job_runner.requests import signed
from job_runner.requests.request import Progress
from job_runner.server.health import Check

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
WHOLE: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}


def words(of: Iterable[Enum]) -> Schema:
    """One word of a fixed list."""
    return {"type": "string", "enum": [word.value for word in of]}


def or_nothing(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def closed(properties: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    """An object with these keys and no others."""
    required = [key for key in properties if key not in set(optional)]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def named(name: str) -> Schema:
    """The schema of that name in ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


_NAME = {
    "id": TEXT,
    "project": TEXT,
    "repository": TEXT,
    "commit": TEXT,
    "actions": TEXTS,
    "submitted_at": TIME,
    "submitted_by": TEXT,
    "state": words(Progress),
}

_STANDING = {
    "state": words(State),
    "waiting_for": or_nothing(words(WaitingFor)),
    "failure": or_nothing(words(Failure)),
}

_SERVED = {
    "state": words(Served),
    "problem": TEXT,
    "declare": TEXT,
}

_COLUMN = closed(
    {
        "column": TEXT,
        **_SERVED,
        "filled": TEXT,
        "categories": or_nothing(TEXTS),
        "vocabularies": or_nothing(TEXTS),
    }
)

_TABLE = closed(
    {
        "table": TEXT,
        **_SERVED,
        "patients": or_nothing(WHOLE),
        "years": {"type": "object", "additionalProperties": or_nothing(WHOLE)},
        "columns": {"type": "array", "items": _COLUMN},
    }
)

_ERROR = {"where": TEXT, "problem": TEXT, "remedy": TEXT}

SCHEMAS: Mapping[str, Schema] = {
    "SignedSubmission": closed({"signed": TEXT, "signature": TEXT}),
    "Submission": closed(
        {"repository": TEXT, "commit": TEXT, "actions": TEXTS, "project": TEXT},
        optional=["project"],
    ),
    "Sent": {"oneOf": [named("SignedSubmission"), named("Submission")]},
    "Nothing": closed({}),
    "Site": closed(
        {
            "site": TEXT,
            "person": TEXT,
            "signatures": {"type": "string", "enum": ["required", "optional"]},
            "format": {"type": "string", "const": signed.FORMAT},
            "version": {"type": "integer", "const": signed.VERSION},
        }
    ),
    "Warehouse": closed(
        {
            "format": {"type": "string", "const": description.FORMAT},
            "version": {"type": "integer", "const": description.VERSION},
            "site": TEXT,
            "mapping": TEXT,
            "described": {"type": "string", "format": "date"},
            "rule": TEXT,
            "opposition": {"type": "boolean"},
            "tables": {"type": "array", "items": _TABLE},
        }
    ),
    "Job": closed(
        {
            "id": TEXT,
            "action": TEXT,
            "kind": words(Kind),
            "needs": TEXTS,
            **_STANDING,
            "attempts": WHOLE,
            "cancel_asked": {"type": "boolean"},
        }
    ),
    "Request": closed(
        {**_NAME, "sequence": WHOLE, "jobs": {"type": "array", "items": named("Job")}}
    ),
    "Brief": closed(_NAME),
    "Requests": closed({"requests": {"type": "array", "items": named("Brief")}}),
    "Event": closed(
        {
            "request": TEXT,
            "job": TEXT,
            "at": TIME,
            "happened": {"type": "string", "enum": ["created", "moved", "cancel_asked"]},
            **_STANDING,
        }
    ),
    "Health": closed(
        {
            "status": {"type": "string", "enum": ["ok", "unready"]},
            **{c.value: {"type": "string", "enum": ["ok", "failing"]} for c in Check},
            "version": TEXT,
            "runner": {"type": "string", "enum": ["listening", "not_listening"]},
        },
        optional=[*(check.value for check in Check), "version", "runner"],
    ),
    "Error": closed(
        {
            "error": TEXT,
            **_ERROR,
            "errors": {"type": "array", "items": closed(_ERROR)},
        },
        optional=["errors"],
    ),
}
