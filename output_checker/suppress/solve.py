"""The cheapest pattern that is safe, with proof; or a good, audited one and the gap.

A master problem (which cells to hide, at least cost) grows by the cuts with which the
attacker shows each of its answers to be unsafe; its cost is a lower bound all the while.
An answer that survives the attack is the cheapest safe one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from output_checker.suppress.attack import Floats, SolverFailed, quiet
from output_checker.suppress.audit import Cut, Exposure, Judge, as_pattern
from output_checker.suppress.problem import SLACK, Problem

RELAXED_ROUNDS = 40
QUESTIONS = 5000
"""Linear programs that may be spent on thinning out a first answer."""


class Unprotectable(Exception):
    """Not even hiding all that can be hidden meets every need."""


@dataclass(frozen=True)
class Solution:
    """A safe pattern. ``hidden``: all its cells. ``bound``: no safe pattern costs less."""

    hidden: frozenset[int]
    cost: float
    bound: float

    @property
    def proven(self) -> bool:
        return self.cost <= self.bound + SLACK * max(1.0, self.cost)


def solve(problem: Problem, *, seconds: float, clock: Callable[[], float]) -> Solution:
    """The cheapest safe pattern, or the best that was found in time.

    The same problem gives the same answer, unless time runs out. Raises Unprotectable.
    """
    search = _Search(problem, clock, clock() + seconds)
    first = search.first()
    return search.improve(first)


class _Search:
    def __init__(self, problem: Problem, clock: Callable[[], float], end: float) -> None:
        self.problem, self.clock, self.end = problem, clock, end
        self.judge, self.master = Judge(problem), _Master(problem)

    def first(self) -> frozenset[int]:
        """A safe pattern from fractions: hide whatever is hidden in part, then thin out."""
        pattern = as_pattern(self.problem, self.problem.hidden)
        for _ in range(RELAXED_ROUNDS):
            found = list(self.judge.exposures(pattern, whole=False))
            if not self.master.add(found, pattern) or self.clock() > self.end:
                break
            pattern = self.master.relaxed()
        held = self.repaired(self.problem.hidden | _support(pattern), whole=False)
        return self.repaired(self.thinned(held), whole=True)

    def repaired(self, hidden: frozenset[int], *, whole: bool) -> frozenset[int]:
        """More hidden, cheapest first, until the pattern is safe."""
        while True:
            pattern = as_pattern(self.problem, hidden)
            found = list(self.judge.exposures(pattern, whole=whole))
            if not found:
                return hidden
            self.master.add(found, pattern)
            more = {self._cheapest(e, hidden) for e in found}
            hidden |= more

    def _cheapest(self, exposure: Exposure, hidden: frozenset[int]) -> int:
        """The free cell that does most for its price."""
        left = [i for i in self.problem.free if i not in hidden]
        if not left:
            raise Unprotectable(exposure.layer.name)
        slopes = sum((c.slopes for c in exposure.cuts), np.zeros(len(self.problem.weights)))
        useful = [i for i in left if slopes[i] > 0] or left
        return min(useful, key=lambda i: (self.problem.weights[i] / (slopes[i] or 1), i))

    def thinned(self, hidden: frozenset[int]) -> frozenset[int]:
        """Less hidden, dearest first, as long as it stays safe."""
        added = sorted(
            hidden - self.problem.hidden, key=lambda i: (-self.problem.weights[i], i)
        )
        needs = sum(len(layer.needs) for layer in self.problem.layers)
        for cell in added[: QUESTIONS // (2 * needs + 1)]:
            if self.clock() > self.end:
                break
            if self.holds(hidden - {cell}):
                hidden -= {cell}
        return hidden

    def holds(self, hidden: frozenset[int]) -> bool:
        pattern = as_pattern(self.problem, hidden)
        return next(self.judge.exposures(pattern, whole=False), None) is None

    def improve(self, best: frozenset[int]) -> Solution:
        """Answers of the master and attacks on them, until they meet or time is up."""
        cost, bound = self.problem.cost(best), 0.0
        while self.clock() < self.end:
            pattern, bound = self.master.whole(self.end - self.clock(), bound)
            if pattern is None or bound >= cost - SLACK:
                break
            found = list(self.judge.exposures(pattern))
            if not found:
                hidden = self.problem.hidden | _support(pattern)
                return Solution(hidden, self.problem.cost(hidden), bound)
            self.master.add(found, pattern)
        return Solution(best, cost, min(bound, cost))


def _support(pattern: Floats) -> frozenset[int]:
    return frozenset(np.flatnonzero(pattern > SLACK).tolist())


class _Master:
    """Which cells to hide, as far as the cuts so far can tell."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._free = np.array(problem.free, dtype=np.int32)
        self._kinds = np.arange(len(self._free), dtype=np.int32)
        self._model = quiet()
        weights = np.array([problem.weights[i] for i in problem.free])
        self._model.addVars(len(self._free), np.zeros(len(weights)), np.ones(len(weights)))
        self._model.changeColsCost(len(weights), self._kinds, weights)

    def add(self, exposures: list[Exposure], pattern: Floats) -> bool:
        """Take in what was found against a pattern; False if nothing was.

        An exposure without a usable cut still says that hiding no more than this pattern
        is unsafe, as hiding less never helps: so one of the other cells must be hidden.
        """
        cuts = [cut for exposure in exposures for cut in exposure.cuts]
        cuts = [cut for cut in cuts if float(cut.slopes @ pattern) < cut.least - SLACK]
        if exposures and not cuts:
            cuts = [Cut((pattern < SLACK).astype(np.float64), 1.0)]
        for cut in cuts:
            slopes = cut.slopes[self._free]
            used = np.flatnonzero(slopes).astype(np.int32)
            self._model.addRow(cut.least, highspy.kHighsInf, len(used), used, slopes[used])
        return bool(cuts)

    def relaxed(self) -> Floats:
        """The cheapest pattern, cells hidden in part allowed."""
        self._integrality(highspy.HighsVarType.kContinuous)
        return self._run()

    def whole(self, seconds: float, bound: float) -> tuple[Floats | None, float]:
        """The cheapest pattern and its cost as a bound; no pattern if time ran out."""
        self._integrality(highspy.HighsVarType.kInteger)
        self._model.setOptionValue(
            "time_limit", self._model.getRunTime() + max(seconds, 0.1)
        )
        pattern = self._run()
        proven = self._model.getInfo().mip_dual_bound
        self._model.setOptionValue("time_limit", highspy.kHighsInf)
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None, max(bound, proven)
        return np.round(pattern), max(bound, proven)

    def _integrality(self, kind: highspy.HighsVarType) -> None:
        kinds = np.full(len(self._free), int(kind), dtype=np.uint8)
        self._model.changeColsIntegrality(len(self._free), self._kinds, kinds)

    def _run(self) -> Floats:
        self._model.run()
        solution = self._model.getSolution()
        if self._model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Unprotectable("no pattern obeys all cuts")
        if not solution.value_valid and len(self._free):
            raise SolverFailed("no pattern of hidden cells")
        pattern = as_pattern(self.problem, self.problem.hidden)
        pattern[self._free] = solution.col_value
        return pattern
