"""The cheapest pattern that is safe, with proof; or a good, audited one and the gap.

A heuristic gives a safe pattern soon. Then a master problem (which cells to hide, at least
cost) grows by the cuts with which the attacker shows each of its answers to be unsafe; its
cost is a lower bound all the while. An answer that survives the attack is the cheapest
safe one (F&S 2001, sections 4 and 5).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from output_checker.suppress.audit import Exposure, Judge, TimeUp, as_pattern
from output_checker.suppress.cheapest_moves import Mover, moved
from output_checker.suppress.master import Master, Unprotectable
from output_checker.suppress.problem import SLACK, Need, Problem
from output_checker.suppress.system import Floats

__all__ = ["Solution", "Unprotectable", "solve"]

RELAXED_ROUNDS = 400
GAINS_LITTLE = 1e-4
"""A share of the bound: rounds of cuts that raise it less are idle."""
PATIENCE = 8
"""Idle rounds in a row that end the rounds of fractions."""
THINNED_FIRST = 600
"""Cells hidden for others' sake up to which a first pattern is thinned out at once."""
SPARED = 1.5
"""Times that looking a pattern over took the last time, kept for the next."""
ROUGHLY = 0.01
"""How far from the master's cheapest answer its first ones may be."""


@dataclass(frozen=True)
class Solution:
    """A safe pattern. ``hidden``: all its cells. ``bound``: no safe pattern costs less."""

    hidden: frozenset[int]
    cost: float
    bound: float

    @property
    def proven(self) -> bool:
        return self.cost <= self.bound + SLACK * max(1.0, self.cost)

    @property
    def gap(self) -> float:
        """How much of the cost could at most be saved by a cheaper pattern, 0 to 1."""
        return 0.0 if self.proven else (self.cost - self.bound) / self.cost


def solve(problem: Problem, *, seconds: float, clock: Callable[[], float]) -> Solution:
    """The cheapest safe pattern, or the best that was found in time.

    The same problem gives the same answer, unless time runs out. If that is so soon that
    nobody has looked over the first pattern, it needn't be safe: see ``candidates``. Raises
    Unprotectable.
    """
    search = _Search(problem, clock, clock() + seconds)
    return search.improved(search.first())


def candidates(problem: Problem, solution: Solution) -> Iterator[Solution]:
    """For the last audit: the solution, then hiding everything that may be hidden.

    If the latter isn't safe, nothing is.
    """
    yield solution
    everything = problem.hidden | set(problem.free)
    if everything != solution.hidden:
        yield Solution(everything, problem.cost(everything), solution.bound)


