"""A column in which few people differ from all others is about these few.

A number that is 1 for one person and 0 for all others makes a coefficient of what this
person's outcome differs from the others'.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict
from output_checker.suppress.told import patients


def check(subject: Candidate) -> Iterator[Finding]:
    """Terms that are numbers, of which all but a few people have the same."""
    found, least = subject.found, subject.policy.threshold
    if found.refit is None:
        return
    few = {name: n for name, n in found.refit.others.items() if n < least}
    if few:
        yield Finding(
            check="dummies",
            verdict=Verdict.FAIL,
            reason=f"In some columns of the model fewer than {least} patients differ from"
            " all others, so their coefficients are about these few.",
            remedy="Leave such columns out, or these people by a condition.",
            cells=tuple(few),
            attack=tuple(_told(name, n, found.in_all) for name, n in few.items()),
        )


def _told(name: str, few: int, all_: int) -> str:
    times = "the coefficient" if few == 1 else f"{few} times the coefficient"
    return (
        f"{name}: all but {few} of {patients(all_)} have one number; {times} is about what"
        f" the outcomes of these {few}, added up, are above or below what the other terms"
        " expect"
    )
