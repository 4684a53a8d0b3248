"""Which cells to hide, as far as the cuts so far can tell: a growing integer program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import highspy
import numpy as np

from output_checker.suppress.attack import SolverFailed
from output_checker.suppress.audit import Cut, Exposure, as_pattern
from output_checker.suppress.problem import SLACK, Problem
from output_checker.suppress.system import Floats, quiet


class Unprotectable(Exception):
    """Not even hiding all that can be hidden meets every need."""


class Master:
    """The cheapest pattern that obeys all cuts: never dearer than the cheapest safe one."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._free = np.array(problem.free, dtype=np.int32)
        self._kinds = np.arange(len(self._free), dtype=np.int32)
        self._model = quiet()
        weights = np.array([problem.weights[i] for i in problem.free])
        self._model.addVars(len(self._free), np.zeros(len(weights)), np.ones(len(weights)))
        self._model.changeColsCost(len(weights), self._kinds, weights)

    def add(self, exposures: Sequence[Exposure], pattern: Floats) -> bool:
        """Take in what was found against a pattern; False if nothing was.

        An exposure without a usable cut still says that hiding no more than this pattern
        is unsafe, as hiding less never helps: so one of the other cells must be hidden.
        """
        cuts = [cut for exposure in exposures for cut in exposure.cuts]
        cuts = [cut for cut in cuts if float(cut.slopes @ pattern) < cut.least - SLACK]
        if exposures and not cuts:
            cuts = [Cut((pattern < SLACK).astype(np.float64), 1.0)]
        self._take(cuts)
        return bool(cuts)

    def _take(self, cuts: Iterable[Cut]) -> None:
        for cut in cuts:
            slopes = cut.slopes[self._free]
            used = np.flatnonzero(slopes).astype(np.int32)
            self._model.addRow(cut.least, highspy.kHighsInf, len(used), used, slopes[used])

    def relaxed(self, seconds: float) -> tuple[Floats | None, float]:
        """The cheapest pattern, cells hidden in part allowed, and its cost.

        No pattern, and no bound, if time ran out.
        """
        self._integrality(highspy.HighsVarType.kContinuous)
        pattern = self._run(seconds)
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None, 0.0
        return pattern, float(self._model.getInfo().objective_function_value)

    def whole(
        self, seconds: float, best: frozenset[int], gap: float
    ) -> tuple[Floats | None, float]:
        """A pattern within ``gap`` of the cheapest, and a bound on the cheapest's cost.

        No pattern if time ran out. ``best``: a safe pattern, to start from.
        """
        self._integrality(highspy.HighsVarType.kInteger)
        self._model.setOptionValue("mip_rel_gap", gap)
        self._start(best)
        pattern = self._run(seconds)
        proven = float(self._model.getInfo().mip_dual_bound)
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None, proven
        return np.round(pattern), proven

    def _start(self, best: frozenset[int]) -> None:
        solution = highspy.HighsSolution()
        solution.col_value = as_pattern(self.problem, best)[self._free].tolist()
        solution.value_valid = True
        self._model.setSolution(solution)

    def _integrality(self, kind: highspy.HighsVarType) -> None:
        kinds = np.full(len(self._free), int(kind), dtype=np.uint8)
        self._model.changeColsIntegrality(len(self._free), self._kinds, kinds)

    def _run(self, seconds: float) -> Floats:
        self._model.setOptionValue("time_limit", max(seconds, 0.1))  # of this run only
        self._model.run()
        status, solution = self._model.getModelStatus(), self._model.getSolution()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Unprotectable("no pattern obeys all cuts")
        pattern = as_pattern(self.problem, self.problem.hidden)
        if solution.value_valid:
            pattern[self._free] = solution.col_value
        elif len(self._free) and status != highspy.HighsModelStatus.kTimeLimit:
            raise SolverFailed("no pattern of hidden cells")
        return pattern
