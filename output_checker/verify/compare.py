"""Does the claim say what the cohort says?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from output_checker.claims.model import MISSING, Bands, Dimension, Levels, Value
from output_checker.verify.numbers import NOBODY, Numbers, Recomputed, Refit, name_of

PRECISION = 1e-6
"""Two programs' means may differ in their last digits; released ones are ours."""
CLOSE = 1e-3
"""How far a program's coefficients may be from ours, of one standard error."""
ALWAYS = frozenset(("yes", "no"))
"""The two levels of a yes/no, which a claim may list though nobody has one of them."""


def differences(found: Recomputed) -> tuple[str, ...]:
    """The claimed cells and levels that aren't so, by name."""
    if found.refit is not None:
        return (*_of_tables(found.refit), *_cells(found), *_terms(found, found.refit))
    return (*levels_differ(found), *_cells(found))


def _of_tables(refit: Refit) -> dict[str, None]:
    """A level of a term isn't in the claim, or nobody has it; each once."""
    return dict.fromkeys(name for table in refit.tables for name in terms_differ(table))


def _terms(found: Recomputed, refit: Refit) -> list[str]:
    """Coefficients that differ by more than programs do; of a model that was fitted."""
    if found.claim.model is None or not refit.estimates:
        return []
    claimed = found.claim.model.coefficients
    real = zip(refit.estimates, refit.errors, strict=True)
    wrong = [
        term_name(one.term, one.level)
        for one, (estimate, se) in zip(claimed, real, strict=True)
        if not (_close(one.estimate, estimate, se) and _close(one.se, se, se))
    ]
    left = found.count(()) - len(refit.estimates)
    return wrong + (["residual df"] if found.claim.model.residual_df != left else [])


def _close(claimed: float, real: float, se: float) -> bool:
    """Programs stop at different steps, all within a small part of the standard error."""
    return abs(claimed - real) <= CLOSE * se + PRECISION * (1 + abs(real))


def term_name(term: str, level: str | None) -> str:
    """A coefficient in words."""
    return term if level is None else f"{term}: {level}"


def levels_differ(found: Recomputed) -> list[str]:
    """Levels that the claim lacks, or has although nobody has them.

    Bands may be there without anybody in them.
    """
    empty = [
        frozenset(d.derivation.labels()) if isinstance(d.derivation, Bands) else frozenset()
        for d in found.claim.dimensions
    ]
    return _differ(found, empty)


def terms_differ(found: Recomputed) -> list[str]:
    """The same of a model's term: a band of nobody has no coefficient."""
    return _differ(found, [frozenset() for _ in found.claim.dimensions])


def _differ(found: Recomputed, empty: Sequence[frozenset[str]]) -> list[str]:
    wrong: list[str] = []
    for place, dimension in enumerate(found.claim.dimensions):
        real = {levels[place] for levels in found.cells} - {None}
        claimed = set(dimension.levels)
        allowed = empty[place] | _though_nobody(dimension)
        wrong += [f"{dimension.name}: {level}" for level in sorted(real - claimed, key=str)]
        wrong += [
            f"{dimension.name}: {level}" for level in sorted(claimed - real - allowed)
        ]
    return wrong


def _though_nobody(dimension: Dimension) -> frozenset[str]:
    """Levels that a claim may list though nobody has them: they tell nothing."""
    return ALWAYS if set(dimension.levels) <= ALWAYS | {MISSING} else frozenset()


def _cells(found: Recomputed) -> list[str]:
    return [
        name_of(levels)
        for levels, claimed in found.claim.cells.items()
        if any(
            not _same(value, measure(found, levels, name))
            for name, value in claimed.items()
        )
    ]


def measure(found: Recomputed, levels: Levels, name: str) -> Value:
    """A measure of a cell, exactly; None where it has no meaning."""
    numbers: Numbers = found.cells.get(levels, NOBODY)
    known: dict[str, Value] = {
        "n": found.count(levels),
        "mean": numbers.mean,
        "sd": numbers.sd,
        "time": numbers.total if found.totals(levels) else None,
    }
    return known[name] if name in known else numbers.percentiles.get(name)


def _same(claimed: Value, real: Value) -> bool:
    if claimed is None or real is None:
        return claimed is real
    return math.isclose(claimed, real, rel_tol=PRECISION, abs_tol=PRECISION)
