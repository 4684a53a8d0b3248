"""Is a pattern of hidden cells safe? Answered by attack, whoever made the pattern.

For each need the attacker's interval, in each layer, for anybody and for each insider;
where a layer's numbers are whole, branch and bound settles what fractions leave open. So
two hidden counts that add up to 2 beside shown zeros are found to be 1 and 1. Witnesses
settle most needs at once (see ``side``); the others are asked for one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from output_checker.suppress.attack import Attacker, Reach
from output_checker.suppress.problem import SLACK, Interval, Need, Problem
from output_checker.suppress.side import Known, Side
from output_checker.suppress.spans import spans
from output_checker.suppress.system import Floats
from output_checker.suppress.tally import Tally


class TimeUp(Exception):
    """Nobody waits any longer; nothing is known about the pattern."""


@dataclass(frozen=True)
class Cut:
    """What every safe pattern x obeys: slopes @ x >= least, over the problem's cells."""

    slopes: Floats
    least: float


@dataclass(frozen=True)
class Exposure:
    """A need that a pattern doesn't meet; no cuts where only whole numbers give it away.

    ``layer``: by its place in the problem. ``insider``: the cells that the one who finds
    out knows anyway; none: anybody does.
    """

    layer: int
    need: Need
    cuts: tuple[Cut, ...]
    insider: Known = ()


@dataclass(frozen=True)
class _View:
    """An attacker of a layer: anybody, or one who knows some cells."""

    layer: int
    known: Known = ()


_Doubt = tuple[_View, Need]
"""A need met in fractions, not yet in whole numbers."""
_Asked = Iterator[tuple[tuple[int, ...], float]]


