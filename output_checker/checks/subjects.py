"""What a check is given: one output, as far as the checker understood it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from output_checker.claims.model import Levels
from output_checker.differencing.compared import Compared
from output_checker.policy import Policy
from output_checker.report import Table, Verification
from output_checker.suppress.primary import Cause
from output_checker.suppress.protect import Protected
from output_checker.verify.numbers import Recomputed


@dataclass(frozen=True)
class Opaque:
    """A file without a claim. ``head``: its first bytes, never repeated in a finding."""

    path: str
    head: bytes


@dataclass(frozen=True)
class Untrue:
    """A claim that wasn't borne out, or couldn't be recomputed; ``cells`` that differ."""

    path: str
    verification: Verification
    reason: str
    remedy: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A table whose claim is true, before anything is hidden of it."""

    found: Recomputed
    policy: Policy


@dataclass(frozen=True)
class Verified:
    """A table whose claim is true, with what is hidden of it.

    ``protected`` is None where no safe pattern was found, for the reason in ``refusal``;
    ``table``, what would leave, too. ``compared``: with other tables and earlier releases.
    """

    found: Recomputed
    causes: Mapping[Levels, Cause]
    protected: Protected | None
    policy: Policy
    compared: Compared
    refusal: str = ""
    table: Table | None = None


Subject = Opaque | Untrue | Candidate | Verified