class _Search:
    def __init__(self, problem: Problem, clock: Callable[[], float], end: float) -> None:
        self.problem, self.clock, self.end = problem, clock, end
        self.spare, self._bound = 0.0, 0.0
        self.judge, self.master = Judge(problem, self.expired), Master(problem)
        self.movers = [
            Mover(problem, n, self.judge.attacker(n)) for n in range(len(problem.layers))
        ]

    def expired(self) -> bool:
        return self.left() < 0

    def left(self) -> float:
        """Seconds until time is up, but for what it takes to look a pattern over."""
        return self.end - self.spare - self.clock()

    # A first answer -----------------------------------------------------------------

    def first(self) -> frozenset[int]:
        """A safe pattern by the cheapest moves, thinned out; or as far as time allows."""
        found = self.problem.hidden | set(self.problem.free)
        try:
            found = hidden = self._moved()
            found = self.looked_over(self.repaired(hidden, whole=False))
            self._bound_from_below()
            few = len(found - self.problem.hidden) <= THINNED_FIRST
            if hidden > self.problem.hidden and few:
                found = self.looked_over(self.thinned(found))
        except TimeUp:
            pass
        return found

    def _bound_from_below(self) -> None:
        """What attacks on the primary cells alone ask for, before time goes into more."""
        pattern = as_pattern(self.problem, self.problem.hidden)
        if self.master.add(list(self.judge.exposures(pattern, whole=False)), pattern):
            _, bound = self.master.relaxed(self.left())
            self._raise(bound)

    def looked_over(self, hidden: frozenset[int]) -> frozenset[int]:
        """The pattern, made safe in every way. The time that it takes was spared for it."""
        self.spare, began = 0.0, self.clock()
        try:
            return self.repaired(hidden, whole=True)
        finally:
            self.spare = SPARED * (self.clock() - began)

    def _moved(self) -> frozenset[int]:
        """More hidden by the cheapest moves, so that anybody's attack fails."""
        hidden = self.problem.hidden
        for n in range(len(self.problem.layers)):
            needs = self.judge.unsettled(n, as_pattern(self.problem, hidden))
            for need in sorted(needs, key=lambda m: (-_size(self.problem, n, m), m.cell)):
                if self.expired():
                    raise TimeUp
                hidden = self._with_moves(hidden, n, need, ())
        return hidden

    def _with_moves(
        self, hidden: frozenset[int], n: int, need: Need, known: tuple[int, ...]
    ) -> frozenset[int]:
        """More hidden, so that this need is met."""
        layer = self.problem.layers[n]
        value = layer.values[need.cell]
        up, down = need.high - value, value - need.low
        for sign, least in ((1, max(up, need.width - down)), (-1, down)):
            pattern = as_pattern(self.problem, hidden)
            if least <= SLACK or self.judge.settled(n, pattern, need, known):
                continue
            moves = self.movers[n].move(pattern, need, sign, least, known)
            if moves is None:
                continue
            attacker = self.judge.attacker(n)
            hidden |= {layer.cells[c] for c in moved(moves, attacker.down, attacker.up)}
            for witness in (moves, -moves):
                self.judge.take(n, witness)
        return hidden

    def repaired(self, hidden: frozenset[int], *, whole: bool) -> frozenset[int]:
        """More hidden until the pattern is safe: by moves, then cells one by one."""
        while True:
            pattern = as_pattern(self.problem, hidden)
            found = list(self.judge.exposures(pattern, whole=whole))
            if not found:
                return hidden
            self.master.add(found, pattern)
            more = hidden
            for exposure in found if any(e.cuts for e in found) else ():
                more = self._with_moves(
                    more, exposure.layer, exposure.need, exposure.insider
                )
            hidden = more if more > hidden else self._with_cheapest(found, hidden)

    def _with_cheapest(
        self, found: Iterable[Exposure], hidden: frozenset[int]
    ) -> frozenset[int]:
        return hidden | {self._cheapest(e, hidden) for e in found}

    def _cheapest(self, exposure: Exposure, hidden: frozenset[int]) -> int:
        """The free cell that does most for its price."""
        left = [i for i in self.problem.free if i not in hidden]
        if not left:
            raise Unprotectable(self.problem.layers[exposure.layer].name)
        slopes = sum((c.slopes for c in exposure.cuts), np.zeros(len(self.problem.weights)))
        useful = [i for i in left if slopes[i] > 0] or self._beside(exposure, left) or left
        return min(useful, key=lambda i: (self.problem.weights[i] / (slopes[i] or 1), i))

    def _beside(self, exposure: Exposure, left: Iterable[int]) -> list[int]:
        """The cells in an equation with the one that is found out."""
        layer, cell = self.problem.layers[exposure.layer], exposure.need.cell
        lines = [(e.total, *e.parts) for e in layer.equations]
        near = {layer.cells[c] for line in lines if cell in line for c in line}
        return [i for i in left if i in near]

    def thinned(self, hidden: frozenset[int]) -> frozenset[int]:
        """Less hidden, dearest first, as long as it stays safe and there is time."""
        weights = self.problem.weights
        added = sorted(hidden - self.problem.hidden, key=lambda i: (-weights[i], i))
        for cell in added:
            if self.expired():
                break
            if self.holds(hidden - {cell}):
                hidden -= {cell}
        return hidden

    def holds(self, hidden: frozenset[int]) -> bool:
        pattern = as_pattern(self.problem, hidden)
        try:
            return next(self.judge.exposures(pattern, whole=False), None) is None
        except TimeUp:
            return False

    # A better one -------------------------------------------------------------------

    def improved(self, best: frozenset[int]) -> Solution:
        """Cuts until the master's answer is safe, or time is up."""
        self._best = best
        try:
            if not self._met():
                self._relaxed()
            if not self._met():
                self._consider(self.problem.hidden | _support(self._pattern))
            self._in_whole()
        except TimeUp:
            pass
        cost = self.problem.cost(self._best)
        return Solution(self._best, cost, min(self._bound, cost))

    def _consider(self, hidden: frozenset[int]) -> None:
        """Made safe and thinned out, is this cheaper than the best so far?"""
        held = self.repaired(hidden, whole=False)
        safe = self.looked_over(self.thinned(held))
        self._best = min(self._best, safe, key=self.problem.cost)

    def _relaxed(self) -> None:
        """Cuts for the cheapest pattern in fractions, until they hardly raise its cost.

        They are looked for halfway to a safe pattern, where they cut deeper (W. Ben-Ameur
        and J. Neto, "Acceleration of cutting-plane and column generation algorithms",
        Networks 49 (2007) 3-17).
        """
        self._pattern = as_pattern(self.problem, self.problem.hidden)
        inside = as_pattern(self.problem, self._best)
        idle = 0
        for number in range(RELAXED_ROUNDS):
            between = self._pattern if number % 5 == 0 else (self._pattern + inside) / 2
            found = list(self.judge.exposures(between, whole=False))
            if not found and number % 5 == 0:
                return
            if not self.master.add(found, between):
                inside = between
                continue
            pattern, bound = self.master.relaxed(self.left())
            if pattern is None:
                raise TimeUp
            self._pattern = pattern
            idle = 0 if bound > self._bound * (1 + GAINS_LITTLE) else idle + 1
            self._raise(bound)
            if idle > PATIENCE or self._met():
                return

    def _raise(self, bound: float) -> None:
        """Take in a bound; where all weights are whole, so is every cost."""
        free = [self.problem.weights[i] for i in self.problem.free]
        whole = all(weight.is_integer() for weight in free)
        self._bound = max(self._bound, math.ceil(bound - SLACK) if whole else bound)

    def _met(self) -> bool:
        return self._bound >= self.problem.cost(self._best) - SLACK

    def _in_whole(self) -> None:
        """The master's answers in whole cells, first roughly, then exactly."""
        gap = ROUGHLY
        while not self._met() and not self.expired():
            pattern, bound = self.master.whole(self.left(), self._best, gap)
            self._raise(bound)
            if pattern is None or self._met():
                return
            found = list(self.judge.exposures(pattern))
            hidden = self.problem.hidden | _support(pattern)
            if not found:
                self._best = min(self._best, hidden, key=self.problem.cost)
                gap = 0.0
                continue
            self.master.add(found, pattern)
            between = (pattern + as_pattern(self.problem, self._best)) / 2
            self.master.add(list(self.judge.exposures(between, whole=False)), between)
            self._consider(hidden)


def _size(problem: Problem, layer: int, need: Need) -> float:
    value = problem.layers[layer].values[need.cell]
    return max(need.high - value, value - need.low, need.width)


def _support(pattern: Floats) -> frozenset[int]:
    return frozenset(np.flatnonzero(pattern > SLACK).tolist())
