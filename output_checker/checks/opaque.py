"""A file without a claim can't be recomputed, so no machine lets it out.

Most kinds never leave, whatever anybody says: they hold rows, or can hide them. A table,
a text or a picture may leave if two people say so, and if the site's policy lets them:
then it is written anew by the checker, and they see what would leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.opaque.content import MARKED_UP, PDF, PICTURE
from output_checker.opaque.makers import makers
from output_checker.report import Finding, Form, Verdict

CLAIM_IT = (
    "Make the numbers with {} from output_checker.claims, which writes the claim beside"
    " them. Mark what isn't meant to leave as highly_sensitive."
)
DRAW_IT = (
    'Ask for a picture with figure="bar" or "line" in the claim of its table; those of'
    " histogram() and survival() have one. It is drawn at release."
)
DRAWN = (MARKED_UP, PDF, PICTURE)
MEASURES = (
    "measure", "interval_start", "interval_end", "ratio", "numerator", "denominator"
)  # fmt: skip
"""How a file begins that a definition's measures were written to."""
MEASURES_STAY = (
    "No claim says what this file is, so it can't be recomputed. It looks like measures,"
    " which were counted in the warehouse: there is no cohort file to count them in again,"
    " and another action may have written or changed it. So far measures stay inside."
)
COUNT_THEM = (
    "Make what has to leave from a dataset, with rates() or crosstab() from"
    " output_checker.claims; a dataset may have several periods."
)
LOOK = {
    Form.TABLE: "each of its numbers and words",
    Form.TEXT: "each of its lines",
    Form.PICTURE: "each of its points, which may be a person, and at its words",
}


def check(subject: Opaque) -> Iterator[Finding]:
    """Refused by its kind or by the policy; else for two people to judge."""
    form, kind = subject.form, subject.kind
    drawn = form is Form.PICTURE or kind in DRAWN
    if form is None:
        yield _finding(
            Verdict.FAIL,
            f"it can't be recomputed. It is {kind.name}, which never leaves as it came: it"
            f" {kind.why}.",
            DRAW_IT if drawn else _claim_it(subject),
        )
    elif subject.rows[:1] and subject.rows[0][: len(MEASURES)] == MEASURES:
        yield Finding("opaque", Verdict.FAIL, MEASURES_STAY, COUNT_THEM)
    elif form.value not in subject.policy.opaque_forms:
        yield _finding(
            Verdict.FAIL,
            f"it can't be recomputed. By this site's policy no {form.value} leaves so.",
            DRAW_IT if drawn else _claim_it(subject),
        )
    else:
        yield _finding(
            Verdict.REVIEW,
            "nothing of it was recomputed. What would leave was written anew from what"
            f" could be read of it: look at {LOOK[form]}.",
            DRAW_IT if drawn else _claim_it(subject),
        )


def _claim_it(subject: Opaque) -> str:
    is_table = subject.form is Form.TABLE
    return CLAIM_IT.format(makers(subject.rows, is_table=is_table))


def _finding(verdict: Verdict, reason: str, remedy: str) -> Finding:
    told = f"No claim says what this file is, so {reason}"
    return Finding("opaque", verdict, told, remedy)
