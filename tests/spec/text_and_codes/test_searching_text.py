"""Searching text."""

from tests.spec.tables import p

title = "Searching text"

TEXTS = """
    patient | name  | part
    1       | 10%_a | %
    2       | 10_b  | %
    3       | a/b\\c | \\
    4       | ABC   | b
    5       | ABC   | ""
    6       |       | a
    7       | abc   |
    8       | é     | é
"""


def test_nothing_is_a_wildcard(spec):
    """%, _, / and \\ stand for themselves, also where what is looked for is a column."""
    spec(
        patients=TEXTS,
        ask=p.name.contains(p.part),
        expect={1: True, 2: False, 3: True, 4: False, 5: True, 6: None, 7: None, 8: True},
    )


def test_literal_parts_have_no_wildcards_either(spec):
    """_ isn't any letter."""
    spec(
        patients=TEXTS,
        ask=p.name.contains("_"),
        expect={
            1: True,
            2: True,
            3: False,
            4: False,
            5: False,
            6: None,
            7: False,
            8: False,
        },
    )


def test_capitals_count(spec):
    """ABC holds no b."""
    spec(
        patients=TEXTS,
        ask=p.name.contains_any_of(["b", "C"]),
        expect={1: False, 2: True, 3: True, 4: True, 5: True, 6: None, 7: True, 8: False},
    )


def test_any_of_nothing_is_false(spec):
    """As is_in of an empty list."""
    spec(
        patients=TEXTS,
        ask=p.name.contains_any_of([]),
        expect=dict.fromkeys(range(1, 9), False),
    )


def test_text_is_compared_as_it_is(spec):
    """An empty text isn't a missing one, and quotes are only characters."""
    spec(
        patients="""
            patient | name
            1       | ""
            2       |
            3       | it's
        """,
        ask=p.name == "",
        expect={1: True, 2: None, 3: False},
    )


def test_a_user_s_text_is_never_read_as_sql(spec):
    """It travels as a parameter."""
    spec(
        patients="""
            patient | name
            1       | x'; DROP TABLE patients; --
            2       | $1
        """,
        ask=p.name == "x'; DROP TABLE patients; --",
        expect={1: True, 2: False},
    )
