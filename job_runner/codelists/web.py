"""A file from an address, within bounds, and from nowhere that the address didn't say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from job_runner.codelists.content import MOST_BYTES
from job_runner.codelists.wrong import shown

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HERE = ("127.0.0.1", "::1", "localhost")


class NotHad(Exception):
    """What was asked for isn't there, or isn't given. Its text is for the author."""


@dataclass(frozen=True)
class Web:
    """``monotonic``: a clock; ``seconds``: how long one file may take, however it drips."""

    monotonic: Callable[[], float]
    seconds: float = 60.0

    def get(self, url: str) -> bytes:
        """The bytes at an address; it may lead on within its scheme. NotHad else."""
        until = self.monotonic() + self.seconds
        for _ in range(MOST_REDIRECTS + 1):
            found = self._asked(url, until)
            if isinstance(found, bytes):
                return found
            if urlsplit(found).scheme != urlsplit(url).scheme:
                said = "the address leads on to one of another kind"
                raise NotHad(f"{said}: {shown(found)}")
            url = found
        raise NotHad("the address leads from one to the next without end")

    def _asked(self, url: str, until: float) -> bytes | str:
        """What is there, or the address that it leads on to."""
        headers = {"Accept-Encoding": "identity", "User-Agent": "strongroom"}
        # No proxy knows the way to this machine.
        proxies = urlsplit(url).hostname not in HERE
        try:
            with (
                httpx.Client(timeout=10, trust_env=proxies, headers=headers) as client,
                client.stream("GET", url) as answer,
            ):
                if answer.status_code in REDIRECTS:
                    return urljoin(url, str(answer.headers.get("Location", "")))
                return self._body(answer, until)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NotHad(f"nobody answers there ({type(error).__name__})") from None

    def _body(self, answer: httpx.Response, until: float) -> bytes:
        if answer.status_code != 200:
            raise NotHad(f"the server says {answer.status_code}")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise NotHad("the server sends it packed, though it was asked not to")
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_raw():
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise NotHad(f"it has more than {MOST_BYTES // 1024**2} MB")
            if self.monotonic() > until:
                raise NotHad(f"it took more than {self.seconds:g} s")
        return b"".join(parts)
