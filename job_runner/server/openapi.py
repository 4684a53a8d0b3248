"""The API described for machines, as OpenAPI has it: made of the table of operations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from job_runner.server.schemas import SCHEMAS, Schema, named

if TYPE_CHECKING:
    from job_runner.server.operations import Operation

FORM = "3.1.0"
VERSION = "1"
"""Of the API: another one where a caller of this one wouldn't understand an answer."""

_ABOUT = (
    "Requests to run actions of a study, and how they are. A request is signed with its "
    "submitter's SSH key; a token is for looking. Nothing but ids and words of fixed lists "
    "is ever told, and what the custodian published of the warehouse: no log, no error's "
    "text, no row."
)


def document(
    operations: Iterable[Operation], more: Mapping[str, Schema] | None = None
) -> dict[str, object]:
    """The whole description. ``more``: schemas beside those that requests have."""
    schemas = {**SCHEMAS, **(more or {})}
    paths: dict[str, dict[str, object]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": FORM,
        "info": {"title": "Strongroom", "version": VERSION, "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation, schemas: Collection[str]) -> dict[str, object]:
    answers = {str(status): _answer(one, status, schemas) for status in one.answers}
    refusals = {str(s): _refusal(s) for s in one.refused if s not in one.answers}
    told: dict[str, object] = {
        "operationId": one.name,
        "summary": one.summary,
        "security": [{"token": []}] if one.token else [],
        "responses": dict(sorted({**answers, **refusals}.items())),
    }
    if parameters := [*_in_path(one.path), *map(_in_query, one.query)]:
        told["parameters"] = parameters
    if one.body:
        told["requestBody"] = {
            "required": one.body != "Nothing",
            "content": {"application/json": {"schema": named(one.body)}},
        }
    return told


def _answer(one: Operation, status: int, schemas: Collection[str]) -> Mapping[str, object]:
    if status == 204:
        return {"description": "Nothing more can come."}
    if one.schema in schemas:
        content: Mapping[str, object] = {
            "application/json": {"schema": named(one.schema)},
        }
    else:
        content = {one.schema: {}}
    return {"description": "As asked." if status < 300 else "Not now.", "content": content}


def _refusal(status: int) -> Mapping[str, object]:
    return {
        "description": "Place, problem and remedy."
        if status < 500
        else "The site's fault.",
        "content": {"application/json": {"schema": named("Error")}},
    }


def _in_path(path: str) -> list[Mapping[str, object]]:
    names = re.findall(r"{(\w+)}", path)
    if not names:
        return []
    return [_parameter(name, "path", required=True) for name in names]


def _in_query(name: str) -> Mapping[str, object]:
    return _parameter(name, "query", required=False)


def _parameter(name: str, where: str, *, required: bool) -> Mapping[str, object]:
    return {"name": name, "in": where, "required": required, "schema": {"type": "string"}}
