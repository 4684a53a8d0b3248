"""Tokens by which people are known to a site. Only their hashes are ever stored."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

_FORM = re.compile(r"sr_[A-Za-z0-9_-]{43}")


def new_token(random_bytes: Callable[[int], bytes]) -> str:
    """``sr_`` and 43 characters: 256 random bits. Shown once, to the person it is for."""
    return "sr_" + base64.urlsafe_b64encode(random_bytes(32)).rstrip(b"=").decode()


def bearer(header: str | None) -> str | None:
    """The token in an ``Authorization`` header; None if there is none of ours."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not _FORM.fullmatch(token.strip()):
        return None
    return token.strip()
