"""A mapping against a live database: to come in the next step."""

from __future__ import annotations

from typing import Any


class Report: ...


def check(*parts: Any) -> Report:
    raise NotImplementedError
