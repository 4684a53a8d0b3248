"""Random tables, hierarchies and linked tables, protected and then attacked by others.

The attackers are `tests/plain_audit.py`: a plain linear program for each cell, or every
table that agrees, one by one. No primary's interval is narrower than its protection, for
anybody and for people who are alone in a cell; and no cheaper pattern would do.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checker.errors import ProblemError
from output_checker.suppress import audited, loads, protected
from tests.plain_audit import by_counting, found_out, short

Json = dict[str, Any]
COUNTS = st.sampled_from([0, 1, 1, 2, 3, 4, 5, 7, 9, 12, 20, 31])
THRESHOLD = 5
MOST = 8
EXAMPLES = int(os.environ.get("STRONGROOM_EXAMPLES", "35"))
many = settings(max_examples=EXAMPLES, deadline=None)


@st.composite
def hierarchies(draw: st.DrawFn) -> Mapping[str, list[str]]:
    """A dimension: its total, perhaps in two groups, and its levels."""
    levels = [f"l{n}" for n in range(draw(st.integers(2, 5)))]
    if len(levels) < 4 or draw(st.booleans()):
        return {"T": levels}
    at = draw(st.integers(2, len(levels) - 2))
    return {"T": ["g1", "g2"], "g1": levels[:at], "g2": levels[at:]}


def members(hierarchy: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """Each level and group, with the levels below it."""
    leaves = {x for parts in hierarchy.values() for x in parts} - set(hierarchy)
    found = {leaf: {leaf} for leaf in sorted(leaves)}
    for name in reversed(list(hierarchy)):
        found[name] = set().union(*(found[part] for part in hierarchy[name]))
    return found


def table(name: str, dims: list[Mapping[str, list[str]]], inner: Mapping[Any, int]) -> Json:
    """Cells and sums of one table; what is total in its own last dimension has no name of

    the table's, so that linked tables share it.
    """
    sets = [members(hierarchy) for hierarchy in dims]

    def id_of(key: tuple[str, ...]) -> str:
        return " ".join(("c", *key[:-1])) + ("" if key[-1] == "T" else f" {name}{key[-1]}")

    keys = list(itertools.product(*sets))
    cells = {
        id_of(key): sum(
            inner[leaf]
            for leaf in itertools.product(*(sets[d][k] for d, k in enumerate(key)))
        )
        for key in keys
    }
    equations = []
    for key in keys:
        for d, hierarchy in enumerate(dims):
            if key[d] in hierarchy:
                parts = [(*key[:d], part, *key[d + 1 :]) for part in hierarchy[key[d]]]
                equations.append({id_of(key): -1, **{id_of(part): 1 for part in parts}})
    return {"cells": cells, "equations": equations}


def problem(*tables: Json, **more: Any) -> Json:
    cells = {id_: n for one in tables for id_, n in one["cells"].items()}
    small = [id_ for id_, n in cells.items() if 0 < n < THRESHOLD]
    assume(small)
    return {
        "format": "disclosure-problem",
        "version": 1,
        "cells": [{"id": id_, "value": n} for id_, n in cells.items()],
        "equations": [equation for one in tables for equation in one["equations"]],
        "primaries": [
            {
                "id": id_,
                "lower": 1,
                "upper": THRESHOLD - cells[id_],
                "sliding": THRESHOLD - 1,
            }
            for id_ in small
        ],
        "singles": [[id_] for id_ in small if cells[id_] == 1][:4],
        **more,
    }


def counted(draw: st.DrawFn, dims: list[Mapping[str, list[str]]]) -> dict[Any, int]:
    leaves = [sorted(x for x, below in members(d).items() if below == {x}) for d in dims]
    return {key: draw(COUNTS) for key in itertools.product(*leaves)}


@st.composite
def one_table(draw: st.DrawFn, *, most: int = 3) -> Json:
    dims = [draw(hierarchies()) for _ in range(draw(st.integers(1, most)))]
    return problem(table("", dims, counted(draw, dims)))


@st.composite
def linked_tables(draw: st.DrawFn) -> Json:
    """Two tables of the same rows: their row totals are the same cells."""
    rows, columns = draw(hierarchies()), draw(hierarchies())
    inner = counted(draw, [rows, columns])
    others = {}
    for row in sorted({row for row, _ in inner}):
        total = sum(n for (r, _), n in inner.items() if r == row)
        part = draw(st.integers(0, total))
        others |= {(row, "x"): part, (row, "y"): total - part}
    other = table("B", [rows, {"T": ["x", "y"]}], others)
    return problem(table("A", [rows, columns], inner), other)


def stated(body: Json) -> Any:
    return loads(json.dumps(body).encode(), where="made")


def solved(body: Json, *, seconds: float = 1) -> Any:
    """The answer, if there is one: safe, however little time there is."""
    try:
        return protected(stated(body), seconds=seconds)
    except ProblemError:
        return None


@many
@given(one_table())
def test_no_table_gives_a_primary_away(body: Json) -> None:
    outcome = solved(body)
    assume(outcome is not None)
    assert found_out(body, outcome.hidden) == []


@many
@given(linked_tables())
def test_no_linked_tables_give_a_primary_away(body: Json) -> None:
    outcome = solved(body)
    assume(outcome is not None)
    assert found_out(body, outcome.hidden) == []


@many
@given(one_table(most=2), st.randoms(use_true_random=False))
def test_any_pattern_is_judged_as_by_the_plain_attack(body: Json, random: Any) -> None:
    """Patterns that nobody chose, most of them bad."""
    ids = [cell["id"] for cell in body["cells"] if cell["value"]]
    hidden = {p["id"] for p in body["primaries"]} | set(
        random.sample(ids, random.randint(0, len(ids)))
    )
    outcome = audited(stated({**body, "pattern": sorted(hidden)}))
    plain = found_out(body, hidden, whole=True)
    assert outcome.safe == (plain == [])
    by_anybody = {id_ for id_, known in plain if not known}
    if by_anybody:
        assert {p.id for p in outcome.primaries if not p.safe} <= by_anybody


@many
@given(st.lists(st.sampled_from([0, 1, 1, 2, 3, 6]), min_size=3, max_size=3))
def test_small_tables_keep_their_secrets_from_who_tries_every_table(row: list[int]) -> None:
    """In whole numbers, by counting, and none cheaper: every pattern is tried."""
    assume(sum(row) <= MOST)
    leaves = {(f"l{n}",): value for n, value in enumerate(row)}
    dims = [{"T": [key for (key,) in leaves]}]
    body = problem(table("", dims, leaves), attacker={"low": 0, "high": MOST})
    outcome = solved(body)
    values = {cell["id"]: cell["value"] for cell in body["cells"]}
    always = {p["id"] for p in body["primaries"]}
    free = [id_ for id_ in values if id_ not in always and values[id_]]
    body["singles"] = []
    safe = [
        sum(values[id_] for id_ in more)
        for size in range(len(free) + 1)
        for more in itertools.combinations(free, size)
        if holds(body, always | set(more), values)
    ]
    alone = solved(body, seconds=60)
    assert (alone is None) == (not safe)
    if alone is not None:
        assert alone.proven
        assert alone.cost == min(safe)
    if outcome is not None:
        assert holds(body, set(outcome.hidden), values)


def holds(body: Json, hidden: set[str], values: Mapping[str, int]) -> bool:
    return not any(
        short(by_counting(body, hidden, p["id"]), values[p["id"]], p)
        for p in body["primaries"]
    )


@many
@given(one_table(most=1))
def test_the_same_problem_has_the_same_answer(body: Json) -> None:
    one = solved(body, seconds=60)
    assert one is None or one.proven
    assert solved(body, seconds=60) == one
