"""A regression as columns and numbers: what explains what, and how much.

Described from a closed list, so that the checker can fit it again; a formula's text is
never read there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from output_checker.claims.parts import (
    NO,
    YES,
    AsIs,
    Bands,
    Condition,
    Dimension,
    IsPresent,
    Year,
    in_order,
    wrong,
)

FAMILIES = ("linear", "logistic", "poisson", "cox")
INTERCEPT = "(intercept)"


@dataclass(frozen=True)
class AsNumber:
    """A number as it is; of yes/no columns, 1 and 0."""

    kind: ClassVar[str] = "number"


Use = AsNumber | AsIs | Bands | Year | IsPresent


@dataclass(frozen=True)
class Variable:
    """A column of a model, as a number or divided into levels.

    ``levels``: in the order of the coefficients, the ``reference`` first; none for a
    number. A person who has no value isn't in the model.
    """

    column: str
    use: Use
    levels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.use, AsNumber):
            self._natural(Dimension(self.column, self.use))
        if isinstance(self.use, AsNumber) != (not self.levels):
            raise wrong(
                f"{self.column} is a number with levels, or has levels that aren't named",
                "Name all levels of what isn't a number, the reference first.",
            )
        if len(self.levels) == 1 or len(set(self.levels)) < len(self.levels):
            raise wrong(
                f"{self.column} has one level only, or one twice",
                "Leave out a column that is the same for all.",
            )

    def _natural(self, dimension: Dimension) -> None:
        """An order of the author's own could tell something."""
        if self.levels[1:] != in_order(self.levels[1:], dimension):
            raise wrong(
                f"the levels of {self.column} aren't in their natural order",
                "First the reference, then the others from low to high.",
            )

    @property
    def name(self) -> str:
        if isinstance(self.use, AsNumber):
            return self.column
        return Dimension(self.column, self.use).name

    @property
    def reference(self) -> str | None:
        return self.levels[0] if self.levels else None

    @property
    def is_yes_no(self) -> bool:
        return set(self.levels) == {YES, NO}


@dataclass(frozen=True)
class Coefficient:
    """An estimate of a term, on the scale of the model (a logistic model's: log odds)."""

    term: str
    level: str | None
    estimate: float
    se: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.estimate) and math.isfinite(self.se) and self.se >= 0):
            raise wrong(
                f"the coefficient of {self.term} isn't a number",
                "Leave out terms that can't be told apart, or that predict perfectly.",
            )


@dataclass(frozen=True)
class Model:
    """``outcome`` explained by ``terms``, by maximum likelihood, without weights.

    linear: least squares. logistic: the outcome is yes/no, its levels no, yes. poisson:
    a count, log link; ``time``: a column of person-time (offset log(time)). cox: whether
    it happened, yes/no, after ``time``; ties by Efron's method. All but Cox have an
    intercept. Standard errors from the expected information (linear: with s² on
    ``residual_df``), never robust ones.
    """

    family: str
    outcome: Variable
    terms: tuple[Variable, ...]
    time: str | None
    residual_df: int
    coefficients: tuple[Coefficient, ...]

    def __post_init__(self) -> None:
        if self.family not in FAMILIES or not self.terms:
            raise wrong(
                "the model is of no known family, or nothing explains its outcome",
                f"Name terms, and one of: {', '.join(FAMILIES)}.",
            )
        yes_no = self.family in ("logistic", "cox")
        if yes_no and self.outcome.levels != (NO, YES):
            raise wrong(
                f"the outcome of a {self.family} model is a yes/no", "Its levels: no, yes."
            )
        if not yes_no and self.outcome.levels:
            raise wrong(f"the outcome of a {self.family} model is a number", "Use one.")
        if (self.family == "cox") > (self.time is not None) or (
            self.time is not None and self.family not in ("cox", "poisson")
        ):
            raise wrong(
                f"a {self.family} model has a time, or has none, against its rule",
                "cox needs time=, poisson may have it, others don't.",
            )
        self._columns_once()
        named = [(c.term, c.level) for c in self.coefficients]
        if named != rows(self.family, self.terms):
            raise wrong(
                "the coefficients aren't those of the terms, in their order",
                "First the intercept, then each term's levels but the reference.",
            )

    def columns(self) -> frozenset[str]:
        """The columns that the model is made from."""
        own = {variable.column for variable in (self.outcome, *self.terms)}
        return frozenset(own | {self.time} if self.time else own)

    def needed(self) -> tuple[Condition, ...]:
        """Who is in the model: those who have a value of each of its columns."""
        used = [v for v in (self.outcome, *self.terms) if not isinstance(v.use, IsPresent)]
        names = [v.column for v in used] + ([self.time] if self.time else [])
        return tuple(Condition(name, "is present") for name in dict.fromkeys(names))

    def _columns_once(self) -> None:
        names = [v.name for v in (self.outcome, *self.terms)]
        if len(set(names)) < len(names) or INTERCEPT in names or self.time in names:
            raise wrong("a column is in the model twice", "Use each column once.")


def rows(family: str, terms: tuple[Variable, ...]) -> list[tuple[str, str | None]]:
    """The names of a model's coefficients: (term, level), level None for numbers."""
    first: list[tuple[str, str | None]] = [] if family == "cox" else [(INTERCEPT, None)]
    return first + [
        (term.name, level) for term in terms for level in (term.levels[1:] or (None,))
    ]
