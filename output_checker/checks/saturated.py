"""A model with a coefficient for every kind of person is a table, and is made as one.

An intercept and one yes/no are two means, or two chances. As a table, these are protected:
small groups are hidden, counts are rounded, other tables are compared cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.report import Finding, Verdict


def check(subject: Candidate) -> Iterator[Finding]:
    """No more different people, by the terms, than coefficients."""
    refit = subject.found.refit
    if refit is not None and refit.patterns <= len(refit.estimates):
        yield Finding(
            check="saturated",
            verdict=Verdict.FAIL,
            reason=f"By its terms the model knows {refit.patterns} kinds of people and has"
            f" {len(refit.estimates)} coefficients: it tells each kind's mean or share, as"
            " a table would.",
            remedy="Make the table, with crosstab(), rates() or summary(); or adjust for"
            " another term.",
            attack=(
                f"{refit.patterns} kinds of people, {len(refit.estimates)} coefficients:"
                " one kind's mean is the intercept, each other's the intercept and its own"
                f" coefficients added up, so all {refit.patterns} are told exactly",
            ),
        )
