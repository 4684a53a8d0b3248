"""Which intervals of measures are counted at once, and by which steps.

Where the intervals of some measures ask alike (``alike``), one statement counts them all:
the patients' answers are joined with a table of the intervals. For that each answer must
be the same in all intervals, or one of

- whether there are rows in an interval, told by a bit for each, so that a pass over many
  rows leaves a number or two for a patient;
- what is found of a list's rows, of which there are few: it is found for each interval by
  itself, only where there are any.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cohort_dsl.model import nobody, nodes
from cohort_dsl.model.nodes import Frame, Node, Pick, Series, Table, walk
from cohort_dsl.model.query import Interval
from cohort_dsl.plan import needs, rows
from cohort_dsl.plan.alike import Alike, UnlikeError
from cohort_dsl.plan.brought import Times
from cohort_dsl.plan.needs import PARAMETERS
from cohort_dsl.plan.rows import Rows
from cohort_dsl.plan.steps import Output
from cohort_dsl.plan.tallies import Family
from cohort_dsl.plan.varying import BITS, split

MOST = 8 * BITS
"""Intervals whose conditions are said as bits: more would take too much text."""
TEXT, COLUMNS = 5 * MOST**2, 800
"""Five answers' bits of as many intervals; and the columns of bits side by side, of which
engines allow so many. The text grows with the square of the intervals, and so do its
constants, of which PostgreSQL takes 65,535 a statement."""


@dataclass(frozen=True)
class Asked:
    """What a family asks of all its intervals, as templates.

    ``dense``: numerators, by their measures' numbers, that anybody may add to; ``sparse``:
    those that are nothing for whoever has no row of a list in an interval.
    """

    family: Family
    denominator: Series
    groups: tuple[Series, ...]
    dense: Mapping[int, Series]
    sparse: Mapping[int, Series]

    def roots(self) -> Iterator[Series]:
        yield from (self.denominator, *self.groups)
        yield from (*self.dense.values(), *self.sparse.values())

    def left(self) -> tuple[int, ...]:
        """The measures whose numerators are counted otherwise."""
        counted = {*self.dense, *self.sparse}
        return tuple(number for number in self.family.measures if number not in counted)


@dataclass(frozen=True)
class Unit:
    """Families of the same intervals, counted at once."""

    times: Times
    asked: tuple[Asked, ...]
    masked: frozenset[Series]


@dataclass
class Sorter:
    """Finds out what families of the same intervals can be asked at once.

    ``rounds``: of each family, for each interval the denominator, numerators and groups.
    """

    number: int
    intervals: Mapping[int, Interval]
    rounds: Mapping[Family, Sequence[Sequence[Series]]]
    masked: set[Series] = field(default_factory=set)

    @cached_property
    def alike(self) -> Alike:
        return Alike(self.number, tuple(self.intervals.values()))

    def unit(self) -> Unit | None:
        """None where there is no family that can be asked so."""
        if len(self.intervals) < 2:
            return None
        asked = [one for family in self.rounds for one in self._asked(family)]
        if not asked:
            return None
        settled = tuple(self._settled(one) for one in asked)
        return Unit(self._times(settled), settled, frozenset(self.masked))

    def _template(self, family: Family, place: int) -> Series | None:
        try:
            return self.alike.template([its[place] for its in self.rounds[family]])
        except UnlikeError:
            return None

    def _asked(self, family: Family) -> Iterator[Asked]:
        """With each numerator that isn't sparse taken for a dense one."""
        many = len(family.measures)
        places = (0, *range(1 + many, 1 + many + len(family.groups)))
        always = [self._template(family, place) for place in places]
        denominator, *groups = [one for one in always if one is not None]
        if len(groups) + 1 < len(always) or not self._is_dense([denominator, *groups]):
            return
        dense: dict[int, Series] = {}
        sparse: dict[int, Series] = {}
        for place, number in enumerate(family.measures, start=1):
            numerator = self._template(family, place)
            if numerator is None:
                continue
            if self._is_sparse(numerator, [its[place] for its in self.rounds[family]]):
                sparse[number] = numerator
            elif self._is_dense([numerator]):
                dense[number] = numerator
        yield Asked(family, denominator, tuple(groups), dense, sparse)

    def _settled(self, asked: Asked) -> Asked:
        """No leaf is told by bits here and found for each interval by itself there."""
        dense, sparse = dict(asked.dense), dict(asked.sparse)
        for number, numerator in asked.sparse.items():
            differing = set(self._differing([numerator]))
            if differing & self.masked:
                del sparse[number]
            if differing <= self.masked:
                dense[number] = numerator
        return Asked(asked.family, asked.denominator, asked.groups, dense, sparse)

    # Answers that differ ------------------------------------------------------------

    def _is_dense(self, roots: Sequence[Series]) -> bool:
        """Is each the same in all intervals, or told by bits? The latter are noted."""
        found = self._differing(roots)
        if not found:
            return True
        if not self._fit(self.masked.union(found)) or not all(map(self._is_masked, found)):
            return False
        self.masked.update(found)
        return True

    def _fit(self, masked: Collection[Series]) -> bool:
        """Don't the bits of these take too much text, or too many columns?"""
        many = len(self.intervals)
        columns = len(masked) * -(-many // BITS)
        return many <= MOST and columns <= COLUMNS and len(masked) * many**2 <= TEXT

    def _is_masked(self, leaf: Series) -> bool:
        its = _rows(leaf)
        if (
            its is None
            or not isinstance(leaf, nodes.Exists)
            or leaf.source.one_row_per_patient
        ):
            return False
        return split(its, self.alike.values(), len(self.intervals)) is not None

    def _is_sparse(self, numerator: Series, each: Iterable[Series]) -> bool:
        found = needs.leaves([numerator])
        differing = self._differing([numerator])
        few = all(self._is_of_few(leaf) for leaf in differing)
        parameters = [leaf for leaf in found if needs.is_parameter(leaf)]
        if not differing or not few or len(differing) + len(parameters) < len(found):
            return False
        return not any(nobody.answer(one) for one in each)

    def _is_of_few(self, leaf: Series) -> bool:
        its = _rows(leaf)
        if its is None or rows.listed(its) is None:
            return False
        below = needs.leaves(needs.inputs(leaf))
        return all(needs.is_parameter(one) or not _differs(one) for one in below)

    def _differing(self, roots: Sequence[Series]) -> list[Series]:
        found = needs.leaves(roots)
        return [one for one in found if _differs(one) and not needs.is_parameter(one)]

    # What stands for each interval -------------------------------------------------------

    def _times(self, asked: Iterable[Asked]) -> Times:
        """The table of the intervals, with the parameters that are used."""
        used = walk(series for one in asked for series in one.roots())
        values = self.alike.values()
        parameters = {n: values[n] for n in used if isinstance(n, Series) and n in values}
        outputs = tuple(
            Output(f"p{number}", node) for number, node in enumerate(parameters, start=1)
        )
        masks = -(-len(self.intervals) // BITS) if self.masked else 0
        name = f"step{PARAMETERS}{self.number}"
        return Times(
            name, tuple(self.intervals), outputs, tuple(parameters.values()), masks
        )


def _rows(leaf: Series) -> Rows | None:
    """A table's rows that a leaf is about; None where it is about others."""
    source = needs.origin(leaf)
    if not isinstance(source, Frame) or source.beside is not None:
        return None
    found = rows.of(source.source if isinstance(source, Pick) else source)
    base = rows.base(found.frame)
    is_table = isinstance(base, Table) and not base.one_row_per_patient
    return found if is_table else None


def _differs(leaf: Node) -> bool:
    """Is there a parameter anywhere below?"""
    return any(needs.is_parameter(node) for node in walk([leaf]))
