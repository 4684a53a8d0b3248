"""What is hidden in one table isn't the sum or difference of what others show.

However these describe their people: by conditions, wider groups, other bands, a copied
column. The attacker knows who is in which cell, and only adds and subtracts.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checker.claims import bands
from tests.a_cohort import EXACT, Desk, people

POLICY = replace(EXACT, threshold=3)
WIDER = {"a": "x", "b": "x", "c": "y", "d": "z"}
ROWS = {
    "row": lambda person: person.row,
    "wider": lambda person: person.wider,
    "sex": lambda person: person.sex,
    "bands": lambda person: "under 40" if person.age < 40 else "40 or over",
    "other bands": lambda person: "under 30" if person.age < 30 else "30 or over",
}
SPELT = {"bands": bands("age", [40]), "other bands": bands("age", [30])}
WHERES = {
    "everyone": ((), lambda person: True),
    "not a": ((("row", "!=", "a"),), lambda person: person.row != "a"),
    "only b": (
        (("wider", "==", "x"), ("row", "!=", "a")),
        lambda person: person.row == "b",
    ),
    "x, young": (
        (("wider", "==", "x"), ("age", "<", 40)),
        lambda person: person.wider == "x" and person.age < 40,
    ),
    "x, old": (
        (("wider", "==", "x"), ("age", ">=", 40)),
        lambda person: person.wider == "x" and person.age >= 40,
    ),
}
COHORTS = st.dictionaries(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from("fm"), st.sampled_from([25, 35, 45])
    ),
    st.sampled_from([1, 2, 3, 5, 8, 13]),
    min_size=4,
)
TABLES = st.lists(
    st.tuples(st.sampled_from(sorted(ROWS)), st.sampled_from(sorted(WHERES))),
    min_size=2,
    max_size=4,
    unique=True,
)


def cohort(counts):
    frame = people(counts, "row", "sex", "age")
    return frame.assign(wider=frame.row.map(WIDER), copy=frame.row)


def released(frame, tables):
    """Per cell who is in it (ones and zeros), of cells shown and of cells hidden."""
    shown, hidden = [], []
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), frame)
        made = {}
        for n, (rows, where) in enumerate(tables):
            conditions, met = WHERES[where]
            if any(map(met, frame.itertuples())):
                made[f"output/{n}.csv"] = (ROWS[rows], met)
                desk.crosstab(
                    path=f"output/{n}.csv", rows=SPELT.get(rows, rows), where=conditions
                )
        report = desk.report(POLICY)
    for path, (group, met) in made.items():
        for cell in report[path].table.cells if report[path].table else ():
            inside = [
                float(met(person) and cell.levels[0] in (None, group(person)))
                for person in frame.itertuples()
            ]
            (hidden if cell.hidden else shown).append(inside)
    return np.array(shown), np.array(hidden)


@settings(max_examples=60, deadline=None)
@given(COHORTS, TABLES)
def test_nothing_hidden_is_a_sum_of_what_is_shown(counts, tables):
    shown, hidden = released(cohort(counts), tables)
    for cell in hidden if len(shown) else ():
        if 0 < cell.sum() < POLICY.threshold:
            weights = np.linalg.lstsq(shown.T, cell)[0]
            assert np.linalg.norm(shown.T @ weights - cell) > 1e-6
