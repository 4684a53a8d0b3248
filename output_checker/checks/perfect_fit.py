"""Where nothing is left unexplained, whoever knows somebody's terms knows the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict

NOTHING = 1e-6
"""Of the outcome's variance: its deviation from the model is a thousandth of its own."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Linear models that leave nothing of their outcome open."""
    refit = subject.found.refit
    if refit is not None and refit.unexplained < NOTHING:
        yield Finding(
            check="perfect fit",
            verdict=Verdict.FAIL,
            reason="The outcome follows from the terms: with these, everybody's is known.",
            remedy="Leave out terms that the outcome is computed from.",
            attack=(
                f"of the outcome's variance less than {NOTHING:f} is unexplained: whoever"
                " knows somebody's terms works their outcome out to a thousandth of what"
                " outcomes vary by",
            ),
        )
