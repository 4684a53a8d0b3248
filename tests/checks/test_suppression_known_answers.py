"""Tables from the literature and from peers' tests, whose right answers are known.

Numbers only, each with the place they come from.
"""

import json
import time
from pathlib import Path

import pytest

from output_checker.suppress.audit import Judge, as_pattern, audit
from output_checker.suppress.problem import Equation, Layer, Need, Problem
from output_checker.suppress.solve import solve
from tests.cell_tables import a_problem, with_totals

T = None


def solved(problem):
    return solve(problem, seconds=60, clock=time.monotonic)


def names(problem, cells, hidden):
    keys = list(cells)
    return {keys[place] for place in hidden}


def intervals(problem, cells, hidden):
    found = Judge(problem).intervals(0, as_pattern(problem, hidden))
    return {list(cells)[place]: interval for place, interval in found.items()}


# The 3x3 example that the cell suppression literature uses (Fischetti and Salazar and
# others); numbers as commonly given, bounds recomputed.
FS = with_totals(
    {
        ("I", "A"): 20, ("I", "B"): 50, ("I", "C"): 10,
        ("II", "A"): 8, ("II", "B"): 19, ("II", "C"): 22,
        ("III", "A"): 17, ("III", "B"): 32, ("III", "C"): 12,
    }
)  # fmt: skip


def test_the_classic_table_needs_three_more_cells():
    problem = a_problem(FS, [("II", "C")], {("II", "C"): (17, 27, 0)})
    solution = solved(problem)
    assert names(problem, FS, solution.hidden) == {
        *[("II", "A"), ("II", "C"), ("III", "A"), ("III", "C")]
    }
    assert (solution.cost, solution.proven) == (37, True)
    assert intervals(problem, FS, solution.hidden)["II", "C"] == (5, 30)


# sdcTools/sdcTable@6393dfb tests/testthat/test-simpleheuristic.R
WB = with_totals(
    {
        ("w", "a"): 30, ("w", "b"): 47, ("w", "c"): 64, ("w", "d"): 89,
        ("x", "a"): 90, ("x", "b"): 124, ("x", "c"): 5, ("x", "d"): 31,
        ("y", "a"): 92, ("y", "b"): 100, ("y", "c"): 59, ("y", "d"): 85,
        ("z", "a"): 800, ("z", "b"): 991, ("z", "c"): 651, ("z", "d"): 685,
    }
)  # fmt: skip
WB_HIDDEN = ["wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"]


def test_two_hidden_cells_in_every_line_may_still_give_one_away():
    """Rows w and x less columns a and c leave exactly the cell (w, b)."""
    hidden = [tuple(name) for name in WB_HIDDEN]
    problem = a_problem(WB, hidden, {("w", "b"): (46, 48, 1)})
    found = intervals(problem, WB, problem.hidden)
    assert found["w", "b"] == (47, 47)
    assert found["w", "a"] == (25, 94)
    assert audit(problem, problem.hidden)
    solution = solved(problem)
    assert names(problem, WB, solution.hidden - problem.hidden) == {("x", "d")}
    assert solution.cost == 31
    assert intervals(problem, WB, solution.hidden)["w", "b"] == (0, 78)


# sdcTools/sdcTable@6393dfb tests/testthat/test-protectTable.r
MICRO = with_totals(
    {
        ("A", "m"): 18, ("A", "f"): 2, ("B", "m"): 14, ("B", "f"): 19,
        ("C", "m"): 12, ("C", "f"): 10, ("D", "m"): 11, ("D", "f"): 14,
    }
)  # fmt: skip


def test_the_cheapest_answer_of_five_peers_is_found():
    problem = a_problem(MICRO, [("A", "f")], {("A", "f"): (1, 10, 9)})
    solution = solved(problem)
    assert names(problem, MICRO, solution.hidden - problem.hidden) == {
        *[("A", "m"), ("C", "m"), ("C", "f")]
    }
    assert solution.cost == 40
    assert intervals(problem, MICRO, solution.hidden)["A", "f"] == (0, 12)


# sdcTools/UserSupport#194: rows with a total, of which two cells are hidden
@pytest.mark.parametrize(
    ("row", "hidden", "least", "known"),
    [
        ((0, 0, 0), "ab", 0, (0, 0)),
        ((10, 5, 0, 0), "cd", 0, (0, 0)),
        ((10, 3, 1, 1), "cd", 1, (1, 1)),
    ],
)
def test_hidden_cells_that_can_only_be_one_thing(row, hidden, least, known):
    cells = with_totals({(name,): value for name, value in zip("abcd", row, strict=False)})
    keys = [(name,) for name in hidden]
    problem = a_problem(cells, keys, {keys[0]: (0, 1, 1)}, least=least, whole=True)
    assert set(intervals(problem, cells, problem.hidden).values()) == {known}
    assert audit(problem, problem.hidden)


