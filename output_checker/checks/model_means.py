"""A model keeps its groups' means: what few people make up of a mean, it tells.

Least squares, logistic and Poisson models give each group of a term just the sum that the
group has. So the rules for means hold for each group, and for all people together.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.model_levels import cell_name
from output_checker.checks.subjects import Candidate
from output_checker.policy import Policy
from output_checker.report import Finding, Verdict
from output_checker.suppress.primary import Cause, primary
from output_checker.suppress.told import of_few, patients
from output_checker.verify.numbers import NOBODY, Numbers

COUNTED = 2
"""Different values of an outcome whose mean is a count."""


def check(subject: Candidate) -> Iterator[Finding]:
    """The p% and (n, k) rules on each group's total, and few who differ from the others."""
    found, policy = subject.found, subject.policy
    if found.refit is None or found.claim.model is None:
        return
    cells = {
        cell_name(table, levels): table.cells.get(levels, NOBODY)
        for table in found.refit.tables
        for levels, cause in primary(table, policy).items()
        if cause is Cause.DOMINATED
    }
    if cells:
        yield Finding(
            check="model means",
            verdict=Verdict.FAIL,
            reason=f"{policy.dominance_patients} patients make up more than"
            f" {policy.dominance_percent}% of a group's total, or one's value could be"
            f" worked out to within {policy.p_percent}% by another, or fewer than"
            f" {policy.threshold} differ from all others. The model tells such totals.",
            remedy="Use wider groups, or an outcome with fewer extreme values.",
            cells=tuple(cells),
            attack=tuple(
                f"{name}: {_told(one, policy)}" for name, one in [*cells.items()][:3]
            ),
        )
    if found.claim.model.family == "linear" and found.refit.outcomes <= COUNTED:
        yield Finding(
            check="model means",
            verdict=Verdict.FAIL,
            reason=f"The outcome has {found.refit.outcomes} different values, so its means"
            " are counts.",
            remedy='Make it a yes/no, and the model family="logistic".',
            attack=(
                f"{patients(found.in_all)}: what the model expects of a group is its mean;"
                " that, less the one value, over what the two differ by, times the group's"
                " n, is how many have the other",
            ),
        )


def _told(numbers: Numbers, policy: Policy) -> str:
    few = of_few(numbers, policy)
    return f"what the model expects of its people adds up to their total; {few}"
