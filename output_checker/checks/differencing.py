"""The same question about nearly the same people: the difference is about the few others.

By the people in the cells, not by how these are described. Within one job only, each table
with each other, and with others that share nobody taken as one. Other sums over three or
more tables, and earlier releases, aren't compared yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from output_checker.checks.subjects import Beside, Verified
from output_checker.report import Finding, Verdict
from output_checker.suppress.differences import Few
from output_checker.verify.numbers import name_of

REMEDY = "Use the same people and the same groups in all tables, or show only one of them."


def check(subject: Verified) -> Iterator[Finding]:
    """Groups that differ by few people from groups of another table of the job."""
    for beside in subject.others:
        if beside.few is None:
            yield _unknown(beside)
        elif beside.few:
            yield _known(beside, beside.few, subject.policy.threshold)


def _known(beside: Beside, few: Iterable[Few], least: int) -> Finding:
    cells = {levels for one in few for levels in one.first}
    return _finding(
        f"Nearly the same people are counted in {beside.name}: sums of its cells and of"
        f" these differ by fewer than {least} patients, and subtracting shows the few.",
        tuple(sorted(map(name_of, cells))),
    )


def _unknown(beside: Beside) -> Finding:
    return _finding(
        f"Who is counted here and in {beside.name} can't be compared: it is about"
        " another cohort, or there are too many groups. Subtracting may show few people."
    )


def _finding(reason: str, cells: tuple[str, ...] = ()) -> Finding:
    return Finding(
        check="differencing",
        verdict=Verdict.REVIEW,
        reason=reason,
        remedy=REMEDY,
        cells=cells,
    )
