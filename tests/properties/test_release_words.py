"""Whatever outputs are called and cells hold, what leaves is safe and reads back."""

import csv
import io
import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from output_checker import canonical
from output_checker.release import OUR_NAMES, safe_names
from output_checker.report import Cell, Hidden
from output_checker.review.request import printable
from tests.a_review import a_table

LABELS = st.text(max_size=20).filter(printable)
NUMBERS = st.one_of(
    st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.lists(st.text(max_size=60), max_size=8))
def test_names_are_short_plain_all_different_and_never_ours(paths):
    names = safe_names(paths)
    assert len(set(names)) == len(paths) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,50}", name) for name in names)
    assert not OUR_NAMES & set(names)


@given(st.lists(st.tuples(LABELS, NUMBERS, st.sampled_from([None, *Hidden])), max_size=8))
def test_tables_read_back_as_they_were_but_for_what_is_hidden(rows):
    cells = tuple(
        Cell((label,), {"patients": None if hidden else value}, hidden)
        for label, value, hidden in rows
    )
    table = replace(a_table(), cells=cells)
    told = json.loads(canonical.as_json(table))["cells"]
    lines = list(csv.reader(io.StringIO(canonical.as_csv(table).decode())))[1:]
    assert len(told) == len(lines) == len(rows)
    for (label, value, hidden), cell, (name, number) in zip(rows, told, lines, strict=True):
        assert cell["levels"]["age"] == label
        assert name in (label, f"'{label}")
        if hidden:
            assert (cell["hidden"], number) == (True, canonical.HIDDEN)
        else:
            assert cell["values"]["patients"] == value
            assert number == "" if value is None else type(value)(number) == value
