"""The rows about disclosure: patterns proven cheapest, and whole checks beside `acro`.

Every pattern is attacked by the plain audit of `tests/plain_audit.py` before its time or
its cost counts, and every crosstab is compared with the true counts.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from output_checker import claims
from output_checker.suppress import Outcome, loads, protected
from tests.bench import disclosure_problems as problems
from tests.bench.compare import UnequalError
from tests.bench.disclosure_worker import DATASET, TABLE
from tests.bench.measure import Bench
from tests.bench.rows import Found, Measuring, Row
from tests.plain_audit import found_out

ROOT = Path(__file__).parents[2]
KNOWN = ROOT / "tests" / "checks" / "data" / "known"
ATTACKED = 40_000
"""Primaries times cells that the plain audit looks at; of 30 primaries at most."""
THRESHOLD = problems.THRESHOLD
Json = dict[str, Any]


def known(bench: Bench) -> Row:
    """Tables of peers' tests: with their people who are alone in a cell, too."""
    dearer, seconds, tables = 0, 0.0, 0
    for path in sorted(KNOWN.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if "best" in case:
            for singles, most in (([], case["best"]), (case.get("singles"), case["peer"])):
                if singles is not None:
                    problem = {**case["problem"], "singles": singles}
                    took, outcome = _solved(problem)
                    bound = most if not singles else case.get("with_singles", most)
                    dearer += outcome.cost > bound * (1 + 1e-9)
                    seconds, tables = seconds + took, tables + 1
    found = [Found("dearer than known: {}", dearer, 0)]
    work = f"{tables} suppression problems with a known optimum or a peer's cost"
    return Row(work, found, f"{seconds:.1f} s in all")


def square(bench: Bench) -> Row:
    shape = (50, 20) if bench.scale == 1 else (8, 5)
    return _proven(problems.table(shape), "x".join(map(str, shape)), 5)


def cube(bench: Bench) -> Row:
    shape = (8, 8, 8) if bench.scale == 1 else (3, 3, 3)
    return _proven(problems.table(shape), "x".join(map(str, shape)), 60)


def _proven(problem: Json, name: str, most: float) -> Row:
    seconds, outcome = _solved(problem)
    share = len(problem["primaries"]) / len(problem["cells"])
    found = [
        Found("{} s until proven cheapest", seconds, most),
        Found("{} left to prove", outcome.gap or 0.0, 0),
    ]
    work = f"{name} counts, {share:.0%} of all cells primary, whole numbers and insiders"
    return Row(work, found, _hidden(outcome))


def two_linked(bench: Bench) -> Row:
    return _linked((100, 15, 11) if bench.scale == 1 else (8, 3, 3), 120)


def many_linked(bench: Bench) -> Row:
    """No more is required of these than to be safe: the time is told."""
    return _linked((250, 20, 16) if bench.scale == 1 else (9, 3, 4), 600)


def _linked(shape: tuple[int, int, int], most: float) -> Row:
    problem = problems.linked(*shape)
    seconds, outcome = _solved(problem)
    work = (
        f"two linked tables with subtotals, {len(problem['cells']):,} cells, "
        f"{len(problem['primaries'])} primary, time limit 60 s"
    )
    gap = "proven cheapest" if outcome.proven else f"gap {outcome.gap:.0%}"
    found = [Found("{} s until safe", seconds, most)]
    return Row(work, found, f"{_hidden(outcome)}, {gap}")


def _hidden(outcome: Outcome) -> str:
    return f"{len(outcome.secondary)} more cells hidden, at a cost of {outcome.cost:,.0f}"


def _solved(problem: Json) -> tuple[float, Outcome]:
    """Seconds and outcome; UnequalError if the plain audit finds anything out."""
    stated = loads(json.dumps(problem).encode(), where="benchmark")
    began = time.perf_counter()
    outcome = protected(stated, seconds=60)
    seconds = time.perf_counter() - began
    _attacked(problem, outcome.hidden)
    return seconds, outcome


def _attacked(problem: Json, hidden: Sequence[str]) -> None:
    primaries = problem["primaries"]
    many = min(len(primaries), 30, ATTACKED // len(problem["cells"]))
    some = random.Random(0).sample(primaries, many)
    singles = problem.get("singles", ())[:3]
    found = found_out({**problem, "primaries": some, "singles": singles}, hidden)
    if found:
        raise UnequalError(f"{len(found)} primary cells are found out")


# Beside acro --------------------------------------------------------------------------


def crosstab(bench: Bench) -> Row:
    """Large cells: recomputing and looking is all there is to do."""
    people = max(10_000, int(1_000_000 * bench.scale))
    chance = np.random.default_rng(0)
    counts = chance.multinomial(people, np.full(100, 0.01)).reshape(20, 5)
    return _beside_acro(bench, "crosstab", counts, suppress=False)


def many_small(bench: Bench) -> Row:
    """200 x 12 with 900 small cells, most of the others large."""
    rows, columns, small = (200, 12, 900) if bench.scale == 1 else (12, 6, 27)
    chance = np.random.default_rng(0)
    size = rows * columns
    large = chance.integers(30, 30 + int(1_270 * min(1, bench.scale * 10)) + 10, size)
    few = chance.permutation(size) < small
    counts = np.where(few, chance.integers(1, THRESHOLD, size), large)
    return _beside_acro(bench, "many-small", counts.reshape(rows, columns), suppress=True)


def _beside_acro(bench: Bench, name: str, counts: Any, *, suppress: bool) -> Row:
    folder = bench.folder / name
    true = _written(folder, counts)
    best: dict[str, float] = {}
    for _ in range(bench.rounds):
        for side in ("ours", "acro"):
            job = {"side": side, "folder": str(folder), "suppress": suppress}
            told = bench.told("tests.bench.disclosure_worker", json.dumps(job))
            _compared(side, told["cells"], true)
            best[side] = min(told["seconds"], best.get(side, told["seconds"]))
            if side == "ours":
                hidden = [id_ for id_, n in told["cells"].items() if n is None]
    _attacked(_as_problem(counts, true), hidden)
    words = "{} times faster than acro" + (" with suppression" if suppress else "")
    found = [Found(words, best["acro"] / best["ours"], 5, more_is_better=True)]
    small = int(((counts > 0) & (counts < THRESHOLD)).sum())
    work = (
        f"a {counts.shape[0]}x{counts.shape[1]} crosstab of {int(counts.sum()):,} people"
        + (f" with {small} small cells" if small else "")
        + " recomputed, checked, protected and audited, from their file"
    )
    return Row(work, found, f"ours {best['ours']:.2f} s, acro {best['acro']:.2f} s")


def _written(folder: Path, counts: Any) -> Mapping[str, int]:
    """The people and the claimed table; the true counts by levels."""
    (folder / "output").mkdir(parents=True, exist_ok=True)
    rows, columns = counts.shape
    names = [(f"r{i:03}", f"c{j:02}") for i in range(rows) for j in range(columns)]
    at = np.random.default_rng(1).permutation(
        np.repeat(np.arange(counts.size), counts.ravel())
    )
    people = pd.DataFrame({"patient_id": np.arange(1, len(at) + 1)})
    people["a"] = np.array([a for a, _ in names])[at]
    people["b"] = np.array([b for _, b in names])[at]
    people.to_parquet(folder / DATASET)
    claims.crosstab(people, rows="a", columns="b", path=TABLE, folder=folder)
    true = {f"{a} {b}": int(n) for (a, b), n in zip(names, counts.ravel(), strict=True)}
    for i, n in enumerate(counts.sum(axis=1)):
        true[f"r{i:03} T"] = int(n)
    for j, n in enumerate(counts.sum(axis=0)):
        true[f"T c{j:02}"] = int(n)
    return {**true, "T T": int(counts.sum())}


def _compared(side: str, cells: Mapping[str, int | None], true: Mapping[str, int]) -> None:
    """What is shown is so, by us nothing small. acro's totals leave out what it hides."""
    looked = [id_ for id_ in cells if side == "ours" or "T" not in id_.split()]
    wrong = [id_ for id_ in looked if cells[id_] not in (None, true.get(id_))]
    small = [id_ for id_ in looked if cells[id_] and cells[id_] < THRESHOLD]
    if wrong or (side == "ours" and (small or set(cells) != set(true))):
        raise UnequalError(f"{side}: {len(wrong)} cells differ, {len(small)} are small")


def _as_problem(counts: Any, true: Mapping[str, int]) -> Json:
    """The same table for the plain audit, which knows nothing of claims."""
    rows, columns = ([f"r{i:03}" for i in range(counts.shape[0])],
                     [f"c{j:02}" for j in range(counts.shape[1])])  # fmt: skip
    lines = [(f"{a} T", [f"{a} {b}" for b in columns]) for a in rows]
    lines += [(f"T {b}", [f"{a} {b}" for a in rows]) for b in columns]
    lines += [("T T", [f"{a} T" for a in rows]), ("T T", [f"T {b}" for b in columns])]
    equations = [{total: -1, **dict.fromkeys(parts, 1)} for total, parts in lines]
    return problems.problem(true, equations)


ROWS: Mapping[str, Measuring] = {
    "suppression-known": known,
    "suppression-square": square,
    "suppression-cube": cube,
    "suppression-linked": two_linked,
    "suppression-many": many_linked,
    "check-crosstab": crosstab,
    "check-small-cells": many_small,
}
