"""What holds for every text and every pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from job_runner.project import Mistake, ProjectErrors, parse
from job_runner.project.patterns import matches, may_meet, meetings, pattern_mistakes

NAMES = ["".join(letters) for n in range(7) for letters in product("ab", repeat=n)]
PIECES = st.text("ab*", min_size=1, max_size=4).filter(lambda p: "**" not in p)
PATHS = st.lists(PIECES, min_size=1, max_size=3).map("/".join)


@given(PIECES, PIECES)
@settings(deadline=None)
def test_two_patterns_meet_exactly_where_a_name_matches_both(one: str, two: str) -> None:
    """If these patterns meet at all, they do in a name of up to six letters."""
    both = any(fnmatchcase(name, one) and fnmatchcase(name, two) for name in NAMES)
    assert may_meet(one, two) == both


@given(PIECES)
@settings(deadline=None)
def test_names_match_as_the_shell_has_it(pattern: str) -> None:
    for name in NAMES:
        assert matches(pattern, name) == fnmatchcase(name, pattern)


@given(st.lists(PATHS, max_size=8), st.lists(PATHS, max_size=8))
@settings(deadline=None)
def test_no_meeting_is_overlooked(ones: list[str], twos: list[str]) -> None:
    ones, twos = [f"{p}.c" for p in ones], [f"{p}.c" for p in twos]
    expected = {pair for pair in product(ones, twos) if may_meet(*pair)}
    assert set(meetings(ones, twos)) == expected


@given(st.text())
@settings(deadline=None)
def test_a_pattern_without_mistakes_stays_in_its_folder(text: str) -> None:
    pattern = f"{text}.csv"
    if not any(pattern_mistakes(pattern)):
        assert not pattern.startswith("/")
        assert {"", ".", ".."}.isdisjoint(pattern.split("/"))
        assert pattern.isprintable()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "run",
                    "needs",
                    "outputs",
                    "config",
                    "highly_sensitive",
                    "x",
                    "population_size",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def _refused_or_read(text: str) -> None:
    assert all(error.line >= 1 and error.remedy for error in _mistakes(text))


def _mistakes(text: str) -> tuple[Mistake, ...]:
    try:
        parse(text)
    except ProjectErrors as refused:
        return refused.errors
    return ()


@given(st.text() | st.text("[]{}:-,#&*!|>'\" \n\tab"))
@settings(max_examples=300, deadline=None)
def test_every_text_is_a_project_or_has_mistakes_with_places(text: str) -> None:
    _refused_or_read(text)


@given(st.integers(0, 6), st.dictionaries(st.text(max_size=5), VALUES, max_size=3), VALUES)
@settings(max_examples=300, deadline=None)
def test_every_tree_is_a_project_or_has_mistakes_with_places(
    version: int, actions: object, expectations: object
) -> None:
    tree = {"version": version, "actions": actions, "expectations": expectations}
    _refused_or_read(yaml.safe_dump(tree, allow_unicode=True))


WHOLE = """\
version: 5
actions:
  first: &a
    run: cohort:v1 generate-dataset d.py --output out/d.csv
    outputs: {highly_sensitive: {rows: out/d.csv}}
  second:
    run: "r:v1 'a b.R'"
    needs: [first]
    config: {deep: [1, {more: ~}]}
    outputs:
      moderately_sensitive:
        table: 'tables/*.csv'
"""


@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 8),
    st.text("[]{}:-,#&*!|>'\" \n\tab", max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_a_file_broken_anywhere_is_told_within_itself(at: int, out: int, put: str) -> None:
    text = WHOLE[:at] + put + WHOLE[at + out :]
    lines = text.count("\n") + 1
    for mistake in _mistakes(text):
        assert 1 <= mistake.line <= lines
        assert str(mistake).isprintable() or "\n" in str(mistake)
