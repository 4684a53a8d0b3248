"""Numbers as they are shown, and what a shown number tells."""

from __future__ import annotations

from output_checker.claims.model import Value
from output_checker.policy import Policy
from output_checker.suppress.problem import Interval


def nearest(count: int, base: int) -> int:
    """The nearest multiple of the base; halves go up."""
    return base * ((count + base // 2) // base)


def nearest_tells(shown: int, base: int) -> tuple[int, int]:
    """The counts that are shown so, from and to; all counts from zero on are."""
    return max(0, shown - base // 2), shown + (base - 1) // 2


def midpoint(count: int, base: int) -> int:
    """The middle of the count's run: of 1 to 6 with base 6 it is 3. Zero stays zero.

    OpenSAFELY's midpoint 6 rounding: ceil(x / 6) * 6 - 3, as its public documentation of
    statistical disclosure control gives it.
    """
    return base * -(-count // base) - base // 2 if count else 0


def midpoint_tells(shown: int, base: int) -> tuple[int, int]:
    """The counts that are shown so. A zero is a zero: more than nearest rounding tells."""
    end = shown + base // 2
    return (end - base + 1, end) if shown else (0, 0)


def rounded(count: int, policy: Policy) -> int:
    """The count as the policy shows it. Each count on its own, totals too."""
    scheme = midpoint if policy.rounding == "midpoint" else nearest
    return scheme(count, policy.round_to)


def told(count: int, policy: Policy) -> Interval:
    """What a shown, rounded count tells: no shown count but zero is under the threshold."""
    if count == 0:
        return (0.0, 0.0)
    tells = midpoint_tells if policy.rounding == "midpoint" else nearest_tells
    low, high = tells(rounded(count, policy), policy.round_to)
    return (float(min(max(low, policy.threshold), count)), float(high))


def significant(value: Value, policy: Policy) -> Value:
    """A mean or deviation with as many digits as the policy shows."""
    if value is None:
        return None
    return float(f"{value:.{policy.significant_digits}g}")
