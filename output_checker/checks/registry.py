"""Every check there is, by what it looks at. A test holds this against the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from output_checker.checks import (
    class_disclosure,
    derived,
    differencing,
    dominance,
    few_values,
    levels,
    opaque,
    percentiles,
    printed_digits,
    protection,
    providers,
    threshold,
    truth,
    words,
)
from output_checker.checks.subjects import Candidate, Opaque, Subject, Untrue, Verified
from output_checker.report import Finding

Check = Callable[[Any], Iterable[Finding]]

CHECKS: Mapping[type, tuple[Check, ...]] = {
    Opaque: (opaque.check,),
    Untrue: (truth.check,),
    Candidate: (levels.check, few_values.check, words.check, derived.check),
    Verified: (
        protection.check,
        class_disclosure.check,
        differencing.check,
        threshold.check,
        dominance.check,
        providers.check,
        percentiles.check,
        printed_digits.check,
    ),
}


def run(subject: Subject) -> tuple[Finding, ...]:
    """What all checks of the subject's kind find, worst first."""
    found = [finding for check in CHECKS[type(subject)] for finding in check(subject)]
    return tuple(sorted(found, key=lambda finding: -finding.verdict))
