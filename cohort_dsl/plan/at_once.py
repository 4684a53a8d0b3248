"""Steps that count all intervals of some measures at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import BOOL, INT
from cohort_dsl.plan import cuts, needs
from cohort_dsl.plan.build import Draft
from cohort_dsl.plan.cuts import Cuts
from cohort_dsl.plan.each import Asked, Unit
from cohort_dsl.plan.steps import Step
from cohort_dsl.plan.tallies import Family, Fold, Spread, SpreadEach, TallyEach
from cohort_dsl.plan.varying import known


@dataclass(frozen=True)
class _Counted:
    """A family's template with the numerators that are counted together."""

    family: Family
    denominator: Series
    numerators: tuple[Series, ...]
    groups: tuple[Series, ...]

    def roots(self) -> tuple[Series, ...]:
        return (self.denominator, *self.numerators, *self.groups)


def counted(draft: Draft, unit: Unit) -> Iterator[Family]:
    """Adds the unit's steps to the draft; gives the families that they count."""
    everybody = [_of_all(asked) for asked in unit.asked]
    yield from _tallied(draft, unit, everybody, _of_everybody(unit, everybody, draft))
    for steps, stacked in _people(unit, draft):
        few = [one for asked in unit.asked if (one := _of_few(asked, steps, draft))]
        numerators = (series for one in few for series in one.numerators)
        found = leaves(numerators, draft.givens)
        every = leaves((s for one in few for s in one.roots()), draft.givens)
        others = tuple(leaf for leaf in _plain(every) if leaf not in found)
        names = {name for one in steps for name in one}
        people = tuple(step.name for step in draft.steps if step.name in names)
        spread = SpreadEach(draft.name("spread"), _plain(found), others, people, stacked)
        yield from _tallied(draft, unit, few, spread)


def _of_all(asked: Asked) -> _Counted:
    name = f"{asked.family.name}_at_once"
    family = replace(asked.family, name=name, measures=tuple(asked.dense))
    return _Counted(family, asked.denominator, tuple(asked.dense.values()), asked.groups)


def _of_everybody(unit: Unit, counted: Iterable[_Counted], draft: Draft) -> Step:
    """Answers of one patient each, or folded: a sum of many ints might be too large."""
    targets = [series for one in counted for series in one.roots()]
    wanted = _plain(leaves(targets, draft.givens))
    numbers = (s for one in counted for s in (one.denominator, *one.numerators))
    below = needs.in_place(targets)
    joined = any(needs.is_joined(n) and not needs.is_long_map(n) for n in below)
    if joined or any(series.type != BOOL for series in numbers):
        return Spread(draft.name("spread"), wanted, ())
    return Fold(draft.name("fold"), wanted, _cuts(wanted, targets, unit))


def _cuts(
    wanted: Iterable[Series], targets: Collection[Series], unit: Unit
) -> dict[Series, Cuts]:
    """The answers that are only compared with constants."""
    used: dict[Series, list[Series]] = {}
    for node in needs.in_place(targets):
        for operand in needs.operands(node):
            used.setdefault(operand, []).append(node)
    found = {}
    for leaf in (one for one in wanted if one not in targets):
        its = cuts.between(used[leaf], leaf, known(unit.times))
        if its is not None:
            found[leaf] = its
    return found


def _people(unit: Unit, draft: Draft) -> Iterator[tuple[frozenset[tuple[str, ...]], bool]]:
    """The sets of steps whose answers few's numerators need; single steps all together."""
    every = (s for asked in unit.asked for s in asked.sparse.values())
    sets = dict.fromkeys(_steps(series, draft) for series in every)
    alone = [steps for steps in sets if len(steps) == 1]
    if alone:
        yield frozenset(alone), True
    yield from ((frozenset([steps]), False) for steps in sets if len(steps) > 1)


def _steps(series: Series, draft: Draft) -> tuple[str, ...]:
    found = _plain(leaves([series], draft.givens))
    return tuple(sorted({draft.givens[leaf].step for leaf in found}))


def _of_few(
    asked: Asked, steps: Collection[tuple[str, ...]], draft: Draft
) -> _Counted | None:
    """The numerators that need the answers of just these steps; None if there are none."""
    its = {n: s for n, s in asked.sparse.items() if _steps(s, draft) in steps}
    if not its:
        return None
    name = f"{asked.family.name}_of_few_{len(draft.steps)}"
    family = replace(asked.family, name=name, measures=tuple(its), counts=())
    return _Counted(family, asked.denominator, tuple(its.values()), asked.groups)


def _tallied(
    draft: Draft, unit: Unit, many: Iterable[_Counted], spread: Step
) -> Iterator[Family]:
    draft.steps.append(spread)
    for one in many:
        name, times = draft.name("tally"), unit.times.name
        found = numbers(one.roots(), len(one.numerators))
        draft.steps.append(TallyEach(name, one.family.name, spread.name, times, *found))
        yield one.family


# Also of intervals that are counted one by one -------------------------------------------


def leaves(found: Iterable[Series], givens: Collection[Series]) -> tuple[Series, ...]:
    """The answers that these are worked out from; not what is looked among."""
    below = needs.leaves(found)
    return tuple(n for n in below if n in givens and not isinstance(n, nodes.IsInSeries))


def _plain(found: Iterable[Series]) -> tuple[Series, ...]:
    """Without parameters."""
    return tuple(leaf for leaf in found if not needs.is_parameter(leaf))


def numbers(found: tuple[Series, ...], numerators: int) -> tuple[Any, ...]:
    """Who counts, the denominator, the numerators and the groups, as a step wants them."""
    is_there, *others = found
    denominator: Series = nodes.Value(1, INT)
    if is_there.type != BOOL:
        denominator, is_there = is_there, nodes.Less(nodes.Value(0, INT), is_there)
    each = tuple(_number(one) for one in others[:numerators])
    return is_there, denominator, each, tuple(others[numerators:])


def _number(series: Series) -> Series:
    """True is 1, and NULL is 0."""
    zero = nodes.Value(0, INT)
    if series.type == BOOL:
        return nodes.Case(((series, nodes.Value(1, INT)),), zero)
    return nodes.Case(((nodes.IsNull(series), zero),), series)
