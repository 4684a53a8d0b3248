"""One layer under attack: what its attacker and his witnesses settle, for many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from output_checker.suppress.attack import Attacker, SolverFailed
from output_checker.suppress.problem import SLACK, Layer, Need
from output_checker.suppress.system import Floats
from output_checker.suppress.tally import Asked, Flags, Tally
from output_checker.suppress.witnesses import Fitting, Witnesses

Known = tuple[int, ...]
"""The cells, by their places in the layer, whose numbers an attacker knows."""
FEW = 2
"""Needs that a question about many cells must settle to be worth another one."""
STALE = 3
"""Groups of insiders in a row that may settle nothing."""


class Side:
    """A layer and its attacker. ``whole``, below: only witnesses in whole numbers count.

    ``patience`` is called before each question that may take a while, and may raise.
    """

    def __init__(self, layer: Layer, patience: Callable[[], None]) -> None:
        self.layer, self.patience = layer, patience
        self.places = np.array(layer.cells, dtype=np.intp)
        self.attacker = Attacker(layer)
        self.witnesses = Witnesses(len(layer.cells))
        self.lines = self._lines()
        self._most: dict[tuple[Known, int, int], float] = {}

    def _lines(self) -> list[set[int]]:
        """For each cell the equations that it is in."""
        lines: list[set[int]] = [set() for _ in self.layer.cells]
        rows, columns, _ = self.attacker.matrix
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            lines[column].add(row)
        return lines

    def look(self, pattern: Floats, known: Known = ()) -> None:
        self.attacker.look(pattern[self.places], known)

    def distance(self, place: int, sign: int, enough: float = np.inf) -> float:
        """How far the cell can be; in whole numbers, where the layer's are."""
        reach, _ = self.attacker.reach(place, sign)
        if self.layer.integer and not reach.whole:
            return self.attacker.whole_reach(place, sign, enough)
        return reach.distance

    def most(self, everything: Floats, known: Known, cell: int, sign: int) -> float:
        """How far an insider may believe a cell to be where ``everything`` is hidden."""
        key = (known, cell, sign)
        if key not in self._most:
            attacker = Attacker(self.layer)
            attacker.look(everything[self.places], known)
            self._most[key] = (
                attacker.whole_reach(cell, sign)
                if self.layer.integer
                else attacker.reach(cell, sign)[0].distance
            )
        return self._most[key]

    # Tallies ------------------------------------------------------------------------

    def at_hand(self, needs: Sequence[Need], *, whole: bool) -> Tally:
        """What old witnesses settle for the attacker who looks now."""
        tally = Tally(Asked(needs, self.layer.values), np.ones((1, len(needs)), np.bool_))
        tally.take(self.fitting(whole).at(tally.asked.cells))
        return tally

    def tally(self, needs: Sequence[Need], *, whole: bool) -> Tally:
        """Old witnesses, then new ones for many needs at once, while these are worth it."""
        tally, who = self.at_hand(needs, whole=whole), np.ones(1, dtype=np.bool_)
        for number in range(len(needs)):
            before = tally.left()
            if before <= FEW:
                break
            self.take(tally, self._together(tally, who, number), whole=whole)
            if before - tally.left() < FEW:
                break
        return tally

    def tally_by_branching(self, needs: Sequence[Need]) -> Tally:
        """The same, with witnesses that are made to be whole."""
        tally, who = self.at_hand(needs, whole=True), np.ones(1, dtype=np.bool_)
        for number in range(len(needs)):
            before = tally.left()
            if before <= FEW:
                break
            try:
                row = self._together(tally, who, number, branching=True)
            except SolverFailed:
                break
            self.take(tally, row, whole=True)
            if before - tally.left() < FEW:
                break
        return tally

    def tally_of_insiders(self, pattern: Floats, *, whole: bool) -> Tally:
        """What holds for one who knows all cells of a group of insiders holds for each.

        A need that one of them knows himself waits for a group without him; groups are
        drawn as halves, so every two are parted soon.
        """
        layer, knows = self.layer, self._knows()
        asked = Asked(layer.needs, layer.values)
        tally = Tally(asked, ~knows[:, asked.cells])
        self.look(pattern)
        old = self.fitting(whole)
        tally.take(old.at(asked.cells), old.touching(knows))
        idle, number = 0, 0
        while (before := tally.left()) and idle <= STALE:
            group = _half(np.asarray(tally.open().any(axis=1)), number)
            self.look(pattern, tuple(np.flatnonzero(knows[group].any(axis=0)).tolist()))
            self._take_apart(tally, knows, self._together(tally, group, number), whole)
            idle = 0 if before - tally.left() >= FEW else idle + 1
            number += 1
        return tally

    def take(self, tally: Tally, row: Floats, *, whole: bool) -> None:
        """A witness that agrees with all that the tally's one attacker sees."""
        if self._counts(row, whole):
            tally.take(row[None, tally.asked.cells])

    def _take_apart(self, tally: Tally, knows: Flags, row: Floats, whole: bool) -> None:
        """A witness for those insiders none of whose own cells it moves."""
        if self._counts(row, whole):
            touched = np.any(knows[:, np.abs(row) > SLACK], axis=1, keepdims=True)
            tally.take(row[None, tally.asked.cells], touched.T)

    def _knows(self) -> Flags:
        knows = np.zeros((len(self.layer.insiders), len(self.layer.values)), dtype=np.bool_)
        for n, known in enumerate(self.layer.insiders):
            knows[n, list(known)] = True
        return knows

    def fitting(self, whole: bool) -> Fitting:
        """Old witnesses that agree with what is looked at."""
        old = self.witnesses.that_fit(self.attacker.down, self.attacker.up)
        return old.in_whole_numbers() if whole and self.layer.integer else old

    def _counts(self, row: Floats, whole: bool) -> bool:
        in_whole = bool(np.all(np.abs(row - np.round(row)) < SLACK))
        return in_whole or not (whole and self.layer.integer)

    def aimed(self, cells: Sequence[int], sign: int) -> Floats:
        """A witness in which the sum of these cells is as far as it can be."""
        self.patience()
        aims, free = (
            np.zeros(len(self.layer.values)),
            np.full(len(self.layer.values), np.inf),
        )
        aims[list(cells)] = sign
        row = self.attacker.together(aims, (free, free), whole=False)
        self.witnesses.add(row)
        return row

    def _together(
        self, tally: Tally, who: Flags, number: int, *, branching: bool = False
    ) -> Floats:
        self.patience()
        aims = np.zeros(len(self.layer.values))
        aims[tally.asked.cells] = tally.aims(who, number)
        caps = tally.caps(who, len(aims))
        row = self.attacker.together(aims, caps, whole=branching)
        self.witnesses.add(row)
        return row


def _half(open_: Flags, number: int) -> Flags:
    """All with open needs at first, then about half of them, drawn by the number."""
    if number == 0 or open_.sum() == 1:
        return open_
    drawn: Flags = open_ & (np.random.default_rng(number).random(len(open_)) < 0.5)
    return drawn if drawn.any() else open_
