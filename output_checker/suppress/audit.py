"""Is a pattern of hidden cells safe? Answered by attack, whoever made the pattern.

Two linear programs per need, in each layer; where a layer's numbers are whole, branch and
bound settles what fractions leave open. So two hidden counts that add up to 2 beside shown
zeros are found to be 1 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from output_checker.suppress.attack import Attacker, Floats, Reach
from output_checker.suppress.problem import SLACK, Interval, Layer, Need, Problem

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Cut:
    """What every safe pattern x obeys: slopes @ x >= least, over the problem's cells."""

    slopes: Floats
    least: float


@dataclass(frozen=True)
class Exposure:
    """A need that a pattern doesn't meet; no cuts where only whole numbers give it away."""

    layer: Layer
    need: Need
    cuts: tuple[Cut, ...]


class Judge:
    """Attacks patterns of one problem; keeps its attackers warm."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._attackers = [Attacker(layer) for layer in problem.layers]
        self._places = [np.array(layer.cells, dtype=np.intp) for layer in problem.layers]

    def exposures(self, pattern: Floats, *, whole: bool = True) -> Iterator[Exposure]:
        """The needs that the pattern (1 hidden, 0 shown, or between) leaves unmet.

        Fractions first; wholeness is asked only of a pattern that they can't break.
        """
        doubts: list[tuple[Attacker, Need]] = []
        broken = False
        for attacker, places in zip(self._attackers, self._places, strict=True):
            attacker.look(pattern[places])
            for need in attacker.layer.needs:
                up, down = attacker.reach(need.cell, 1), attacker.reach(need.cell, -1)
                cuts = self._cuts(attacker.layer, places, need, up, down)
                if cuts is not None:
                    broken = True
                    yield Exposure(attacker.layer, need, cuts)
                elif attacker.layer.integer and not (up.whole and down.whole):
                    doubts.append((attacker, need))
        for attacker, need in doubts if whole and not broken else ():
            if not self._holds_in_whole_numbers(attacker, need):
                yield Exposure(attacker.layer, need, ())

    def intervals(
        self, layer: int, pattern: Floats, wanted: Iterable[int] | None = None
    ) -> dict[int, Interval]:
        """What an attacker can work out about a layer's cells, by their places there.

        Of all hidden cells, unless only some are ``wanted``.
        """
        attacker, places = self._attackers[layer], self._places[layer]
        attacker.look(pattern[places])
        if wanted is None:
            wanted = np.flatnonzero(pattern[places]).tolist()
        return {place: self._interval(attacker, place) for place in wanted}

    def _interval(self, attacker: Attacker, place: int) -> Interval:
        value = attacker.layer.values[place]
        down, up = (self._distance(attacker, place, sign) for sign in (-1, 1))
        return (round(value - down, 6), round(value + up, 6))

    def _distance(
        self, attacker: Attacker, place: int, sign: int, enough: float = np.inf
    ) -> float:
        reach = attacker.reach(place, sign)
        if attacker.layer.integer and not reach.whole:
            return attacker.whole_reach(place, sign, enough)
        return reach.distance

    def _cuts(
        self, layer: Layer, places: Places, need: Need, up: Reach, down: Reach
    ) -> tuple[Cut, ...] | None:
        """Why the need is unmet, or None if it is met."""
        value = layer.values[need.cell]
        asked = (
            ([up], need.high - value),
            ([down], value - need.low),
            ([up, down], need.width),
        )
        short = [(r, least) for r, least in asked if _total(r) < least - SLACK]
        cuts = [self._cut(reaches, least, places) for reaches, least in short]
        return tuple(cut for cut in cuts if cut.least > SLACK) if short else None

    def _holds_in_whole_numbers(self, attacker: Attacker, need: Need) -> bool:
        value = attacker.layer.values[need.cell]
        enough = max(need.high - value, value - need.low, need.width)
        up = self._distance(attacker, need.cell, 1, enough)
        down = self._distance(attacker, need.cell, -1, enough)
        return (
            value + up >= need.high - SLACK
            and value - down <= need.low + SLACK
            and up + down >= need.width - SLACK
        )

    def _cut(self, reaches: list[Reach], least: float, places: Places) -> Cut:
        """The capacity cut: the attacker's bound must rise to the protection level.

        A slope above what is missing can be lowered to it, as x is 0 or 1 (F&S 4.2).
        """
        slopes = np.zeros(len(self.problem.weights))
        for reach in reaches:
            np.add.at(slopes, places, reach.slopes)
            least -= reach.constant
        always = list(self.problem.hidden)
        least -= float(slopes[always].sum())
        slopes[always] = slopes[list(self.problem.fixed)] = 0
        return Cut(np.minimum(slopes, max(least, 0)), least)


def _total(reaches: list[Reach]) -> float:
    return sum(reach.distance for reach in reaches)


def as_pattern(problem: Problem, hidden: frozenset[int]) -> Floats:
    """A set of hidden cells as the array that attacks take."""
    pattern = np.zeros(len(problem.weights))
    pattern[list(hidden)] = 1
    return pattern


def audit(problem: Problem, hidden: frozenset[int]) -> tuple[Exposure, ...]:
    """Every need that hiding exactly these cells leaves unmet."""
    return tuple(Judge(problem).exposures(as_pattern(problem, hidden)))
