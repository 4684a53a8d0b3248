"""Who is signed in at the pages: a signed cookie names a session that is kept here.

The token stays in this process, so taking it away from somebody ends their session at the
next click, and a restart asks everybody to sign in again.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LASTS = timedelta(hours=8)
MOST = 1000


@dataclass(frozen=True)
class Sessions:
    """``key`` signs cookies and forms; ``new_secret`` gives names that nobody guesses."""

    key: bytes = field(repr=False)
    clock: Callable[[], datetime]
    new_secret: Callable[[], str]
    _open: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def fresh(self) -> str:
        """A cookie for somebody who isn't signed in yet, so that their form is theirs."""
        name = self.new_secret()
        return f"{name}.{self._sign('session', name)}"

    def open(self, token: str) -> str:
        """A cookie for somebody whose token is known."""
        cookie = self.fresh()
        with self._lock:
            self._sweep()
            self._open[self._name(cookie) or ""] = (token, self.clock() + LASTS)
        return cookie

    def token(self, cookie: str | None) -> str | None:
        """The token behind a cookie; None if it isn't ours, or its time is up."""
        token, until = self._open.get(self._name(cookie) or "", ("", None))
        return token if until is not None and self.clock() < until else None

    def close(self, cookie: str | None) -> None:
        """Signs out."""
        with self._lock:
            self._open.pop(self._name(cookie) or "", None)

    def form_token(self, cookie: str | None) -> str:
        """What a form of this session carries, and no other page can know."""
        return self._sign("form", self._name(cookie) or "")

    def is_form_token(self, cookie: str | None, given: str) -> bool:
        """Whether a form was made for this session."""
        known = self._name(cookie) is not None
        right = self.form_token(cookie)
        return known and hmac.compare_digest(right.encode(), given.encode())

    def is_ours(self, cookie: str | None) -> bool:
        """Whether this site signed the cookie."""
        return self._name(cookie) is not None

    def _name(self, cookie: str | None) -> str | None:
        name, _, signature = (cookie or "").rpartition(".")
        right = self._sign("session", name)
        return name if hmac.compare_digest(right.encode(), signature.encode()) else None

    def _sign(self, purpose: str, name: str) -> str:
        message = f"{purpose}:{name}".encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()

    def _sweep(self) -> None:
        now = self.clock()
        for name in [n for n, (_, until) in self._open.items() if until <= now]:
            del self._open[name]
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