class Judge:
    """Attacks patterns of one problem; keeps its attackers warm, and their witnesses.

    ``expired``: asked now and then; once true, TimeUp.
    """

    def __init__(
        self, problem: Problem, expired: Callable[[], bool] = lambda: False
    ) -> None:
        self.problem, self._expired = problem, expired
        self._sides = [Side(layer, self._wait) for layer in problem.layers]
        everything = problem.hidden | set(problem.free)
        self._everything = as_pattern(problem, everything)

    def exposures(self, pattern: Floats, *, whole: bool = True) -> Iterator[Exposure]:
        """The needs that the pattern (1 hidden, 0 shown, or between) leaves unmet.

        Anybody's attack first; insiders, and then wholeness, are asked only of a pattern
        that survives this.
        """
        doubts: list[_Doubt] = []
        broken = False
        for attack in (self._anybody, self._insiders):
            for n in () if broken else range(len(self._sides)):
                for found in attack(n, pattern, whole):
                    if isinstance(found, Exposure):
                        broken = True
                        yield found
                    else:
                        doubts.append(found)
        if whole and not broken:
            yield from self._unsettled(doubts, pattern)

    def intervals(
        self,
        layer: int,
        pattern: Floats,
        wanted: Iterable[int] | None = None,
        known: Known = (),
    ) -> dict[int, Interval]:
        """What anybody can work out about a layer's cells, by their places there.

        Of all hidden cells, unless only some are ``wanted``. Or one who has ``known``.
        """
        side = self._sides[layer]
        side.look(pattern, known)
        if wanted is None:
            wanted = np.flatnonzero(pattern[side.places]).tolist()
        far, values = spans(side, list(wanted)), side.layer.values
        return {
            place: (round(values[place] - down, 6), round(values[place] + up, 6))
            for place, (down, up) in far.items()
        }

    def unsettled(
        self, layer: int, pattern: Floats, needs: Sequence[Need] | None = None
    ) -> list[Need]:
        """The needs that no witness shows to be met; some may be, all the same.

        The layer's own, unless others are asked about.
        """
        side = self._sides[layer]
        side.look(pattern)
        needs = side.layer.needs if needs is None else needs
        return _open(needs, side.tally(needs, whole=True))

    def settled(self, layer: int, pattern: Floats, need: Need, known: Known = ()) -> bool:
        """Does a witness that is at hand show the need to be met?"""
        side = self._sides[layer]
        side.attacker.rooms(pattern[side.places], known)
        return not side.at_hand([need], whole=False).left()

    def take(self, layer: int, witness: Floats) -> None:
        """A table that agrees with what some pattern shows: it may settle needs."""
        self._sides[layer].witnesses.add(witness)

    def attacker(self, layer: int) -> Attacker:
        return self._sides[layer].attacker

    def _anybody(self, n: int, pattern: Floats, whole: bool) -> Iterator[Exposure | _Doubt]:
        yield from self._view(_View(n), pattern, self._sides[n].layer.needs, whole)

    def _insiders(
        self, n: int, pattern: Floats, whole: bool
    ) -> Iterator[Exposure | _Doubt]:
        side = self._sides[n]
        needs, insiders = side.layer.needs, side.layer.insiders
        if needs and insiders:
            tally = side.tally_of_insiders(pattern, whole=whole)
            for known, row in zip(insiders, tally.open(), strict=True):
                left = [need for need, open_ in zip(needs, row, strict=True) if open_]
                yield from self._view(_View(n, known), pattern, left, whole)

    def _view(
        self, view: _View, pattern: Floats, needs: Sequence[Need], whole: bool
    ) -> Iterator[Exposure | _Doubt]:
        """What one attacker finds out about these needs, or may find out."""
        if not needs:
            return
        side = self._sides[view.layer]
        side.look(pattern, view.known)
        tally = side.tally(needs, whole=whole)
        for n, need in enumerate(needs):
            if tally.open()[0, n]:
                yield from self._one(view, need, tally, whole)

    def _one(
        self, view: _View, need: Need, tally: Tally, whole: bool
    ) -> Iterator[Exposure | _Doubt]:
        """One need, asked for by itself: an exposure, a doubt, or nothing."""
        self._wait()
        side = self._sides[view.layer]
        (up, high), (down, low) = (side.attacker.reach(need.cell, s) for s in (1, -1))
        for row in (high, low):
            side.witnesses.add(row)
            side.take(tally, row, whole=whole)
        reaches = {1: up, -1: down}
        found = {sign: reach.distance for sign, reach in reaches.items()}
        short = [(signs, least) for signs, least in self._asked(view, need, found)
                 if sum(found[s] for s in signs) < least - SLACK]  # fmt: skip
        cuts = [self._cut(side, [reaches[s] for s in signs], least)
                for signs, least in short]  # fmt: skip
        if short:
            useful = tuple(cut for cut in cuts if cut.least > SLACK)
            yield Exposure(view.layer, need, useful, view.known)
        elif side.layer.integer and not (up.whole and down.whole):
            yield view, need

    def _asked(self, view: _View, need: Need, found: dict[int, float]) -> _Asked:
        """How far in these directions together; of an insider no more than hiding

        everything would keep from him.
        """
        side = self._sides[view.layer]
        value = side.layer.values[need.cell]
        for signs, least in (((1,), need.high - value), ((-1,), value - need.low),
                             ((1, -1), need.width)):  # fmt: skip
            if view.known and sum(found[s] for s in signs) < least - SLACK:
                most = (
                    side.most(self._everything, view.known, need.cell, s) for s in signs
                )
                least = min(least, sum(most))
            yield signs, least

    def _cut(self, side: Side, reaches: list[Reach], least: float) -> Cut:
        """The capacity cut: the attacker's bound must rise to the protection level.

        A slope above what is missing can be lowered to it, as x is 0 or 1 (F&S 4.2).
        """
        slopes = np.zeros(len(self.problem.weights))
        for bound in map(side.attacker.bound, reaches):
            slopes[side.places] += bound.slopes
            least -= bound.constant
        always = list(self.problem.hidden)
        least -= float(slopes[always].sum())
        slopes[always] = slopes[list(self.problem.fixed)] = 0
        return Cut(np.minimum(slopes, max(least, 0)), least)

    def _unsettled(self, doubts: list[_Doubt], pattern: Floats) -> Iterator[Exposure]:
        """The doubts that whole numbers don't dispel; the same attacker's together."""
        for view, group in groupby(doubts, key=lambda doubt: doubt[0]):
            side, needs = self._sides[view.layer], [need for _, need in group]
            side.look(pattern, view.known)
            for need in _open(needs, side.tally_by_branching(needs)):
                self._wait()
                if not self._holds_in_whole_numbers(view, need):
                    yield Exposure(view.layer, need, (), view.known)

    def _holds_in_whole_numbers(self, view: _View, need: Need) -> bool:
        side = self._sides[view.layer]
        value = side.layer.values[need.cell]
        enough = max(need.high - value, value - need.low, need.width)
        found = {sign: side.distance(need.cell, sign, enough) for sign in (1, -1)}
        return all(
            sum(found[s] for s in signs) >= least - SLACK
            for signs, least in self._asked(view, need, found)
        )

    def _wait(self) -> None:
        if self._expired():
            raise TimeUp


def _open(needs: Sequence[Need], tally: Tally) -> list[Need]:
    return [need for need, open_ in zip(needs, tally.open()[0], strict=True) if open_]


def as_pattern(problem: Problem, hidden: frozenset[int]) -> Floats:
    """A set of hidden cells as the array that attacks take."""
    pattern = np.zeros(len(problem.weights))
    pattern[list(hidden)] = 1
    return pattern


def audit(problem: Problem, hidden: frozenset[int]) -> tuple[Exposure, ...]:
    """Every need that hiding exactly these cells leaves unmet.

    Insiders' where nobody else finds anything, whole numbers' where no insider does.
    """
    return tuple(Judge(problem).exposures(as_pattern(problem, hidden)))
