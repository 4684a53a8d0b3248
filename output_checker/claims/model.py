"""What a claim can say: a closed list of kinds, each a table of counts.

Every part can be recomputed from the cohort file by the checker, so nothing here can
hold code. Rates, survival and other numbers that follow from counts aren't claimed: they
are computed from what is shown of the table, by ``computed``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from output_checker.claims.outcome import Model
from output_checker.claims.parts import (
    LISTS,
    MISSING,
    NO,
    OPERATORS,
    YES,
    AsIs,
    Bands,
    Condition,
    Derivation,
    Dimension,
    IsPresent,
    Scalar,
    Year,
    in_order,
    wrong,
)

__all__ = [
    "FIGURES",
    "KINDS",
    "LISTS",
    "MISSING",
    "NO",
    "OPERATORS",
    "PER",
    "UNIT",
    "YES",
    "AsIs",
    "Bands",
    "Claim",
    "Condition",
    "Derivation",
    "Dimension",
    "IsPresent",
    "Levels",
    "Model",
    "Scalar",
    "Value",
    "Year",
    "in_order",
    "percent_of",
]

Levels = tuple[str | None, ...]
Value = int | float | None

FIGURES = ("bar", "line", "histogram", "survival")
UNIT = "patients"
PER = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
"""What a rate may be told per; a free number could tell something else."""
TITLE_MARKS = frozenset(" _,.;:()/%<>=+'’–-")
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Claim:
    """A table about a cohort. ``cells`` has every combination of levels, once.

    A level None is the total over that dimension. ``value``: the column that is measured,
    if any: then ``n`` counts those who have it. ``cells`` gives a number per measure; None
    where it has no meaning. What ``kind`` adds is told by the functions in ``KINDS``.
    """

    kind: str
    title: str
    dataset: str
    dataset_sha256: str
    population: tuple[Condition, ...]
    dimensions: tuple[Dimension, ...]
    margins: bool
    value: str | None
    measures: tuple[str, ...]
    cells: Mapping[Levels, Mapping[str, Value]]
    figure: str | None = None
    per: int | None = None
    model: Model | None = None

    def __post_init__(self) -> None:
        if not _is_a_title(self.title):
            raise wrong(
                "the title is empty, too long, or has marks that a title doesn't need",
                f"Write up to {LONGEST_TITLE} letters, digits and plain punctuation.",
            )
        if len({d.name for d in self.dimensions}) < len(self.dimensions):
            raise wrong("a dimension is there twice", "Name each dimension once.")
        if self.kind not in KINDS:
            raise wrong("no such kind of claim", f"Kinds: {', '.join(KINDS)}.")
        for name, owner in OWN.items():
            if getattr(self, name) is not None and owner != self.kind:
                raise wrong(f"only {owner} has {name}", "Leave it out (null).")
        if (wants := KINDS[self.kind](self)) is not None:
            raise wrong(f"the claim isn't of the form of its kind, {self.kind}", wants)

    def has_total(self, place: int) -> bool:
        """Are totals over the dimension at this place among the cells?"""
        from_the_end = len(self.dimensions) - place
        return self.margins or from_the_end <= TOTALLED.get(self.kind, 0)

    def shows(self, levels: Levels) -> bool:
        """Is this cell, or total, in the table?"""
        return all(
            level is not None or self.has_total(place) for place, level in enumerate(levels)
        )

    def every(self) -> list[Levels]:
        """The cells of the table in the order of the levels, totals last."""
        return list(
            product(
                *(
                    (*dimension.levels, None) if self.has_total(place) else dimension.levels
                    for place, dimension in enumerate(self.dimensions)
                )
            )
        )

    def whom(self) -> tuple[Condition, ...]:
        """The population, of a model those in it who have a value of its columns."""
        return self.population + (self.model.needed() if self.model else ())

    def columns(self) -> frozenset[str]:
        """The dataset's columns that the table is made from."""
        own = {d.column for d in self.dimensions} | {c.column for c in self.population}
        own |= {self.value} if self.value else set()
        return frozenset(own | self.model.columns() if self.model else own)

    def size(self) -> int:
        """How many cells ``every`` has, without making them."""
        return math.prod(
            len(dimension.levels) + self.has_total(place)
            for place, dimension in enumerate(self.dimensions)
        )


def crosstab(claim: Claim) -> str | None:
    """Patients counted by one to four dimensions: ``n``."""
    if claim.measures == ("n",) and claim.value is None and claim.dimensions:
        return _picture(claim, "bar", "line")
    return "Give dimensions and the one measure n; use summary() for means."


def summary(claim: Claim) -> str | None:
    """The column ``value`` measured by dimensions: ``n`` who have it, ``mean``, ``sd``.

    The deviation is the sample's (n - 1).
    """
    known = {"n", "mean", "sd"} >= set(claim.measures)
    if claim.value and claim.dimensions and known and claim.measures[0] == "n":
        return _picture(claim, "bar", "line")
    return "Name the value's column; measures are n, then mean or sd or both."


