"""The people a site knows, and what each may do there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

LONGEST_NAME = 100

NOBODYS = frozenset({"the operator", "the runner", "the site", "nobody known"})
"""What the ledger calls who isn't a person; no person may be taken for them."""


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


def why_no_name(name: str) -> str | None:
    """Why nobody may be called so: names stand on the record, in lists and on pages, where
    each must look like itself and like no other. None if somebody may."""
    if not 0 < len(name) <= LONGEST_NAME:
        return f"it hasn't 1 to {LONGEST_NAME} characters"
    if not all(map(_shows, name)):
        return "it has a character that doesn't show, or turns others round"
    if name != " ".join(name.split()):
        return "it has blanks before, after, or two together"
    if likeness(name) in NOBODYS:
        return "the record has it for what is no person"
    return None


def likeness(name: str) -> str:
    """Alike for two names that people would take for one."""
    return unicodedata.normalize("NFKC", name).casefold()


def _shows(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] in "LMNPS"
