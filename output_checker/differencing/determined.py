"""What the published cells determine about few people: exact, by the rows of a matrix.

A is the matrix of cells and atoms. A set of atoms is determined when its vector of ones is
a weighted sum of A's rows. With P the projection on the space of A's rows, such a set s of
k atoms has P s = s, so each atom j in it has a leverage P_jj >= 1/k (|P e_j| >= e_j.s/|s|);
a single one has leverage 1. As leverages add up to A's rank, few atoms can be in small
determined sets, however many there are; only these are looked at. (Leverage: D. C. Hoaglin
and R. E. Welsch, "The hat matrix in regression and ANOVA", The American Statistician 32
(1978) 17-22.) All others must be counted nought times by a sum of rows that shows few:
what is left of the space of rows is small, and is gone through from its reduced echelon
form, in which a vector of ones and noughts is the sum of those rows in whose own columns
it has a one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from output_checker.differencing.branching import smallest_groups
from output_checker.differencing.incidence import Floats, Incidence, Places
from output_checker.differencing.model import TooMany

NOTHING = 1e-9
"""Relative to the largest: smaller eigenvalues are nought. Counts of atoms are whole, and
the cells are scaled to the same size, so what isn't nought is far larger."""
ROUNDED = 1e-6
NEAR = 1e-3
"""How near to 0 or 1 a sum must be to be tried; the attack itself decides."""
MOST_STEPS = 20_000
"""Sums of rows that are looked at; if there are more, branches are."""
SAME = 1e-5
"""How near to one an eigenvalue is one: others leave out a part of an atom at least."""
MOST_CANDIDATES = 4000
"""Atoms that are looked at together."""

Group = frozenset[int]
"""Atoms, by their numbers."""


def few_determined(matrix: Incidence, rows: Sequence[int], least: int) -> list[Group]:
    """The groups of fewer than ``least`` people that sums of these rows count alone.

    All of which others aren't just put together. TooMany.
    """
    atoms, basis = _left(matrix, rows, least)
    sizes = matrix.atoms.sizes[atoms]
    try:
        found = list(_ones_and_noughts(basis, sizes, least))
    except _Breadth:
        found = list(smallest_groups(basis, sizes, least))
    return [frozenset(int(atoms[n]) for n in group) for group in found]


class _Breadth(Exception):
    """There are too many sums to look at one by one."""


def smallest(groups: Sequence[Group]) -> list[Group]:
    """Those that hold no other."""
    return [one for one in groups if not any(other < one for other in groups)]


def determines(
    matrix: Incidence, rows: Sequence[int], groups: Sequence[Group]
) -> list[Group]:
    """Which of these groups are sums of these rows: P s = s, so |P s| = |s|."""
    if not rows or not groups:
        return []
    sums = whitened(matrix, rows)
    held = [matrix.at(np.array(sorted(group))).sum(axis=1) for group in groups]
    lengths = ((sums @ np.stack(held, axis=1)) ** 2).sum(axis=0)
    both = zip(groups, lengths.tolist(), strict=True)
    return [group for group, length in both if length > len(group) - NEAR]


def _left(matrix: Incidence, rows: Sequence[int], least: int) -> tuple[Places, Floats]:
    """Atoms that may be in small determined groups, and the sums that count no others.

    Vectors that P leaves as they are, and that are nought outside some atoms, are those
    that P's block of these atoms leaves as they are.
    """
    if not rows:
        return np.zeros(0, dtype=np.intp), np.zeros((0, 0))
    # half of the least that an atom of a group has: so small errors keep none out
    enough = 1 / (2 * least)
    sums = whitened(matrix, rows)
    small = np.flatnonzero(matrix.atoms.sizes < least)
    leverage = matrix.forms(sums.T @ sums, small)
    atoms = small[leverage > enough]
    if len(atoms) > MOST_CANDIDATES:
        raise TooMany("the tables together cut too many people off from all others")
    held = sums @ matrix.at(atoms)
    values, vectors = np.linalg.eigh(held.T @ held)
    basis = vectors[:, values > 1 - SAME].T
    return _narrowed(atoms, basis, least)


def whitened(matrix: Incidence, rows: Sequence[int]) -> Floats:
    """Sums of parts such that P is their product with themselves."""
    spanning = _spanning(matrix, rows)
    shared = spanning @ matrix.shared @ spanning.T
    lengths = np.sqrt(np.diag(shared))
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    values, vectors = np.linalg.eigh(shared * np.outer(scale, scale))
    kept = values > NOTHING * values[-1]
    found: Floats = (vectors[:, kept] / np.sqrt(values[kept])).T @ (
        spanning * scale[:, None]
    )
    return found


