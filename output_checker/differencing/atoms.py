"""People in atoms: those whom every table counts alike.

Each part of each table is given two random 64-bit numbers; a person's signature is the XOR
of those of all parts that they are in. Equal signatures are one atom: that two people
differ and share one is as likely as one in 2 to the 128th, for each two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from output_checker.differencing.model import Counted, Keys, Parts

Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Atoms:
    """``sizes``: people in each atom. ``parts``: for each table, each atom's part of it."""

    sizes: NDArray[np.int64]
    parts: tuple[Parts, ...]

    def __len__(self) -> int:
        return len(self.sizes)

    def of(self, tables: Sequence[int]) -> Atoms:
        """Told apart as before, but those in none of these tables are left out."""
        kept = np.zeros(len(self), dtype=bool)
        for table in tables:
            kept |= self.parts[table] > 0
        return Atoms(self.sizes[kept], tuple(self.parts[table][kept] for table in tables))


def atoms(tables: Sequence[Counted]) -> Atoms:
    """The atoms of everybody whom a table counts."""
    everybody = _everybody(tables)
    divided = [_placed(table, everybody) for table in tables]
    first, second = (_signatures(divided, tables, word) for word in (0, 1))
    order = np.lexsort((second, first))
    order = order[(first[order] != 0) | (second[order] != 0)]
    if not len(order):
        nobody = tuple(np.zeros(0, np.int32) for _ in tables)
        return Atoms(np.zeros(0, np.int64), nobody)
    first, second = first[order], second[order]
    new = np.append(True, (first[1:] != first[:-1]) | (second[1:] != second[:-1]))
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(order)))
    return Atoms(sizes, tuple(parts[order[starts]] for parts in divided))


def linked(found: Atoms, tables: set[int]) -> tuple[int, ...]:
    """These tables, all that share people with one of them, or with one of those."""
    share = _sharing(found)
    reached, todo = set(tables), list(tables)
    while todo:
        near = set(np.flatnonzero(share[todo.pop()]).tolist()) - reached
        reached |= near
        todo += near
    return tuple(sorted(reached))


def _sharing(found: Atoms) -> NDArray[np.bool_]:
    count = len(found.parts)
    share = np.zeros((count, count), dtype=bool)
    inside = [parts > 0 for parts in found.parts]
    for one in range(count):
        for other in range(one):
            share[one, other] = share[other, one] = bool(
                (inside[one] & inside[other]).any()
            )
    return share


def _everybody(tables: Sequence[Counted]) -> Keys:
    every: Keys = np.zeros(0, np.uint64)
    for keys in {id(table.keys): table.keys for table in tables}.values():
        at = np.searchsorted(every, keys)
        there = at < len(every)
        there[there] = every[at[there]] == keys[there]
        if not there.all():
            every = np.union1d(every, keys[~there])
    return every


def _placed(table: Counted, everybody: Keys) -> Parts:
    if len(table.keys) == len(everybody):
        return table.parts
    placed = np.zeros(len(everybody), dtype=np.int32)
    placed[np.searchsorted(everybody, table.keys)] = table.parts
    return placed


def _signatures(divided: Sequence[Parts], tables: Sequence[Counted], word: int) -> Words:
    chance = np.random.default_rng(word)
    found: Words = np.zeros(len(divided[0]) if divided else 0, dtype=np.uint64)
    for parts, table in zip(divided, tables, strict=True):
        marks = chance.integers(1, 2**64, size=table.size, dtype=np.uint64)
        found ^= np.append(np.uint64(0), marks)[parts]
    return found
