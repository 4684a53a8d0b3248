"""A group of a model is a cell: its coefficient and error tell its size and its outcome.

The error of a group's coefficient falls with the number of its people, or of its events, so
whoever knows one of these numbers can work out the others. No group is hidden in a model:
it would be another model. So one group of few is enough to refuse it.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.claims.model import Levels
from output_checker.policy import Policy
from output_checker.report import Finding, Verdict
from output_checker.suppress.primary import Cause, primary
from output_checker.suppress.told import of_providers, patients
from output_checker.verify.numbers import Recomputed, name_of

TOLD = 3
"""Groups whose numbers are told."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Few people, or providers, in a level of a term, or with or without its outcome."""
    found, policy = subject.found, subject.policy
    if found.refit is None:
        return
    causes = (Cause.SMALL, Cause.EMPTY_IN_SMALL, Cause.PROVIDERS)
    cells = {
        cell_name(table, levels): _told(table, levels, cause, policy)
        for table in found.refit.tables
        for levels, cause in primary(table, policy).items()
        if cause in causes
    }
    if cells:
        yield Finding(
            check="model levels",
            verdict=Verdict.FAIL,
            reason="Levels of the model's terms, or those in them with or without the"
            f" outcome, are fewer than {policy.threshold} patients, or patients of fewer"
            f" than {policy.provider_threshold} providers. A model's errors tell how many.",
            remedy="Merge levels, leave these people out, or use a larger population.",
            cells=tuple(cells),
            attack=tuple(f"{cell}: {told}" for cell, told in list(cells.items())[:TOLD]),
        )


def cell_name(table: Recomputed, levels: Levels) -> str:
    """A group of a term, named by the term too; the measured column, of all people."""
    by = table.claim.dimensions[0]
    return by.column if by.column == table.claim.value else f"{by.name}: {name_of(levels)}"


def _told(table: Recomputed, levels: Levels, cause: Cause, policy: Policy) -> str:
    """How few a group's people are, or those who provided their care."""
    few = table.count(levels)
    if cause is Cause.PROVIDERS:
        return of_providers(table.cells[levels].providers, table.totals(levels), policy)
    if not few:
        least = policy.threshold
        return f"nobody, in a group of fewer than {least}: all of these are elsewhere"
    return (
        f"{patients(few)} ({policy.threshold} asked for): the error of the coefficient is"
        f" what outcomes vary by, over the square root of {few}, so whoever knows the one"
        " number knows the other"
    )