def _narrowed(atoms: Places, sums: Floats, least: int) -> tuple[Places, Floats]:
    """Without atoms that are in no small group of what is left, again and again.

    With P the projection on what is left, a group s has P s = s: so of each of its atoms
    the row of P, summed over the group, is one. It can't be where P_jj and the largest
    others, as many as a group of few has room for, don't make up one.
    """
    while True:
        basis = _basis(sums)
        alike = basis.T @ basis
        leverage = np.diag(alike).copy()
        np.fill_diagonal(alike, 0)
        room = max(least - 2, 0)  # others of a person each, besides one
        others = np.sort(alike.clip(0), axis=1)[:, ::-1][:, :room].sum(axis=1)
        out = (leverage <= 1 / (2 * least)) | (leverage + others < 1 - NEAR)
        if not out.any():
            return atoms, basis
        _, strength, right = np.linalg.svd(basis[:, out].T, full_matrices=True)
        none = np.append(strength, np.zeros(len(right) - len(strength))) <= ROUNDED
        sums, atoms = (right[none] @ basis)[:, ~out], atoms[~out]


def _basis(vectors: Floats) -> Floats:
    """Orthonormal rows that span the same."""
    if not vectors.size:
        return np.zeros((0, vectors.shape[1]))
    if len(vectors) > vectors.shape[1]:
        vectors = np.asarray(np.linalg.qr(vectors, mode="r"))
    _, strength, right = np.linalg.svd(vectors, full_matrices=False)
    found: Floats = right[strength > ROUNDED]
    return found


def _spanning(matrix: Incidence, rows: Sequence[int]) -> Floats:
    """Of each table as few sums of its parts as span its rows: inner cells, if all show."""
    found = []
    for table in matrix.used:
        mine = [row for row in rows if matrix.rows[row].table == table]
        over = matrix.over_parts(mine)
        single = over.sum(axis=1) == 1
        of_parts = over[single]
        rest = over[~single]
        rest = rest * (of_parts.sum(axis=0) == 0)
        found += [of_parts, echelon(rest)[0]]
    return np.concatenate(found)


def echelon(rows: Floats, order: Iterable[int] = ()) -> tuple[Floats, list[int]]:
    """The reduced echelon form, and each row's own column.

    These are looked for in the order given; without any, always the largest is next.
    """
    rows = rows.copy()
    own: list[int] = []
    wanted = iter(order)
    while len(own) < min(rows.shape):
        n = len(own)
        left = np.abs(rows[n:])
        if order:
            if (c := next(wanted, -1)) < 0:
                break
            r = int(left[:, c].argmax())
        else:
            r, c = map(int, np.unravel_index(int(left.argmax()), left.shape))
        if left[r, c] <= ROUNDED:
            if order:
                continue
            break
        rows[[n, n + r]] = rows[[n + r, n]]
        rows[n] /= rows[n, c]
        factors = rows[:, c].copy()
        factors[n] = 0
        touched = np.flatnonzero(factors)
        rows[touched] -= np.outer(factors[touched], rows[n])
        own.append(c)
    rows = rows[: len(own)]
    whole = np.round(rows)
    return np.where(np.abs(rows - whole) < NEAR, whole, rows), own


def _ones_and_noughts(basis: Floats, sizes: Places, least: int) -> Iterator[frozenset[int]]:
    """Vectors of ones and noughts in the space, by the places of their ones.

    Grown from each row by rows that change a column which rows before also change.
    """
    rows, own = echelon(basis)
    weights = sizes[own]
    outside = np.abs(rows) > NEAR
    outside[:, own] = False
    todo = [frozenset({n}) for n in range(len(rows)) if weights[n] < least]
    seen = set(todo)
    while todo:
        if len(seen) > MOST_STEPS:
            raise _Breadth
        chosen = todo.pop()
        inside = sorted(chosen)
        vector = rows[inside].sum(axis=0)
        wrong = np.flatnonzero(np.abs(vector * (vector - 1)) > NEAR)
        if not len(wrong) and sizes[vector > 0.5].sum() < least:
            yield frozenset(np.flatnonzero(vector > 0.5).tolist())
        columns = outside[inside].any(axis=0)
        touching = outside[:, wrong[0]] if len(wrong) else outside[:, columns].any(axis=1)
        room = least - int(weights[inside].sum())
        for n in np.flatnonzero(touching & (weights < room)).tolist():
            more = chosen | {n}
            if n not in chosen and more not in seen:
                seen.add(more)
                todo.append(more)
