"""What an attacker would do with numbers, in words: sums, differences, shares.

For the people inside. Counts of people and shares of totals are told; what somebody has
never is, neither a value nor a total that few people make up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product

from output_checker.claims.model import Levels
from output_checker.policy import Policy
from output_checker.suppress.primary import few_differ
from output_checker.suppress.problem import Interval
from output_checker.suppress.protect import Protected
from output_checker.suppress.rounding import rounded
from output_checker.verify.numbers import Numbers, Providers, Recomputed, name_of


@dataclass(frozen=True)
class Sum:
    """A total and the cells that add up to it: those ``shown``, and the others."""

    total: Levels
    shown: tuple[Levels, ...]
    others: tuple[Levels, ...]


@dataclass(frozen=True)
class Sums:
    """The sums that whoever reads a protected table can do."""

    found: Recomputed
    protected: Protected
    policy: Policy

    def left(self, levels: Levels) -> str:
        """What is left open about a hidden cell: by the plainest sum, and by all sums."""
        sums = [s for s in self._with(levels) if self._is_shown(s.total)]
        plain = min(sums, key=lambda s: len(s.others), default=None)
        known = self.protected.intervals.get(self.found.key(levels))
        by_all = f"all that is shown leaves {between(known)}" if known else "it isn't shown"
        return f"{self._told(plain)}; {by_all}" if plain else by_all

    def were_it_shown(self, levels: Levels) -> str:
        """What a cell that is hidden for the sake of others would tell of these."""
        sums = [s for s in self._with(levels) if self._is_shown(s.total)]
        sums += [self._sum(levels, (p,)) for p, one in enumerate(levels) if one is None]
        open_ = {s: tuple(c for c in s.others if c != levels) for s in sums}
        told = [s for s, others in open_.items() if others]
        if not told:
            return "were it shown, sums over several tables would narrow a hidden cell"
        plain = min(told, key=lambda s: self._rank(open_[s]))
        less, whose = self._less(plain), _whose(open_[plain])
        if plain.total == levels:
            return f"were it shown, it{less} would be the number of {whose}"
        whole = f"{self._number(plain.total)} less it"
        return (
            f"were it shown, {whole}{less and f' and{less}'} would be the number of {whose}"
        )

    def _rank(self, others: Iterable[Levels]) -> tuple[int, int]:
        """The fewer are left, the better; of as many, those that are hidden themselves."""
        found = [self.found.key(one) in self.protected.causes for one in others]
        return len(found), -sum(found)

    def _with(self, levels: Levels) -> Iterator[Sum]:
        named = [place for place, level in enumerate(levels) if level is not None]
        sizes = range(1, len(named) + 1)
        for places in chain.from_iterable(combinations(named, size) for size in sizes):
            yield self._sum(_without(levels, places), places)

    def _sum(self, total: Levels, places: tuple[int, ...]) -> Sum:
        dimensions = self.found.claim.dimensions
        named = (dimensions[p].levels if p in places else (total[p],)
                 for p in range(len(total)))  # fmt: skip
        cells: list[Levels] = list(product(*named))
        shown = tuple(one for one in cells if self._is_shown(one))
        return Sum(total, shown, tuple(one for one in cells if one not in {*shown}))

    def _is_shown(self, levels: Levels) -> bool:
        hidden = self.found.key(levels) in self.protected.hidden
        return self.found.published(levels) and not hidden

    def _count(self, *cells: Levels) -> int:
        """As it is shown."""
        return sum(rounded(self.found.count(one), self.policy) for one in cells)

    def _number(self, levels: Levels) -> str:
        return f"{self._count(levels)} ({name_of(levels)})"

    def _less(self, sum_: Sum) -> str:
        shown = self._count(*sum_.shown)
        return f" less {shown} shown beside it" if shown else ""

    def _told(self, sum_: Sum) -> str:
        rest = self._count(sum_.total) - self._count(*sum_.shown)
        less = self._less(sum_)
        many = f"{len(sum_.others)} hidden ones together"
        is_ = f" is {rest}" if less else " is"
        return f"{self._number(sum_.total)}{less}{is_} for {many}"


def _without(levels: Levels, places: tuple[int, ...]) -> Levels:
    return tuple(None if p in places else level for p, level in enumerate(levels))


def _whose(cells: tuple[Levels, ...]) -> str:
    if len(cells) == 1:
        return f"{name_of(cells[0])} alone"
    return f"{len(cells)} hidden ones together"


def between(known: Interval) -> str:
    """From and to, in words."""
    low, high = known
    return f"{low:g} or more" if math.isinf(high) else f"{low:g} to {high:g}"


def patients(count: int) -> str:
    """So many, in words."""
    return f"{count} patient" if count == 1 else f"{count} patients"


def known_total(found: Recomputed) -> str:
    """By which number of a table a cell's total is known."""
    by_time = found.claim.kind == "rates"
    return "the person-time is the total" if by_time else "n times the mean is the total"


def of_few(numbers: Numbers, policy: Policy) -> str:
    """What a total tells of the few who make up most of it, or who alone differ."""
    if few_differ(numbers, policy):
        few = numbers.contributors - numbers.alike
        return (
            f"{numbers.alike} of {patients(numbers.contributors)} have one value: the total"
            f" less {numbers.alike} times this is what the other {few} have together"
            f" ({policy.threshold} asked for)"
        )
    return "; ".join(_of_largest("patient", numbers.size, numbers.largest, policy))


def of_providers(found: Iterable[Providers], totals: bool, policy: Policy) -> str:
    """What a cell of few providers, or a total that few of them make up, tells of these."""
    return "; ".join(told for one in found if (told := _of_provider(one, totals, policy)))


def _of_provider(one: Providers, totals: bool, policy: Policy) -> str:
    if one.count >= policy.provider_threshold:
        largest = _of_largest("provider", one.size, one.largest, policy)
        return "; ".join(largest) if totals else ""
    asked = f"({policy.provider_threshold} asked for)"
    match one.count:
        case 1:
            return f"its patients are 1 provider's {asked}: it tells of this one"
        case 2:
            who = "either takes its own away and knows the other's"
        case many:
            who = f"{many - 1} of them together know the last one's"
    return f"its patients are {one.count} providers' {asked}: {who}"


def _of_largest(
    who: str, size: float, largest: tuple[float, ...], policy: Policy
) -> Iterator[str]:
    """The (n, k) rule and the p% rule in numbers, where they forbid a total."""
    many = policy.dominance_patients
    share = 100 * sum(largest[:many]) / size if size else 0.0
    if share > policy.dominance_percent:
        those = f"the largest {who}" if many == 1 else f"the {many} largest {who}s"
        has = "has" if many == 1 else "have"
        yield (
            f"{those} {has} {share:.3g}% of the total ({policy.dominance_percent}% allowed)"
        )
    near = 100 * (size - sum(largest[:2])) / largest[0] if size else math.inf
    if near < policy.p_percent:
        yield (
            f"the second largest {who} takes its own from the total, and knows the"
            f" largest's to within {near:.2g}% ({policy.p_percent}% asked for)"
        )
