"""What a check is given: one output, as far as the checker understood it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from output_checker.claims.model import Levels
from output_checker.differencing.compared import Compared
from output_checker.opaque.content import Kind
from output_checker.opaque.layout import Rows
from output_checker.opaque.scan import Scan
from output_checker.policy import Policy
from output_checker.report import Form, Rewritten, Table, Verification
from output_checker.suppress.primary import Cause
from output_checker.suppress.protect import Protected
from output_checker.verify.numbers import Numbers, Recomputed


@dataclass(frozen=True)
class Opaque:
    """A file without a claim. Nothing that stands in it is ever repeated in a finding.

    ``kind``: by its bytes. ``form``: what it could leave as, if anything. ``unseen``,
    ``unfit``: why it can't be read as text, or written anew. ``rows``: its cells, or its
    lines. ``scans``: against each cohort of the study; None where one can't be opened.
    ``rewritten``: all that would leave.
    """

    path: str
    kind: Kind
    policy: Policy
    form: Form | None = None
    unseen: str = ""
    unfit: str = ""
    rows: Rows = field(default=(), repr=False)
    scans: tuple[Scan, ...] | None = ()
    rewritten: Rewritten | None = None

    @property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """The cells below the first line, column by column."""
        return tuple(zip(*self.rows[1:], strict=True))

    @property
    def people(self) -> int:
        """Of the largest cohort that its words were looked up in; 0 if none was."""
        return max((scan.people for scan in self.scans or ()), default=0)


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
    ``nearly``: by another table's measured column, cells where few make the difference,
    with these differences.
    """

    found: Recomputed
    causes: Mapping[Levels, Cause]
    protected: Protected | None
    policy: Policy
    compared: Compared
    refusal: str = ""
    table: Table | None = None
    nearly: Mapping[str, Mapping[Levels, Numbers]] = field(default_factory=dict)


Subject = Opaque | Untrue | Candidate | Verified
