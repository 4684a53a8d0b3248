"""From measures to steps: every interval's series is a question of its own, all at once.

Each interval's days are put into the series, and all that these need of the tables is
answered by one plan, as if they were one question's variables: what doesn't differ between
intervals is the same node, and so is found out once, and a table is read once for all.
Then, for some intervals at a time, the patients' answers are put side by side, and each
interval's groups are counted.

What all intervals ask alike is counted at once (``each``, ``at_once``); only the rest so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from cohort_dsl.model import intervals, nobody, nodes
from cohort_dsl.model.measures import MOST_ROUNDS, Measures
from cohort_dsl.model.nodes import Series, Table, walk
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import BOOL
from cohort_dsl.plan import at_once, needs
from cohort_dsl.plan.at_once import leaves, numbers
from cohort_dsl.plan.build import Draft, answered, tables_below
from cohort_dsl.plan.each import Sorter, Unit
from cohort_dsl.plan.gathering import NOTHING_SHARED, Reads
from cohort_dsl.plan.rewrite import cheaper
from cohort_dsl.plan.steps import Aggregate, Choose, Plan
from cohort_dsl.plan.tallies import Counts, Family, Spread, Tally
from cohort_dsl.plan.varying import Varying

# Answers side by side: more cost memory, fewer cost joins.
COLUMNS = 100
COLUMNS_OF_SOME = 250
# Measures whose tallies are one table: engines limit its columns, two for each of them.
FAMILY = 200


def build(
    measures: Measures,
    everyone: Collection[str] = (),
    together: int = 1,
    shared: Reads = NOTHING_SHARED,
) -> Plan:
    """The steps that count the measures; the rest as of ``build``.

    Intervals are told by their number in ``measures.intervals()``, from 1 on.
    """
    families = _families(measures)
    asked = dict(_rounds(measures, families))
    series = {_name(one): one for found in asked.values() for one in found}
    query = cheaper(Query(_population(measures), series))
    rounds = {
        key: [query.variables[_name(one)] for one in found] for key, found in asked.items()
    }
    units = tuple(_units(measures, rounds))
    left = dict(_left(rounds, units))
    who = tables_below(measure.denominator for measure in measures.measures)
    found = [*(s for unit in units for one in unit.asked for s in one.roots())]
    found += [one for its in left.values() for one in its]
    wanted = Query(query.population, {_name(one): one for one in found})
    masked = {leaf: unit.times for unit in units for leaf in unit.masked}
    varying = Varying(tuple(unit.times for unit in units), masked)
    draft = answered(wanted, who, everyone, together, varying)
    counted = [family for unit in units for family in at_once.counted(draft, unit)]
    told = _Tallied(draft, left, _sparse_steps(draft))
    rest = tuple(dict.fromkeys(family for family, _ in left))
    counted += [*told.of_everybody(rest), *told.of_some(rest)]
    in_order = sorted(counted, key=lambda one: min(*one.measures, *one.counts, MOST_ROUNDS))
    draft.steps.append(Counts(draft.name("counts"), tuple(in_order)))
    steps = draft.all_steps(shared=shared)
    return Plan(query, steps, MappingProxyType(draft.givens))


def _sparse_steps(draft: Draft) -> set[str]:
    """The steps that know only patients who have rows found by a list."""
    read = [step for step in draft.steps if isinstance(step, Aggregate | Choose)]
    return {
        step.name
        for step in read
        if (step.parts[0] if isinstance(step, Aggregate) else step).rows.hit is not None
    }


def _population(measures: Measures) -> Series:
    """Everybody in the tables that come with the question, or whom other tables mention."""
    below = walk(measure.denominator for measure in measures.measures)
    given = [nodes.Exists(node) for node in below if isinstance(node, nodes.InlineTable)]
    everybody = nodes.Value(True, BOOL)
    return nodes.Or((everybody, *given)) if given else everybody


def _name(series: Series) -> str:
    return f"s{series.digest.hex()}"


_Key: TypeAlias = tuple[Family, int]


# What is counted together -----------------------------------------------------------


def _families(measures: Measures) -> tuple[Family, ...]:
    """Measures of the same patients in the same groups, for the same intervals."""
    alike: dict[object, list[int]] = {}
    for number, one in enumerate(measures.measures):
        key = (one.denominator, tuple(one.group_by.items()), one.intervals)
        alike.setdefault(key, []).append(number)
    pieces = (its[at : at + FAMILY] for its in alike.values() for at in _starts(its))
    return tuple(
        _family(f"step_family_{n}", measures, found)
        for n, found in enumerate(pieces, start=1)
    )


def _starts(numbers: Sequence[int]) -> range:
    return range(0, len(numbers), FAMILY)


def _family(name: str, measures: Measures, numbers: Sequence[int]) -> Family:
    groups = measures.measures[numbers[0]].group_by
    types = {column: series.type for column, series in groups.items()}
    every = tuple(numbers)
    return Family(name, every, every, MappingProxyType(types))


def _rounds(
    measures: Measures, families: Iterable[Family]
) -> Iterator[tuple[_Key, list[Series]]]:
    """For each interval and family: its denominator, its numerators, its groups."""
    for number, interval in enumerate(measures.intervals(), start=1):
        now = intervals.at(measures, interval)
        there = {measure.name: measure for measure in now.measures}
        for family in families:
            named = [measures.measures[n].name for n in family.measures]
            found = [there[name] for name in named if name in there]
            if found:
                groups = found[0].group_by.values()
                numerators = [one.numerator for one in found]
                denominator = _of_known(found[0].denominator)
                yield (family, number), [denominator, *numerators, *groups]


def _units(measures: Measures, rounds: Mapping[_Key, Sequence[Series]]) -> Iterator[Unit]:
    """The families whose intervals are counted at once."""
    intervals = measures.intervals()
    by_intervals: dict[tuple[int, ...], dict[Family, list[Sequence[Series]]]] = {}
    for family in dict.fromkeys(family for family, _ in rounds):
        its = {number: found for (one, number), found in rounds.items() if one is family}
        by_intervals.setdefault(tuple(its), {})[family] = list(its.values())
    for number, (found, alike) in enumerate(by_intervals.items(), start=1):
        days = {one: intervals[one - 1] for one in found}
        if (unit := Sorter(number, days, alike).unit()) is not None:
            yield unit


def _left(
    rounds: Mapping[_Key, Sequence[Series]], units: Iterable[Unit]
) -> Iterator[tuple[_Key, Sequence[Series]]]:
    """The rounds that are counted one by one."""
    counted = {one.family: one.left() for unit in units for one in unit.asked}
    kept = {f: replace(f, measures=some, counts=()) for f, some in counted.items()}
    for (family, interval), its in rounds.items():
        if family not in counted:
            yield (family, interval), its
        elif counted[family]:
            places = [1 + family.measures.index(number) for number in counted[family]]
            groups = its[1 + len(family.measures) :]
            some = [its[0], *(its[place] for place in places), *groups]
            yield (kept[family], interval), some


def _of_known(denominator: Series) -> Series:
    """The denominator of those whom its tables know, though it would count others too."""
    if not (nobody.answer(denominator) or 0) > 0:  # type: ignore[operator]  # bool or int
        return denominator
    tables = [n for n in walk([denominator]) if isinstance(n, Table | nodes.InlineTable)]
    is_known: list[Series] = [nodes.Exists(table) for table in tables]
    known = nodes.Or((nodes.Value(False, BOOL), *is_known, nodes.Value(False, BOOL)))
    return nodes.Case(((known, denominator),), nodes.Null(denominator.type))


@dataclass(frozen=True)
class _Tallied:
    """Steps that tally rounds: each a denominator, the numerators and the groups.

    A numerator that is nothing for whoever has no row found by a list is counted among
    the patients who have one: they are few, and the others need not be looked at.
    """

    draft: Draft
    rounds: Mapping[_Key, Sequence[Series]]
    sparse: Collection[str]

    def of_everybody(self, families: Iterable[Family]) -> Iterator[Family]:
        """Denominators, and the numerators that anybody may add to."""
        kept = {}
        for family in families:
            some = {n for n in family.measures if self._is_sparse(family, n)}
            dense = tuple(n for n in family.measures if n not in some)
            if dense or family.counts:
                kept[family] = replace(family, name=f"{family.name}_all", measures=dense)
        self._tally(kept, ())
        yield from kept.values()

    def of_some(self, families: Iterable[Family]) -> Iterator[Family]:
        """The other numerators."""
        kept = {}
        for family in families:
            some = tuple(n for n in family.measures if self._is_sparse(family, n))
            name = f"{family.name}_some"
            if some:
                kept[family] = replace(family, name=name, measures=some, counts=())
        steps = (self._steps(s) for f, k in kept.items() for s in self._numerators(f, k))
        self._tally(kept, tuple(dict.fromkeys(name for found in steps for name in found)))
        yield from kept.values()

    def _is_sparse(self, family: Family, number: int) -> bool:
        place = 1 + family.measures.index(number)
        found = [its[place] for (its_family, _), its in self._of(family)]
        return all(self._is_nothing_without_rows(series) for series in found)

    def _of(self, family: Family) -> list[tuple[_Key, Sequence[Series]]]:
        return [(key, its) for key, its in self.rounds.items() if key[0] is family]

    def _numerators(self, family: Family, kept: Family) -> Iterator[Series]:
        places = [1 + family.measures.index(number) for number in kept.measures]
        for _, its in self._of(family):
            yield from (its[place] for place in places)

    def _is_nothing_without_rows(self, numerator: Series) -> bool:
        below = needs.leaves([numerator])
        if not below or any(leaf not in self.draft.givens for leaf in below):
            return False
        found_by_lists = set(self._steps(numerator)) <= set(self.sparse)
        return found_by_lists and not nobody.answer(numerator)

    def _steps(self, series: Series) -> Iterator[str]:
        for leaf in leaves([series], self.draft.givens):
            yield self.draft.givens[leaf].step

    def _tally(self, kept: Mapping[Family, Family], people: tuple[str, ...]) -> None:
        wanted = [
            (family, interval, self._picked(family, kept[family], its))
            for (family, interval), its in self.rounds.items()
            if family in kept
        ]
        most = COLUMNS_OF_SOME if people else COLUMNS
        for chunk in _chunks(wanted, self.draft.givens, most):
            wanted_now = leaves((s for *_, its in chunk for s in its), self.draft.givens)
            spread = Spread(self.draft.name("spread"), wanted_now, people)
            self.draft.steps.append(spread)
            for family, interval, its in chunk:
                name, found = self.draft.name("tally"), kept[family]
                counted = numbers(tuple(its), len(found.measures))
                tally = Tally(name, found.name, spread.name, interval, *counted)
                self.draft.steps.append(tally)

    def _picked(
        self, family: Family, kept: Family, its: Sequence[Series]
    ) -> Sequence[Series]:
        places = [1 + family.measures.index(number) for number in kept.measures]
        groups = its[1 + len(family.measures) :]
        return [its[0], *(its[place] for place in places), *groups]


_Wanted: TypeAlias = tuple[Family, int, Sequence[Series]]


def _chunks(
    wanted: Iterable[_Wanted], givens: Collection[Series], most: int
) -> Iterator[list[_Wanted]]:
    """The rounds of as many intervals as fit side by side."""
    chunk: list[_Wanted] = []
    columns: set[Series] = set()
    for one in wanted:
        _, interval, found = one
        needed = set(leaves(found, givens))
        if chunk and interval != chunk[-1][1] and len(columns | needed) > most:
            yield chunk
            chunk, columns = [], set()
        chunk.append(one)
        columns |= needed
    if chunk:
        yield chunk
