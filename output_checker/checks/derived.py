"""A table about a frame that an action made: what the action did can't be recomputed.

That its people are the cohort's is known; how they were chosen isn't, nor what columns
mean that the cohort hasn't. So people decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict
from output_checker.suppress.rounding import rounded
from output_checker.suppress.told import patients

NAMED = 20


def check(subject: Candidate) -> Iterator[Finding]:
    """The columns that a table is made from and that aren't the cohort's."""
    claim, made = subject.found.claim, subject.found.made
    if made is None:
        return
    own = sorted(claim.columns() & made)[:NAMED]
    counted = patients(rounded(subject.found.in_all, subject.policy))
    columns = f" An action made these columns: {', '.join(own)}." if own else ""
    yield Finding(
        check="derived",
        verdict=Verdict.REVIEW,
        reason=f"The table is about {claim.dataset}, a frame that an action made. Its"
        " people are the cohort's, but nobody has recomputed how they were chosen."
        f"{columns}",
        remedy="Define such columns, and whom to count, in the dataset definition or in"
        " where=; or show reviewers the code that makes them.",
        attack=(
            f"{counted} are counted, and the action chose whom: the same frame without one"
            " of them gives the same table less that one, which tells the groups of that"
            " one",
        ),
    )
