"""Old witnesses: which still agree with what is shown, however patterns come and go."""

import numpy as np
import pytest

from output_checker.suppress import witnesses as module
from output_checker.suppress.witnesses import Witnesses

SIZE = 90


def rooms(chance, share):
    hidden = chance.random(SIZE) < share
    return np.where(hidden, 5.0, 0.0), np.where(hidden, 7.0, 0.0)


def a_witness(chance):
    moved = chance.random(SIZE) < chance.choice([0.02, 0.5])
    return np.where(moved, chance.integers(-5, 8, SIZE), 0) / chance.choice([1, 2])


def plainly(kept, down, up):
    return [n for n, row in enumerate(kept) if np.all((row <= up) & (row >= -down))]


@pytest.mark.parametrize("seed", range(8))
def test_those_that_fit_are_those_within_their_rooms(seed, monkeypatch):
    """Whether few cells changed or most did, and after the oldest were let go."""
    monkeypatch.setattr(module, "MOST", 40)
    chance, kept = np.random.default_rng(seed), []
    pool = Witnesses(SIZE)
    down, up = rooms(chance, 1.0)
    for number in range(60):
        if number % 10 == 9:
            down, up = rooms(chance, chance.choice([0.5, 1.0]))
        for cell in chance.integers(0, SIZE, 3):
            down[cell], up[cell] = chance.choice([0.0, 5.0]), chance.choice([0.0, 7.0])
        row = a_witness(chance)
        pool.add(row)
        kept = [*kept, row] if len(kept) < 40 else kept
        kept[number % 40] = row
        fitting = pool.that_fit(down, up)
        assert fitting.which.tolist() == plainly(kept, down, up)
        rows = np.array([kept[n] for n in fitting.which]).reshape(-1, SIZE)
        assert np.array_equal(fitting.at(np.arange(SIZE)), rows)
        highest = np.vstack([rows, np.zeros(SIZE)]).max(axis=0)
        assert np.array_equal(pool.highest(fitting.which, 1), highest)
        whole = np.flatnonzero([np.all(row == np.round(row)) for row in rows])
        assert fitting.in_whole_numbers().which.tolist() == fitting.which[whole].tolist()


def test_whose_own_cells_a_witness_moves_is_told():
    pool = Witnesses(3)
    for row in ([1.0, 0.0, -1.0], [0.0, 0.0, 0.0]):
        pool.add(np.array(row))
    fitting = pool.that_fit(np.ones(3), np.ones(3))
    knows = np.array([[True, False, False], [False, True, False], [False, True, True]])
    assert fitting.touching(knows).tolist() == [[True, False, True], [False] * 3]
