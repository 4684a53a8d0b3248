"""Numbers as they are shown, and what a shown number tells."""

from __future__ import annotations

from output_checker.claims.model import Value
from output_checker.policy import Policy
from output_checker.suppress.problem import Interval


def rounded(count: int, policy: Policy) -> int:
    """The nearest multiple; halves go up. Each count on its own, totals too."""
    base = policy.round_to
    return base * ((count + base // 2) // base)


def told(count: int, policy: Policy) -> Interval:
    """What a shown, rounded count tells: no shown count but zero is under the threshold."""
    if count == 0:
        return (0.0, 0.0)
    base, shown = policy.round_to, rounded(count, policy)
    low = max(shown - base // 2, policy.threshold)
    return (float(min(low, count)), float(shown + (base - 1) // 2))


def significant(value: Value, policy: Policy) -> Value:
    """A mean or deviation with as many digits as the policy shows."""
    if value is None:
        return None
    return float(f"{value:.{policy.significant_digits}g}")
