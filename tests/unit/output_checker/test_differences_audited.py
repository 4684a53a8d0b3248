"""The audit's bounds: what is too much is told, and never taken for nothing."""

import numpy as np
import pytest

from output_checker.differencing import audit as audits
from output_checker.differencing import branching, determined, incidence
from output_checker.differencing.atoms import atoms, linked
from output_checker.differencing.audit import audit
from output_checker.differencing.model import Cell, Counted, TooMany

PEOPLE = 400


def table(left_out=(), *, release="", base=1, size=8, people=PEOPLE, start=1):
    """People in parts by their number, but for those left out; counts to the nearest."""
    keys = np.arange(start, start + people, dtype=np.uint64)
    parts = (keys % size + 1).astype(np.int32)
    parts[np.isin(keys, left_out)] = 0
    cells = [(n,) for n in range(1, size + 1)] + [tuple(range(1, size + 1))]
    told = []
    for cell in cells:
        count = int(np.isin(parts, cell).sum())
        near = base * ((count + base // 2) // base)
        told.append(Cell((str(cell),), cell, near - base // 2, near + (base - 1) // 2))
    return Counted(release, "t", "", "", tuple(told), keys, parts)


def test_more_attacks_than_are_told_are_all_counted(monkeypatch):
    monkeypatch.setattr(audits, "TOLD", 3)
    found = audit([table(range(1, 9)), table(release="r1")], [{0}], 10)
    assert [bool(attack.terms) for attack in found.attacks] == [True] * 3 + [False] * 5
    assert all((a.low, a.high, 0 in a.tables) == (1, 1, True) for a in found.attacks)


def test_a_search_that_ends_early_says_so_or_refuses(monkeypatch):
    monkeypatch.setattr(audits, "MOST_ATTACKS", 0)
    old = table(release="r1", base=5)
    with pytest.raises(TooMany, match="too many small groups"):
        audit([table((1,), base=5), old], [{0}], 10)
    monkeypatch.setattr(audits, "MOST_ATTACKS", 3)  # each of the three, but not them all
    found = audit([table((1, 2, 3), base=5), old], [{0}], 10)
    assert found.attacks
    assert not found.complete


@pytest.mark.parametrize(
    ("module", "bound", "words"),
    [
        (incidence, "MOST_ROWS", "different cells"),
        (incidence, "MOST_WORK", "too many tables"),
        (determined, "MOST_CANDIDATES", "cut too many people off"),
    ],
)
def test_past_each_bound_there_is_a_reason(monkeypatch, module, bound, words):
    monkeypatch.setattr(module, bound, 0)
    with pytest.raises(TooMany, match=words):
        audit([table((1, 2, 3)), table(release="r1")], [{0}], 10)


def test_sums_that_are_too_many_to_try_are_searched_by_branching(monkeypatch):
    tables = [table((1, 2, 3)), table(release="r1")]
    before = audit(tables, [{0}], 10)
    monkeypatch.setattr(determined, "MOST_STEPS", 0)
    assert audit(tables, [{0}], 10) == before
    monkeypatch.setattr(branching, "MOST_GROUPS", 0)
    with pytest.raises(TooMany, match="in too many ways"):
        audit(tables, [{0}], 10)


def test_tables_of_other_people_have_no_say():
    tables = [table((1,)), table(release="r1"), table(release="r2", start=10_000)]
    assert linked(atoms(tables), {0}) == (0, 1)
    (found,) = audit(tables, [{0}], 10).attacks
    assert found.tables == {0, 1}


def test_nobody_is_singled_out_of_nobody():
    assert audit([table(range(1, PEOPLE + 1))], [{0}], 10).attacks == ()


@pytest.mark.parametrize("wrong", [{"parts": (0,)}, {"low": 3}, {"low": -1}])
def test_a_cell_refuses_nonsense(wrong):
    with pytest.raises(ValueError, match="a cell of those outside"):
        Cell(**{"levels": (), "parts": (1,), "low": 1, "high": 2, **wrong})


def test_what_is_told_of_a_total_holds_it():
    with pytest.raises(ValueError, match="holds the total"):
        Cell((), (1,), 1, 2, "cost", spread=(1, 2))


@pytest.mark.parametrize("wrong", [{"total_of": ""}, {"high": 2}])
def test_what_is_dominated_is_a_hidden_total(wrong):
    cell = {"levels": (), "parts": (1,), "low": 0, "high": np.inf, "total_of": "cost"}
    assert Cell(**cell, dominated=True).hidden
    with pytest.raises(ValueError, match="what is dominated"):
        Cell(**{**cell, **wrong}, dominated=True)


def test_a_table_has_a_part_for_each_key():
    keys = np.arange(3, dtype=np.uint64)
    for parts in ([1, 1], [1, 1, -1]):
        with pytest.raises(ValueError, match="part"):
            Counted("", "t", "", "", (), keys, np.array(parts, dtype=np.int32))


@pytest.mark.parametrize("base", [1, 5])
def test_many_atoms_or_few_the_attacks_are_the_same(monkeypatch, base):
    """Where there are many, only those that may be singled out are looked at one by one."""
    tables = [table((1, 2, 3, 9), base=base), table(release="r1", base=base)]
    few = audit(tables, [{0}], 10)
    monkeypatch.setattr(audits, "FEW_ATOMS", 0)
    many = audit(tables, [{0}], 10)
    assert [(a.low, a.high) for a in few.attacks] == [(a.low, a.high) for a in many.attacks]
    assert few.attacks


def with_hidden(hidden, *, release=""):
    """People in two cells, one of which is hidden; the other's number is told exactly."""
    keys = np.arange(1, 103, dtype=np.uint64)
    parts = np.where(np.isin(keys, hidden), 1, 2).astype(np.int32)
    cells = (
        Cell(("few",), (1,), 0, np.inf),
        Cell(("many",), (2,), 100, 100),
        Cell((None,), (1, 2), 100, 104),
    )
    return Counted(release, "t", "", "", cells, keys, parts)


def test_hidden_cells_of_many_atoms_are_put_together(monkeypatch):
    """Each may have nobody, and both together somebody: that has to be tried."""
    monkeypatch.setattr(audits, "FEW_ATOMS", 0)
    found = audit([with_hidden((1, 2)), with_hidden((3, 4), release="r1")], [{0}], 10)
    assert found.complete
    assert not found.attacks


def pairs_with_hidden(pairs):
    """A table that shows what two cells are together, 4 and 20 people, and neither."""
    sizes = [size for _ in range(pairs) for size in (4, 20)]
    parts = np.repeat(np.arange(1, len(sizes) + 1, dtype=np.int32), sizes)
    keys = np.arange(1, len(parts) + 1, dtype=np.uint64)
    inner = [Cell((str(n),), (n,), 0, np.inf) for n in range(1, len(sizes) + 1)]
    both = [(n, n + 1) for n in range(1, len(sizes), 2)]
    told = [Cell((f"{two}",), two, 24, 24) for two in both]
    return Counted("r1", "t", "", "", (*inner, *told), keys, parts)


def test_hundreds_of_safe_hidden_cells_take_no_attack_each(monkeypatch):
    """After a table with 900 of them, no other table of these people could leave."""
    monkeypatch.setattr(audits, "MOST_ATTACKS", 0)
    old = pairs_with_hidden(60)
    found = audit([table(people=len(old.keys), size=2), old], [{0}], 10)
    assert found.complete
    assert not found.attacks


def test_one_given_away_among_many_safe_ones_is_found():
    old = pairs_with_hidden(60)
    parts = np.where(old.parts == 2, 1, 2).astype(np.int32)
    new = Counted("", "t", "", "", (Cell(("b",), (1,), 20, 20),), old.keys, parts)
    (attack,) = audit([new, old], [{0}], 10).attacks
    assert (attack.low, attack.high) == (4, 4)
