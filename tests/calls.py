"""Calls to a web application in this process, without a server or a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Caller:
    """Somebody who calls ``app``, sending these headers each time."""

    app: ASGIApp
    headers: Mapping[str, str] = field(default_factory=dict)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://site",
            headers=dict(self.headers),
            timeout=60,
        )

    def request(self, verb: str, path: str, **how: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            async with self.client() as client:
                return await client.request(verb, path, **how)

        return asyncio.run(call())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.request("POST", path, **how)
