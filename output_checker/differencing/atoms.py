"""People in atoms: those whom every table counts alike.

Each part of each table is given two random 64-bit numbers; a person's signature is the XOR
of those of all parts that they are in. Equal signatures are one atom: that two people
differ and share one is as likely as one in 2 to the 128th, for each two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from output_checker.differencing.model import Counted, Keys, Parts, Values

Places = NDArray[np.intp]
Words = NDArray[np.uint64]
Of = TypeVar("Of", Parts, Values)


@dataclass(frozen=True)
class Held:
    """What the people of each atom have of a column, by size.

    ``people``: those who have something. ``largest``: of each atom the few largest, a line
    each. ``signed``: has somebody less than nothing?
    """

    total: NDArray[np.float64] = field(repr=False)
    people: NDArray[np.int64] = field(repr=False)
    largest: NDArray[np.float64] = field(repr=False)
    signed: bool = False

    def at(self, kept: NDArray[np.bool_]) -> Held:
        return Held(self.total[kept], self.people[kept], self.largest[:, kept], self.signed)


@dataclass(frozen=True)
class Provided:
    """Who provided care, in one column: each atom beside each of its people's providers.

    ``codes``: nought where it isn't known, which may be any.
    """

    atoms: Places = field(repr=False)
    codes: Places = field(repr=False)

    def several(self, few: int, count: int) -> NDArray[np.bool_]:
        """Of so many atoms, those that have as many providers, or who knows how many."""
        found = np.bincount(self.atoms, minlength=count) >= few
        found[self.atoms[self.codes == 0]] = True
        return found

    def count(self, atoms: NDArray[np.bool_]) -> int:
        """The different providers of these atoms together."""
        return len(np.unique(self.codes[atoms[self.atoms]]))

    def at(self, kept: NDArray[np.bool_]) -> Provided:
        mine, number = kept[self.atoms], np.cumsum(kept) - 1
        return Provided(number[self.atoms[mine]], self.codes[mine])


@dataclass(frozen=True)
class Atoms:
    """``sizes``: people in each atom. ``parts``: for each table, each atom's part of it.

    ``held``, ``provided``: by the columns that are known of people.
    """

    sizes: NDArray[np.int64]
    parts: tuple[Parts, ...]
    held: Mapping[str, Held] = field(default_factory=dict)
    provided: Mapping[str, Provided] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sizes)

    def of(self, tables: Sequence[int]) -> Atoms:
        """Told apart as before, but those in none of these tables are left out."""
        kept = np.zeros(len(self), dtype=bool)
        for table in tables:
            kept |= self.parts[table] > 0
        parts = tuple(self.parts[table][kept] for table in tables)
        held = {column: one.at(kept) for column, one in self.held.items()}
        provided = {column: one.at(kept) for column, one in self.provided.items()}
        return Atoms(self.sizes[kept], parts, held, provided)


def atoms(tables: Sequence[Counted], most: int = 0) -> Atoms:
    """The atoms of everybody whom a table counts.

    ``most``: how many of each atom's largest values are wanted; nought if none are.
    """
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
    found = Atoms(sizes, tuple(parts[order[starts]] for parts in divided))
    if not most:
        return found
    number = np.repeat(np.arange(len(sizes)), sizes)
    values = _values(tables, divided, everybody)
    held = {
        column: _held(of[order], number, len(sizes), most) for column, of in values.items()
    }
    providers = _providers(tables, divided, everybody)
    provided = {column: _provided(of[order], number) for column, of in providers.items()}
    return replace(found, held=held, provided=provided)


def _values(
    tables: Sequence[Counted], divided: Sequence[Parts], everybody: Keys
) -> dict[str, Values]:
    """Each person's value of each column, as the first table that counts them has it."""
    found: dict[str, Values] = {}
    known: dict[str, NDArray[np.bool_]] = {}
    for table, parts in zip(tables, divided, strict=True):
        column = next((cell.total_of for cell in table.cells if cell.total_of), "")
        if not column or table.values is None:
            continue
        mine = found.setdefault(column, np.zeros(len(everybody), dtype=np.float32))
        fresh = (parts > 0) & ~known.setdefault(column, np.zeros(len(parts), dtype=bool))
        mine[fresh] = _spread_out(table, table.values, everybody)[fresh]
        known[column] |= fresh
    return found


def _providers(
    tables: Sequence[Counted], divided: Sequence[Parts], everybody: Keys
) -> dict[str, Parts]:
    """Each person's provider in each column, as the first table that counts them has it."""
    found: dict[str, Parts] = {}
    for table, parts in zip(tables, divided, strict=True):
        for column, codes in table.providers.items():
            mine = found.setdefault(column, np.zeros(len(everybody), dtype=np.int32))
            fresh = (parts > 0) & (mine == 0)
            mine[fresh] = _spread_out(table, codes, everybody)[fresh]
    return found


def _provided(codes: Parts, number: Places) -> Provided:
    both = np.unique((number.astype(np.int64) << 32) + codes)
    return Provided(both >> 32, both & 0xFFFFFFFF)


def _held(values: Values, number: Places, count: int, most: int) -> Held:
    """``number``: of the atom of each person who has one of these values, rising."""
    has = np.flatnonzero(values)
    sizes, where = np.abs(values[has]).astype(np.float64), number[has]
    order = np.lexsort((-sizes, where))
    sizes, where = sizes[order], where[order]
    people = np.bincount(where, minlength=count)
    starts = np.cumsum(people) - people
    largest: NDArray[np.float64] = np.zeros((most, count))
    for n in range(most):
        there = people > n
        largest[n, there] = sizes[starts[there] + n]
    total = np.bincount(where, weights=sizes, minlength=count).astype(np.float64)
    return Held(total, people, largest, bool((values < 0).any()))


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
    return _spread_out(table, table.parts, everybody)


def _spread_out(table: Counted, of: Of, everybody: Keys) -> Of:
    """What a table has of its own people, as an array of everybody."""
    if len(table.keys) == len(everybody):
        return of
    placed = np.zeros(len(everybody), dtype=of.dtype)
    placed[np.searchsorted(everybody, table.keys)] = of
    return placed


def _signatures(divided: Sequence[Parts], tables: Sequence[Counted], word: int) -> Words:
    chance = np.random.default_rng(word)
    found: Words = np.zeros(len(divided[0]) if divided else 0, dtype=np.uint64)
    for parts, table in zip(divided, tables, strict=True):
        marks = chance.integers(1, 2**64, size=table.size, dtype=np.uint64)
        found ^= np.append(np.uint64(0), marks)[parts]
    return found
