"""One person who draws the whole model to themselves: a coefficient is about them.

A person's leverage is the share that their own outcome has in what the model expects of
them; one over it is how many people that expectation is made of. Huber, Robust Statistics
(1981), section 7.2: up to 0.2 is safe, from there to 0.5 risky, above to be avoided. Few
who are alike by all terms are taken together: where others have less than the p% rule's
share, the expectation is theirs alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict
from output_checker.verify.numbers import Refit

RISKY, AVOIDED = 0.2, 0.5


def check(subject: Candidate) -> Iterator[Finding]:
    """The largest leverage of one person, and of few who are alike."""
    found, policy = subject.found, subject.policy
    if found.refit is None:
        return
    one, few = found.refit.leverage, found.refit.of_few
    if one >= AVOIDED or few > 1 - policy.p_percent / 100:
        yield _finding(
            Verdict.FAIL,
            f"Fewer than {policy.threshold} patients alone determine what the model says of"
            " people like them: what it says is what they have.",
            found.refit,
            policy.p_percent,
        )
    elif one >= RISKY:
        yield _finding(
            Verdict.REVIEW,
            "One patient's own outcome makes up a fifth or more of what the model expects"
            " of them.",
            found.refit,
            policy.p_percent,
        )


def _finding(verdict: Verdict, reason: str, refit: Refit, p_percent: int) -> Finding:
    return Finding(
        check="leverage",
        verdict=verdict,
        reason=reason,
        remedy="Look for extreme values and rare combinations of terms; leave them out by a"
        " condition, or use bands.",
        attack=(
            f"the largest leverage of one patient is {refit.leverage:.2f}: of what the"
            f" model expects of them, {refit.leverage:.0%} is their own outcome",
            f"that of few who are alike by all terms is {refit.of_few:.2f} together: others"
            f" have {max(0.0, 1 - refit.of_few):.0%} in it ({p_percent}% asked for)",
        ),
    )
