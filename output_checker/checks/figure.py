"""A picture that can't be drawn of what is shown is told at once, not at release."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Verified
from output_checker.errors import ReleaseRefused
from output_checker.report import Finding, Verdict


def check(subject: Verified) -> Iterator[Finding]:
    """Tables without groups to draw, or with more than a picture holds."""
    if subject.table is None or subject.table.figure is None:
        return
    from output_checker import figures  # a drawing library, for those who need it

    try:
        figures.check(subject.table)
    except ReleaseRefused as refused:
        yield Finding(
            check="figure",
            verdict=Verdict.FAIL,
            reason=f"The picture can't be drawn: {refused.problem}.",
            remedy="Give it groups, fewer of them, or ask for no picture (figure=None).",
        )
