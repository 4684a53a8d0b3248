"""A smallest or largest value is one person's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Form, Verdict

WORDS = frozenset(
    (
        "min", "max", "minimum", "maximum", "minima", "maxima", "smallest", "largest",
        "lowest", "highest", "oldest", "youngest", "earliest", "longest", "shortest",
        "mini", "maxi", "kleinste", "größte", "mínimo", "máximo",
    )
)  # fmt: skip


def check(subject: Opaque) -> Iterator[Finding]:
    """Words for extremes: refused in a table, for people to judge in a text."""
    said = (word for row in subject.rows for cell in row for word in _words(cell))
    if WORDS.isdisjoint(said):
        return
    yield Finding(
        check="extremes",
        verdict=Verdict.FAIL if subject.form is Form.TABLE else Verdict.REVIEW,
        reason="It speaks of a smallest or a largest value, which is one person's own.",
        remedy="Give percentiles that leave enough people on both sides.",
        attack=(
            f"1 patient has it ({subject.policy.threshold} asked for): whoever knows who"
            " that is, as the oldest or the one who stayed longest, knows the number",
        ),
    )


def _words(cell: str) -> list[str]:
    return re.split(r"[\W\d_]+", cell.lower())
