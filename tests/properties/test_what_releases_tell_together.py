"""What the audit says of any releases is what trying everything says.

Exact numbers: every set of atoms is tried, and is determined if its ones are a sum of
cells, by fractions. Rounded and hidden ones: every table of whole numbers that agrees with
what is shown is gone through.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checker.differencing.atoms import atoms, linked
from output_checker.differencing.audit import audit
from output_checker.differencing.model import Cell, Counted

LEAST = 4
SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=5)
"""How many people are in each kind of person: atoms, or several of one."""


@st.composite
def releases(draw, told):
    """Kinds of people, and tables that put each kind in a part or leave it out.

    The first shares people with another: by itself it is for suppression to judge.
    """
    sizes = draw(SIZES)
    kinds = [kind for kind, size in enumerate(sizes) for _ in range(size)]
    tables = []
    for _ in range(draw(st.integers(2, 4))):
        division = draw(
            st.lists(st.integers(0, 2), min_size=len(sizes), max_size=len(sizes))
        )
        tables.append(table(np.array(division)[kinds], draw(st.booleans()), told))
    assume(len(linked(atoms(tables), {0})) > 1)
    return sizes, tables


def table(parts, total, told):
    groups = [(1,), (2,), *([(1, 2)] if total else [])]
    cells = []
    for group in groups:
        count = int(np.isin(parts, group).sum())
        if count:
            cells.append(Cell((str(group),), group, *told(count)))
    keys = np.arange(1, len(parts) + 1, dtype=np.uint64)
    return Counted("", "t", "", "", tuple(cells), keys, parts.astype(np.int32))


def as_it_is(count):
    return (float(count), float(count)) if count >= LEAST else (0.0, math.inf)


def by_threes(count):
    """To the nearest three, never under the threshold; small ones are hidden."""
    if count < LEAST:
        return (0.0, math.inf)
    shown = 3 * ((count + 1) // 3)
    return (float(max(shown - 1, LEAST)), float(shown + 1))


def atoms_of(tables):
    """Sizes, and for each cell of each table the atoms in it."""
    signatures = list(zip(*(t.parts.tolist() for t in tables), strict=True))
    kinds = sorted({one for one in signatures if any(one)})
    sizes = [signatures.count(kind) for kind in kinds]
    cells = [
        (t, cell, [int(kind[t] in cell.parts) for kind in kinds])
        for t, found in enumerate(tables)
        for cell in found.cells
    ]
    return sizes, cells


def in_row_space(rows, wanted):
    """Is it a sum of the rows, by fractions?"""
    basis = []
    for row in [*rows, wanted]:
        row = [Fraction(x) for x in row]
        for known in basis:
            lead = next(n for n, x in enumerate(known) if x)
            row = [a - row[lead] / known[lead] * b for a, b in zip(row, known, strict=True)]
        if not any(row):
            inside = True
            continue
        inside = False
        basis.append(row)
    return inside


def groups_of(sizes):
    for ones in itertools.product((0, 1), repeat=len(sizes)):
        if 0 < sum(n for n, one in zip(sizes, ones, strict=True) if one) < LEAST:
            yield ones


def minimal(groups):
    return [
        g
        for g in groups
        if not any(
            o != g and all(a <= b for a, b in zip(o, g, strict=True)) for o in groups
        )
    ]


@settings(max_examples=200, deadline=None)
@given(releases(as_it_is))
def test_exact_numbers_determine_what_fractions_say(made):
    _, tables = made
    sizes, cells = atoms_of(tables)
    shown = [row for _, cell, row in cells if not cell.hidden]
    before = [row for t, cell, row in cells if not cell.hidden and t > 0]
    known = [g for g in groups_of(sizes) if in_row_space(shown, g)]
    new = [g for g in minimal(known) if not before or not in_row_space(before, g)]
    found = [a for a in audit(tables, [{0}], LEAST).attacks if a.low == a.high]
    counts = [sum(n for n, one in zip(sizes, g, strict=True) if one) for g in new]
    assert set(counts) <= {a.low for a in found}
    assert len(found) >= len(new)


@settings(max_examples=200, deadline=None)
@given(releases(by_threes))
def test_whatever_is_given_away_by_rounded_numbers_is_noticed(made):
    """And what the audit says is given away is so in every table that agrees."""
    _, tables = made
    sizes, cells = atoms_of(tables)
    if sum(sizes) > 14 or len(sizes) > 5:
        return
    after = possible(cells, len(sizes))
    before = possible([one for one in cells if one[0] > 0], len(sizes))
    known = [g for g in groups_of(sizes) if is_few(after, g)]
    new = [g for g in known if not is_few(before, g)]
    found = audit(tables, [{0}], LEAST).attacks
    assert bool(found) == bool(new)


@settings(max_examples=200, deadline=None)
@given(releases(as_it_is), st.data())
def test_hidden_totals_are_given_away_where_fractions_say_so(made, data):
    """However many people have them: any cell may be hidden, and some are dominated."""
    measured = [with_totals(table, data.draw) for table in made[1]]
    _, cells = atoms_of(measured)
    shown = [row for _, cell, row in cells if not cell.hidden]
    before = [row for t, cell, row in cells if not cell.hidden and t > 0]
    kept = {tuple(row) for _, cell, row in cells if cell.dominated}
    new = [row for row in kept if sums(shown, row) and not sums(before, row)]
    found = [a for a in audit(measured, [{0}], LEAST).attacks if a.total]
    assert len(found) == len(new)
    assert all(attack.terms and 0 in attack.tables for attack in found)


def with_totals(table, draw):
    cells = []
    for cell in table.cells:
        dominated = draw(st.integers(0, 2)) == 0
        high = math.inf if dominated else cell.high
        cells.append(replace(cell, high=high, total_of="cost", dominated=dominated))
    return replace(table, cells=tuple(cells))


def sums(rows, wanted):
    return bool(rows) and in_row_space(rows, wanted)


MOST = 15


def possible(cells, count):
    """All tables of whole numbers that agree with the cells."""
    tables = np.array(list(itertools.product(range(MOST), repeat=count)))
    fits = np.ones(len(tables), dtype=bool)
    for _, cell, row in cells:
        sums = tables @ np.array(row)
        fits &= (sums >= cell.low) & (sums <= cell.high)
    return tables[fits]


def is_few(tables, group):
    sums = tables @ np.array(group)
    return bool(((sums >= 1) & (sums < LEAST)).all())
