"""An application whose every answer is held against its own description.

``python -m tests.described`` writes the description anew, to docs/openapi.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cli.compose import describing

PAGE = Path(__file__).parents[1] / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(json.dumps(describing.document()))


def described(app: Starlette) -> ASGIApp:
    """The same; AssertionError where it answers what its description doesn't have."""

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        operation = operation_of(app, scope)
        status, body = 0, b""

        async def seen(message: Message) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                body += message.get("body", b"")
                if not message.get("more_body") and operation is not None:
                    demand_described(operation, status, body)
            await send(message)

        await app(scope, receive, seen)

    return watched


def operation_of(app: Starlette, scope: Scope) -> dict[str, Any] | None:
    """What the description says of such a call; None for one that no route takes."""
    for route in app.routes:
        if route.matches(scope)[0] is Match.FULL:
            path: str = route.path  # type: ignore[attr-defined]
            found: dict[str, Any] = DOCUMENT["paths"][path][scope["method"].lower()]
            return found
    return None


def demand_described(operation: dict[str, Any], status: int, body: bytes) -> None:
    """The status is one that it may have, and the body what that status tells."""
    name = operation["operationId"]
    assert str(status) in operation["responses"], f"{name} isn't said to answer {status}"
    content = operation["responses"][str(status)].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema and (body, status) != (b"", 400):  # of a caller who left, nobody reads it
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(whole).validate(json.loads(body))


def printed() -> str:
    """The page, as it should be."""
    return json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(printed(), encoding="utf-8")
