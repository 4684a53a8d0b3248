"""Many honest tables of the same people, whose sums nobody can go through one by one."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from output_checker.differencing import branching, determined
from output_checker.differencing.branching import smallest_groups
from output_checker.differencing.model import TooMany
from output_checker.report import Verdict
from tests.a_cohort import DEFAULT, Desk

SIZES = (2, 6, 9, 3, 5, 5, 2, 2, 4)


def a_cohort(count):
    chance = np.random.default_rng(1)
    columns = {
        f"c{n}": [f"{v}" for v in chance.choice(s, count, p=chance.dirichlet([3.0] * s))]
        for n, s in enumerate(SIZES)
    }
    return pd.DataFrame({"patient_id": range(1, count + 1), **columns})


@pytest.mark.parametrize("count", [1_000, 20_000])
def test_a_job_of_36_tables_is_protected_and_decided(tmp_path, count):
    desk = Desk(tmp_path, a_cohort(count))
    for a, b in itertools.combinations(range(len(SIZES)), 2):
        desk.crosstab(path=f"output/{a}-{b}.csv", rows=f"c{a}", columns=f"c{b}")
    report = desk.report(replace(DEFAULT, round_to=1))
    assert len(report) == 36
    for file in report.values():
        assert all(found.verdict < Verdict.FAIL for found in file.findings)
        assert file.table


def a_space(seed):
    """Orthonormal rows that span the cells of small random tables, and atoms' sizes."""
    chance = np.random.default_rng(seed)
    cells = [
        chance.integers(0, 4, 9) == level
        for _ in range(int(chance.integers(1, 4)))
        for level in range(4)
    ]
    return determined._basis(np.array(cells, dtype=float)), chance.integers(1, 4, 9)


def by_trying(basis, sizes, least):
    """Every small group that the space has, but those that hold another."""
    groups = [
        frozenset(group)
        for size in range(1, len(sizes) + 1)
        for group in itertools.combinations(range(len(sizes)), size)
        if sizes[list(group)].sum() < least and in_space(basis, list(group))
    ]
    return {one for one in groups if not any(other < one for other in groups)}


def in_space(basis, group):
    ones = np.zeros(basis.shape[1])
    ones[group] = 1
    return np.abs(basis.T @ (basis @ ones) - ones).max() < 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_branching_finds_just_the_smallest_groups(seed):
    basis, sizes = a_space(seed)
    found = list(smallest_groups(basis, sizes, 7))
    assert len(set(found)) == len(found)
    assert set(found) == by_trying(basis, sizes, 7)


@pytest.mark.parametrize("seed", range(12))
def test_atoms_that_are_left_out_are_in_no_small_group(seed):
    basis, _ = a_space(seed)
    kept, _ = determined._narrowed(np.arange(9), basis, 4)
    for group in by_trying(basis, np.ones(9, dtype=int), 4):
        assert group <= set(kept.tolist())


def test_past_its_bounds_branching_refuses(monkeypatch):
    monkeypatch.setattr(branching, "MOST_GROUPS", 2)
    with pytest.raises(TooMany, match="in too many ways"):
        list(smallest_groups(np.eye(3), np.ones(3, dtype=int), 2))
