"""A browser that stays in this process: cookies, redirects and the forms of a page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx


@dataclass
class Page(HTMLParser):
    """What a page has: its text, its elements and its forms, in order."""

    code: int
    headers: httpx.Headers
    body: bytes
    address: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        if "html" in self.headers.get("content-type", ""):
            self.feed(self.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.elements.append((tag, told))
        if tag == "form":
            self.forms.append({"": told["action"] or ""})
        if tag in ("input", "textarea") and self.forms:
            self.forms[-1][told["name"] or ""] = told.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def form(self, action: str, **holds: str) -> dict[str, str]:
        """The fields of the first form that goes there and holds these."""
        for form in self.forms:
            if form[""] == action and holds.items() <= form.items():
                return dict(form)
        raise AssertionError(f"no form goes to {action}")


@dataclass
class Browser:
    """One person's browser, or with ``token`` one person's command line."""

    app: Any
    token: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    last: httpx.Response | None = None

    def get(self, address: str, **headers: str) -> Page:
        return self._go("GET", address, headers)

    def send(self, form: Mapping[str, str], **headers: str) -> Page:
        fields = {k: v for k, v in form.items() if k}
        return self._go("POST", form[""], headers, data=fields)

    def post(self, address: str, body: object = None, **headers: str) -> Page:
        how = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._go("POST", address, headers, **how)

    def sign_in(self, token: str) -> Page:
        return self.send({**self.get("/sign-in").form("/sign-in"), "token": token})

    def _go(self, verb: str, address: str, headers: dict[str, str], **how: Any) -> Page:
        sent = {k.replace("_", "-"): v for k, v in headers.items()}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        answer = asyncio.run(self._ask(verb, address, sent, how))
        self.last = answer
        self.cookies.update(answer.cookies)
        if answer.status_code == 303:
            return self._go("GET", answer.headers["location"], headers)
        return Page(answer.status_code, answer.headers, answer.content, address)

    async def _ask(
        self, verb: str, address: str, headers: Mapping[str, str], how: Mapping[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://site.test", cookies=self.cookies
        ) as client:
            return await client.request(verb, address, headers=headers, **how)
