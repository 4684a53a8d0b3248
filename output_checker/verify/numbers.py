"""What the checker recomputed about a claim: the only numbers that go any further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from output_checker.claims.model import (
    NO,
    Claim,
    Condition,
    Derivation,
    Levels,
    Value,
)

People = tuple[str, frozenset[Condition]]
CellKey = tuple[People, frozenset[tuple[tuple[str, Derivation], str]]]
Shared = Mapping[tuple[Levels | None, Levels | None], int]
"""How many people two tables' inner cells share; None: those whom the other leaves out."""


@dataclass(frozen=True)
class Providers:
    """How many providers a cell's people have, in one column; and these providers' totals.

    ``size`` and ``largest``: of the sizes of the values measured, added up by provider; 0
    and nothing where none are.
    """

    count: int
    size: float = field(default=0.0, repr=False)
    largest: tuple[float, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Numbers:
    """One cell. ``patients``: distinct people in it; ``contributors``: those measured.

    The rest is about the measured values and may be a person's, so it doesn't print:
    sum, sum of squares, sum of sizes, the largest sizes, whether all are the same, and how
    many have the most common value; percentiles by name, and the values next to each.
    ``providers``: who provided care, for each column that tells it.
    """

    patients: int
    contributors: int = 0
    mean: Value = field(default=None, repr=False)
    sd: Value = field(default=None, repr=False)
    total: float = field(default=0.0, repr=False)
    squares: float = field(default=0.0, repr=False)
    size: float = field(default=0.0, repr=False)
    largest: tuple[float, ...] = field(default=(), repr=False)
    constant: bool = field(default=False, repr=False)
    alike: int = field(default=0, repr=False)
    percentiles: Mapping[str, float] = field(default_factory=dict, repr=False)
    near: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False)
    providers: tuple[Providers, ...] = ()


NOBODY = Numbers(0)


@dataclass(frozen=True)
class Refit:
    """A claimed model, fitted again to its people in the cohort.

    ``patterns``: how many of these differ by the model's terms. ``leverage``: the largest
    of one person; ``of_few``: the largest that fewer people than a handful, alike by all
    terms, have together. ``unexplained``: the share of a linear model's outcome that its
    terms leave open. ``outcomes``: different values of the outcome, up to a handful.
    ``others``: of each term that is a number, how many don't have its commonest value;
    ``spans``: of those that have two values, how far these are apart.
    ``tables``: by each term's groups, what the coefficients may be turned into.
    """

    estimates: tuple[float, ...] = field(repr=False)
    errors: tuple[float, ...] = field(repr=False)
    patterns: int
    leverage: float
    of_few: float
    unexplained: float
    outcomes: int
    others: Mapping[str, int]
    spans: Mapping[str, float]
    tables: tuple[Recomputed, ...]


@dataclass(frozen=True)
class Recomputed:
    """A claim's table from the cohort itself, all totals included.

    ``cells``: every combination of levels that has somebody. ``nonnegative``: no value is
    below zero. ``complete``: nobody's value is missing. ``distinct``: how many different
    values there are, counted up to a handful. ``rarest``: for conditions that name words,
    how many people in the cohort have the rarest of them; None where these are dates.
    ``apart``: groups, or the whole, in which few have values far from all others'.
    ``made``: the columns of its dataset that an action made; None where it was extracted.
    ``refit``: of a regression, the model as the cohort gives it.
    """

    path: str
    claim: Claim
    cells: Mapping[Levels, Numbers]
    nonnegative: bool = True
    complete: bool = True
    distinct: int = 0
    rarest: Mapping[Condition, int | None] = field(default_factory=dict)
    apart: tuple[Levels, ...] = ()
    made: frozenset[str] | None = None
    refit: Refit | None = None

    @property
    def is_summary(self) -> bool:
        return self.claim.value is not None

    @property
    def betrays_n(self) -> bool:
        """Do its other numbers tell n, however n is rounded? Sums of whole numbers do, and
        coefficients show whom a model leaves out."""
        return self.is_summary or self.refit is not None

    @property
    def people(self) -> People:
        """Whom the table is about. Tables about the same people are protected together."""
        conditions = set(self.claim.whom())
        for dimension in self.claim.dimensions:
            if not dimension.missing_is_a_level:
                conditions.add(Condition(dimension.column, "is present"))
        if self.claim.value is not None and not self.complete:
            conditions.add(Condition(self.claim.value, "is present"))
        return self.claim.dataset_sha256, frozenset(conditions)

    def key(self, levels: Levels) -> CellKey:
        """A cell's people: the same key in two tables is one cell, described alike."""
        pairs = zip(self.claim.dimensions, levels, strict=True)
        named = frozenset((d.identity, level) for d, level in pairs if level is not None)
        return self.people, named

    def count(self, levels: Levels) -> int:
        """The people a cell's n counts: patients, or in a summary contributors."""
        numbers = self.cells.get(levels, NOBODY)
        return numbers.contributors if self.is_summary else numbers.patients

    @property
    def in_all(self) -> int:
        """The people that the table's n counts in all."""
        return self.count(tuple(None for _ in self.claim.dimensions))

    def every(self) -> list[Levels]:
        """All cells with all totals, in the order of the levels, totals last."""
        return list(product(*((*d.levels, None) for d in self.claim.dimensions)))

    def published(self, levels: Levels) -> bool:
        """Is this cell's count in the table, or one that only follows from others?"""
        return self.claim.shows(levels) and self._printed(levels)

    def _printed(self, levels: Levels) -> bool:
        """Of what ``claims.computed`` makes lines of, the cells that it looks at."""
        match self.claim.kind:
            case "rates":
                return levels[-1] != NO
            case "survival":
                beyond = self.claim.dimensions[-2].levels[-1:]
                step, happened = levels[-2:]
                at_step = step is not None and step not in beyond
                return (happened is not None) if at_step else step is happened is None
            case _:
                return True

    def totals(self, levels: Levels) -> bool:
        """Does the table tell the total of the cell's values: by a mean, or as it is?"""
        if self.claim.kind == "rates":
            return self.is_summary and levels[-1] is None
        return self.claim.kind == "summary"

    @property
    def ordered(self) -> int | None:
        """The place of the dimension that is bands of a line that people are along."""
        return {"histogram": 0, "survival": len(self.claim.dimensions) - 2}.get(
            self.claim.kind
        )


def name_of(levels: Levels) -> str:
    """A cell in words: its levels, with "total" where it is one."""
    return ", ".join("total" if level is None else level for level in levels) or "n"


def at_total(levels: Levels, place: int) -> Levels:
    """The total that a cell belongs to over one dimension."""
    return (*levels[:place], None, *levels[place + 1 :])