# sdcTools/sdcTable@6393dfb tests/testthat/test-protectTable.r, singletons
def test_two_ones_beside_shown_zeros_need_a_third_cell():
    """a + c = 2 where hidden cells hold somebody: both are 1, until b is hidden too."""
    cells = with_totals({("a",): 1, ("b",): 2, ("c",): 1, ("d",): 0})
    needs = {("a",): (1, 2, 1), ("c",): (1, 2, 1)}
    problem = a_problem(cells, [("a",), ("c",)], needs, least=1, whole=True, fixed=[("d",)])
    assert len(audit(problem, problem.hidden)) == 2
    assert names(problem, cells, solved(problem).hidden) == {("a",), ("b",), ("c",)}


# sdcTools/sdcTable@6393dfb tests/testthat/test-linked-tables.r; UserSupport#136
REGIONS = {
    "A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7,
    "county-1": 20, "county-2": 16, "small": 30, "big": 6, "Total": 36,
}  # fmt: skip
COUNTIES = {"county-1": "ABIJ", "county-2": "KLMN", "Total": ["county-1", "county-2"]}
SIZES = {"small": "ABIJKN", "big": "LM", "Total": ["small", "big"]}


def regions(*hierarchies):
    cells = {(name,): value for name, value in REGIONS.items()}
    keys = list(REGIONS)
    equations = tuple(
        Equation(keys.index(total), tuple(keys.index(p) for p in parts))
        for hierarchy in hierarchies
        for total, parts in hierarchy.items()
    )
    small = [(name,) for name in "ABKLM"]
    needs = {key: (cells[key] - 1, cells[key] + 1, 2) for key in small}
    return cells, a_problem(cells, small, needs, equations=equations)


def test_linked_tables_are_safe_apart_and_open_together():
    for hierarchy in (COUNTIES, SIZES):
        _, alone = regions(hierarchy)
        assert audit(alone, alone.hidden) == ()
    cells, both = regions(COUNTIES, SIZES)
    found = intervals(both, cells, both.hidden)
    assert (found["K",], found["A",], found["L",]) == ((3, 3), (0, 4), (0, 6))
    solution = solved(both)
    assert names(both, cells, solution.hidden - both.hidden) == {("N",)}


def test_a_peers_magnitude_table_is_solved_to_proven_optimality():
    """tau-ARGUS hides 12 further cells at 2,524,351; 6 at 521,926 are enough."""
    data = json.loads((Path(__file__).parent / "data/simple2d.json").read_text())
    problem, place = simple2d(data)
    solution = solved(problem)
    assert solution.cost == pytest.approx(data["proven_cost"])
    assert solution.proven
    assert len(solution.hidden - problem.hidden) == 6
    peers = frozenset(place[tuple(cell)] for cell in data["peer_secondary"])
    assert audit(problem, problem.hidden | peers) == ()


def simple2d(data):
    """The p% rule with p = 15, protection levels by the same rule, totals by hierarchy."""
    place = {(size, region): n for n, (size, region, *_) in enumerate(data["cells"])}
    values = [value for _, _, value, *_ in data["cells"]]
    scale = 1e4 / max(values)
    short = {
        n: 0.15 * top1 - (value - top1 - top2)
        for n, (_, _, value, count, top1, top2) in enumerate(data["cells"])
        if count
    }
    needs = {n: least for n, least in short.items() if least > 0}
    scaled = tuple(value * scale for value in values)
    layer = Layer(
        name="turnover",
        cells=tuple(range(len(values))),
        values=scaled,
        possible=tuple((0.0, 3e4) for _ in values),
        shown=tuple((value, value) for value in scaled),
        equations=tuple(hierarchies(data["dims"], place)),
        needs=tuple(
            Need(n, (values[n] - least) * scale, (values[n] + least) * scale)
            for n, least in needs.items()
        ),
    )
    fixed = {n for n, cell in enumerate(data["cells"]) if not cell[3]}
    fixed.add(place["Total", "Total"])
    return Problem(tuple(values), frozenset(needs), frozenset(fixed), (layer,)), place


def hierarchies(dims, place):
    for d, totals in enumerate(dims.values()):
        for total, parts in totals.items():
            for key in place:
                if key[d] == total:
                    swapped = [(*key[:d], part, *key[d + 1 :]) for part in parts]
                    yield Equation(place[key], tuple(place[s] for s in swapped))
