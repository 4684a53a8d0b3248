"""Comparing text."""

from tests.spec.tables import e, p

title = "Comparing text"


def test_capitals_differ_from_small_letters(spec):
    """On every engine, whatever its collation."""
    spec(
        patients="""
            patient | name
            1       | abc
            2       | ABC
            3       |
        """,
        ask=p.name != "abc",
        expect={1: False, 2: True, 3: None},
    )


def test_blanks_at_the_end_count(spec):
    """Some engines fill text up with blanks and forget them when they compare."""
    spec(
        patients="""
            patient | name
            1       | "a "
            2       | a
        """,
        ask=p.name == "a",
        expect={1: False, 2: True},
    )


def test_one_letter_written_in_two_ways_is_two_texts(spec):
    """An e with its accent is one character, or two; what is stored is compared."""
    spec(
        patients="""
            patient | name | part
            1       | é    | é
            2       | é    | é
        """,
        ask=p.name == p.part,
        expect={1: True, 2: False},
    )


def test_text_is_looked_for_in_each_row(spec):
    """As in a patient's own text."""
    spec(
        events="""
            patient | text
            1       | heart attack
            1       | Heart failure
            1       |
        """,
        ask=e.where(e.text.contains("heart")).count_for_patient(),
        expect={1: 1},
    )
