"""Cell suppression as a problem: what is known, what must stay uncertain, what it costs.

After M. Fischetti and J. J. Salazar, "Solving the cell suppression problem on tabular
data with linear constraints", Management Science 47 (2001) 1008-1027. One widening: a
shown cell may tell an interval (a rounded number) and not only a point, and one pattern
of hidden cells can be held against several systems of numbers (layers) at once: the
counts of a table, and the totals behind its means.
"""

from __future__ import annotations

from dataclasses import dataclass

Interval = tuple[float, float]
SLACK = 1e-6
"""Numbers nearer than this are the same; a solver's own tolerance is ten times finer."""


@dataclass(frozen=True)
class Equation:
    """A cell that is the sum of others; places in the layer."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Need:
    """What an attacker may not find out about one hidden cell.

    The interval he is left with must reach down to ``low``, up to ``high``, and be at
    least ``width`` wide: F&S's lower, upper and sliding protection levels, absolute.
    """

    cell: int
    low: float
    high: float
    width: float = 0.0


@dataclass(frozen=True)
class Layer:
    """One system of numbers under the pattern. All sequences run over its cells.

    cells: the problem's cells these are. values: the true numbers.
    possible: what an attacker believes of a hidden cell before he sees the table.
    shown: what he learns from the cell where it is shown; None where this layer never
    shows it. integer: he knows that all numbers are whole. insiders: for each person who
    is alone in hidden cells, and so knows their numbers, these cells: they attack, too.
    """

    name: str
    cells: tuple[int, ...]
    values: tuple[float, ...]
    possible: tuple[Interval, ...]
    shown: tuple[Interval | None, ...]
    equations: tuple[Equation, ...]
    needs: tuple[Need, ...]
    integer: bool = False
    links: tuple[tuple[tuple[int, float], ...], ...] = ()
    insiders: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        known = zip(self.values, self.possible, self.shown, strict=True)
        for value, possible, shown in known:
            for low, high in (possible, shown or possible):
                if not low - SLACK <= value <= high + SLACK:
                    raise ValueError(f"{self.name}: a number isn't where it is said to be")


@dataclass(frozen=True)
class Problem:
    """Which further cells to hide, at least cost, so that every need is met.

    weights: what hiding each cell costs. hidden: hidden whatever happens (primary, or
    never published). fixed: shown whatever happens (zeros).
    """

    weights: tuple[float, ...]
    hidden: frozenset[int]
    fixed: frozenset[int]
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if self.hidden & self.fixed:
            raise ValueError("a cell can't be both hidden and shown")

    @property
    def free(self) -> tuple[int, ...]:
        """The cells that may be hidden for the others' sake."""
        return tuple(
            i for i in range(len(self.weights)) if i not in self.hidden | self.fixed
        )

    def cost(self, hidden: frozenset[int]) -> float:
        """The price of a pattern, beyond what is hidden anyway."""
        return sum(self.weights[i] for i in sorted(hidden - self.hidden))