def rates(claim: Claim) -> str | None:
    """How many of a group have something: the last dimension, yes/no, none missing.

    Its totals are always there: they are the denominators, and no the complements. With
    ``value``, a column of person-time: ``n`` counts those who have it, and the measure
    ``time`` is their sum where the last level is a total, None elsewhere. The rate per
    ``per`` isn't claimed: it is computed from the counts as they are shown.
    """
    measures = ("n",) if claim.value is None else ("n", "time")
    if claim.measures != measures or claim.per not in PER or not _ends_yes_no(claim):
        return (
            "The last dimension is a yes/no, missing excluded; measures are n, and time if"
            f" value names person-time; per is one of: {', '.join(map(str, PER))}."
        )
    return _picture(claim, "bar", "line")


def percentiles(claim: Claim) -> str | None:
    """Percentiles of the column ``value`` by dimensions: ``n`` who have it, ``p50``, ...

    Between two values it is interpolated straight (Hyndman and Fan's type 7: the usual
    one of pandas, of R's quantile, and of DuckDB's quantile_cont). ``p2.5`` is 2.5 %.
    No minimum and no maximum.
    """
    first, *others = claim.measures
    known = others and all(percent_of(m) is not None for m in others)
    if claim.value and claim.dimensions and first == "n" and known:
        return _picture(claim, "bar", "line")
    return "Name the value's column; measures are n, then percentiles such as p25 and p50."


def histogram(claim: Claim) -> str | None:
    """Patients counted by bands of a number, the first dimension; by others after it.

    The first and last band are open, so that no minimum or maximum shows. Every band is a
    level, whether somebody is in it or not.
    """
    if claim.dimensions and _all_bands(claim.dimensions[0]) is not None:
        return _counted(claim, "histogram")
    return "The first dimension is bands of a number, all of them its levels."


def survival(claim: Claim) -> str | None:
    """Who has an event when: groups, then bands of time at published steps, then yes/no.

    The last two dimensions leave out those without a time, or without knowing whether the
    event happened; yes: it did, at that time; no: followed until then. Totals over these
    two are always there, and every band is a level. At risk, censored and survival aren't
    claimed: they are computed from the counts as they are shown.
    """
    if len(claim.dimensions) >= 2 and _ends_yes_no(claim):
        time = claim.dimensions[-2]
        steps = _all_bands(time)
        if steps and steps.edges[0] > 0 and not time.missing_is_a_level:
            return _counted(claim, "survival")
    return "The last two dimensions are bands of a time, and a yes/no; missing excluded."


def regression(claim: Claim) -> str | None:
    """Coefficients of ``model`` among those who have a value of each of its columns.

    No dimensions, and one cell: ``n``, how many these are.
    """
    if claim.model is None or claim.dimensions or not claim.margins:
        return "Give a model, no dimensions, margins, and one cell of n."
    return _counted(claim)


KINDS: Mapping[str, Callable[[Claim], str | None]] = {
    kind.__name__: kind
    for kind in (crosstab, summary, rates, percentiles, histogram, survival, regression)
}
"""By kind: how a claim of it should be if it isn't; what it says is the docstring."""
OWN = {"per": "rates", "model": "regression"}
TOTALLED = {"rates": 1, "survival": 2}
"""Kinds with totals over so many of their last dimensions, whatever ``margins`` is."""


def percent_of(measure: str) -> float | None:
    """The percent that a measure such as p2.5 names; None if it names none."""
    digits = measure[1:]
    plain = digits.replace(".", "", 1).isdecimal() and digits.isascii()
    if measure[:1] != "p" or not plain:
        return None
    percent = float(digits)
    return percent if 1 <= percent <= 99 and digits == f"{percent:g}" else None


def _counted(claim: Claim, *figures: str) -> str | None:
    if claim.measures != ("n",) or claim.value is not None:
        return "The one measure is n, and no value is measured."
    return _picture(claim, *figures)


def _picture(claim: Claim, *figures: str) -> str | None:
    if claim.figure in (None, *figures):
        return None
    return f"Figures of this kind: {', '.join(figures) or 'none'}."


def _all_bands(dimension: Dimension) -> Bands | None:
    """The bands that a dimension is by; None if some aren't there, or others are."""
    bands = dimension.derivation
    named = set(dimension.levels) - {MISSING}
    whole = isinstance(bands, Bands) and named in (set(), set(bands.labels()))
    return bands if isinstance(bands, Bands) and whole else None


def _ends_yes_no(claim: Claim) -> bool:
    if not claim.dimensions:
        return False
    last = claim.dimensions[-1]
    yes_no = isinstance(last.derivation, AsIs | IsPresent) and not last.missing_is_a_level
    return yes_no and set(last.levels) <= {YES, NO}


def _is_a_title(text: str) -> bool:
    plain = all(letter.isalnum() or letter in TITLE_MARKS for letter in text)
    return plain and text[:1].isalnum() and len(text) <= LONGEST_TITLE
