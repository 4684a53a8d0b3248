"""A model of nearly as many coefficients as people tells of the people, not of the many.

Griffiths et al., "Handbook on Statistical Disclosure Control for Outputs" (Safe Data Access
Professionals, 2019), asks for ten residual degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict


def check(subject: Candidate) -> Iterator[Finding]:
    """Patients less coefficients, under the policy's residual degrees of freedom."""
    found, least = subject.found, subject.policy.residual_degrees_of_freedom
    if found.refit is None:
        return
    people, coefficients = found.count(()), len(found.refit.estimates)
    if people - coefficients < least:
        yield Finding(
            check="residual degrees",
            verdict=Verdict.FAIL,
            reason=f"The model has {coefficients} coefficients and fewer than {least}"
            " patients more than these.",
            remedy="Use fewer terms or wider groups, or a larger population.",
            attack=(
                f"{people} - {coefficients} = {people - coefficients} ({least} asked for):"
                f" each coefficient is an equation, so whoever knows the terms of all, and"
                f" the outcomes of {max(0, people - coefficients)}, works out the other"
                f" {min(people, coefficients)}",
            ),
        )
