"""Somebody who listens to an event stream of an application in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass
class Listener:
    """What has come so far, and what comes next."""

    status: int = 0
    told: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def next(self) -> str:
        """The next thing that comes, within ten seconds; empty at the end."""
        return await asyncio.wait_for(self.told.get(), 10)

    async def events(self, count: int) -> list[tuple[int, dict[str, Any]]]:
        """The next events with their numbers; what isn't an event is passed over."""
        found: list[tuple[int, dict[str, Any]]] = []
        while len(found) < count:
            lines = (await self.next()).splitlines()
            fields = dict(line.split(": ", 1) for line in lines if ": " in line)
            assert lines, "the stream ended"
            if fields.get("event") == "job":
                found.append((int(fields["id"]), json.loads(fields["data"])))
        return found


@asynccontextmanager
async def listening_to(
    app: ASGIApp, path: str, headers: Mapping[str, str]
) -> AsyncIterator[Listener]:
    """Listens until the block ends, then leaves as a browser does."""
    listener = Listener()
    before, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": before,
        "raw_path": before.encode(),
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }

    async def receive() -> Message:
        await listener.left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        listener.status = message.get("status", listener.status)
        if message["type"] == "http.response.body":
            listener.told.put_nowait(message.get("body", b"").decode())

    task = asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]
    try:
        yield listener
    finally:
        listener.left.set()
        await asyncio.wait_for(task, 10)
