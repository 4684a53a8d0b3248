"""The people a site knows, and what each may do there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(Enum):
    """What a person is to a site. The value is what commands and pages say."""

    RESEARCHER = "researcher"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Person:
    """Somebody with a token. ``expires`` is when it stops working, if ever."""

    name: str
    roles: frozenset[Role]
    expires: datetime | None = None
    revoked: bool = False
