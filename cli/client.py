"""Talk to a site's server: one function for each verb, errors retold as our own kinds."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
import httpx

from cohort_dsl.errors import StrongroomError
from job_runner.errors import PlatformError, ProjectError, RequestRefused
from output_checker.errors import CheckerError, ClaimError, PolicyError, ReleaseRefused

KINDS: Mapping[str, type[StrongroomError] | type[CheckerError]] = {
    kind.__name__: kind
    for kind in (RequestRefused, ProjectError, ClaimError, PolicyError, ReleaseRefused)
}

HERE = ("127.0.0.1", "::1", "localhost")
TOKEN = re.compile(r"[!-~]{1,200}")
"""One word, as a header can carry it."""

F = TypeVar("F")


@dataclass(frozen=True)
class Client:
    """A site's address and the caller's token; the token never shows in a repr."""

    server: str
    token: str = field(repr=False)

    def get(self, path: str, *, wait: float = 0, after: str = "") -> Any:
        """The JSON at a path; up to ``wait`` seconds later, if it is ``after`` still."""
        query = {"wait": wait, "after": after} if wait else {}
        return self._ask("GET", path, params=query, timeout=30 + wait)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Send JSON, get JSON."""
        return self._ask("POST", path, json=dict(body), timeout=120)

    def _ask(self, verb: str, path: str, **how: Any) -> Any:
        how["headers"] = {"Authorization": f"Bearer {self.token}"}
        try:
            how |= {"trust_env": self._is_elsewhere, "verify": self._trusted}
            answer = httpx.request(verb, f"{self.server}{path}", **how)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise PlatformError(
                "no server answers there",
                where=self.server,
                remedy="Is the site up (strongroom serve)? Is --server right?",
            ) from None
        return _understood(answer)

    @property
    def _is_elsewhere(self) -> bool:
        """No proxy knows the way to this machine."""
        return urlsplit(self.server).hostname not in HERE

    @cached_property
    def _trusted(self) -> ssl.SSLContext | bool:
        """Whose certificates count. Read once, which takes longer than most answers do;
        never where nothing is encrypted."""
        if urlsplit(self.server).scheme != "https":
            return False
        return httpx.create_ssl_context(trust_env=self._is_elsewhere)


def _understood(answer: httpx.Response) -> Any:
    try:
        told = answer.json()
        if answer.is_success:
            return told
        usual = RequestRefused if answer.is_client_error else PlatformError
        kind = KINDS.get(told["error"], usual)
        raise kind(told["problem"], where=told["where"], remedy=told["remedy"])
    except (ValueError, KeyError, TypeError):
        pass
    raise PlatformError(
        f"the server answered {answer.status_code}, and not as a site does",
        where=str(answer.request.url),
        remedy="Is --server right? If so, try again, or tell the site's custodian.",
    )


def connection(command: F) -> F:
    """The options that every command towards a site has."""
    server = click.option(
        "--server",
        envvar="STRONGROOM_SERVER",
        default="http://127.0.0.1:8750",
        show_default=True,
        show_envvar=True,
        help="The site's address.",
    )
    token = click.option(
        "--token-file",
        envvar="STRONGROOM_TOKEN_FILE",
        required=True,
        show_envvar=True,
        type=click.Path(path_type=Path),
        help="A file that holds your token.",
    )
    return server(token(command))  # type: ignore[type-var]  # click's decorators keep the type


def connect(server: str, token_file: Path) -> Client:
    """A client with the token read from its file."""
    try:
        token = token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not TOKEN.fullmatch(token):
        raise RequestRefused(
            "no token can be read from this file",
            where=str(token_file),
            remedy="Give the file that the site's custodian made for you (--token-file).",
        )
    return Client(server.rstrip("/"), token)
