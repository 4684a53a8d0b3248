"""Every check there is, by what it looks at. A test holds this against the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from output_checker.checks import (
    class_disclosure,
    days,
    derived,
    differencing,
    dominance,
    dummies,
    extremes,
    few_values,
    figure,
    identifiers,
    labels,
    levels,
    leverage,
    mislabelled,
    model_levels,
    model_means,
    opaque,
    percentiles,
    perfect_fit,
    printed_digits,
    protection,
    providers,
    rare_words,
    residual_degrees,
    row_level,
    saturated,
    shape,
    small_numbers,
    threshold,
    truth,
    unseen,
    words,
)
from output_checker.checks.subjects import Candidate, Opaque, Subject, Untrue, Verified
from output_checker.report import Finding, Verdict

Check = Callable[[Any], Iterable[Finding]]

CHECKS: Mapping[type, tuple[Check, ...]] = {
    Opaque: (
        opaque.check,
        mislabelled.check,
        unseen.check,
        shape.check,
        row_level.check,
        identifiers.check,
        rare_words.check,
        days.check,
        extremes.check,
        small_numbers.check,
    ),
    Untrue: (truth.check,),
    Candidate: (
        levels.check,
        few_values.check,
        words.check,
        derived.check,
        residual_degrees.check,
        model_levels.check,
        dummies.check,
        leverage.check,
        saturated.check,
        model_means.check,
        perfect_fit.check,
    ),
    Verified: (
        protection.check,
        class_disclosure.check,
        differencing.check,
        threshold.check,
        dominance.check,
        providers.check,
        percentiles.check,
        printed_digits.check,
        figure.check,
        labels.check,
    ),
}


def run(
    subject: Subject, checks: Mapping[type, tuple[Check, ...]] = CHECKS
) -> tuple[Finding, ...]:
    """What all checks of the subject's kind find, worst first."""
    found = [f for check in checks[type(subject)] for f in _asked(check, subject)]
    return tuple(sorted(found, key=lambda finding: -finding.verdict))


def broken(code: str) -> Finding:
    """The finding of a check that broke off: nobody knows what it would have found."""
    return Finding(
        check=code,
        verdict=Verdict.FAIL,
        reason="This check broke off before its end, so the output is refused.",
        remedy="Make the output smaller or plainer; if that doesn't help, tell the site's"
        " operator which study and commit it was.",
    )


def _asked(check: Check, subject: Subject) -> tuple[Finding, ...]:
    try:
        return tuple(check(subject))
    except Exception:  # noqa: BLE001 (what it says may quote a value)
        return (broken(check.__module__.rpartition(".")[2].replace("_", " ")),)
