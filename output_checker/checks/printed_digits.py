"""The digits of a rate may say no more than the counts beside it, which are rounded.

10 of 70, both rounded to 5, beside a rate of 169 per 1000: of all counts that are shown so
only 12 of 71 have this rate, and nothing is left of the rounding. Rates of ours are
computed from the counts as shown; here is the search that would find one which isn't.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from output_checker.checks.subjects import Verified
from output_checker.policy import Policy
from output_checker.report import Cell, Finding, Verdict
from output_checker.suppress.rounding import rounded, significant
from output_checker.verify.numbers import name_of

Pair = tuple[int | float, int | float]


def check(subject: Verified) -> Iterator[Finding]:
    """Rates that leave fewer pairs of counts possible than the shown counts do."""
    claim = subject.found.claim
    if claim.per is None or subject.table is None:
        return
    fitting = {
        cell.levels: (
            len(that_fit(cell, claim.per, subject.policy)),
            len(that_fit(cell, None, subject.policy)),
        )
        for cell in subject.table.cells
        if cell.hidden is None
    }
    telling = {levels: both for levels, both in fitting.items() if both[0] < both[1]}
    if telling:
        yield Finding(
            check="printed digits",
            verdict=Verdict.FAIL,
            reason="Rates have digits by which the counts behind them can be found,"
            " although these are rounded.",
            remedy="Let rates() compute them; what it writes follows from rounded counts.",
            cells=tuple(map(name_of, telling)),
            attack=tuple(
                f"{name_of(levels)}: of {all_} pairs of counts that are rounded to those"
                f" shown, {few} fit the digits"
                for levels, (few, all_) in [*telling.items()][:3]
            ),
        )


def that_fit(cell: Cell, per: int | None, policy: Policy) -> list[Pair]:
    """The pairs of true numbers that would be printed as in this line; all of whose
    rounding fits, where ``per`` is None and the rate isn't looked at.
    """
    having, among, rate = cell.values.values()
    pairs = product(_true(having, policy), _true(among, policy))
    return [(a, b) for a, b in pairs if per is None or _printed(a, b, per, policy) == rate]


def _true(shown: float | int | None, policy: Policy) -> Iterable[int | float]:
    """The numbers that are shown so. Of person-time, itself: it isn't rounded as counts."""
    if not isinstance(shown, int):
        return () if shown is None else (shown,)
    near = range(max(0, shown - 2 * policy.round_to), shown + 2 * policy.round_to + 1)
    return [count for count in near if rounded(count, policy) == shown]


def _printed(
    a: int | float, b: int | float, per: int, policy: Policy
) -> int | float | None:
    """A rate as it is released: of the numbers as they are shown."""
    a, b = (rounded(n, policy) if isinstance(n, int) else n for n in (a, b))
    return significant(per * a / b, policy) if b else None
