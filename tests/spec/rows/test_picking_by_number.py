"""Picking a row by its number."""

from tests.spec.tables import e

title = "Picking a row by its number"

EVENTS = """
    patient | date       | number
    1       | 2024-03-01 | 3
    1       |            | 0
    1       | 2024-01-01 | 1
    1       | 2024-02-01 | 2
    2       | 2024-01-01 | 7
"""


def test_rows_are_counted_from_the_first_of_their_order(spec):
    """The first is number 1. Missing sorts first here as everywhere."""
    spec(
        events=EVENTS,
        ask=e.sort_by(e.date).nth_for_patient(2).number,
        expect={1: 1, 2: None},
    )


def test_negative_numbers_count_from_the_last(spec):
    """-1 is the last, -2 the last but one."""
    spec(
        events=EVENTS,
        ask=e.sort_by(e.date).nth_for_patient(-2).number * 10
        + e.sort_by(e.date).nth_for_patient(-1).number,
        expect={1: 23, 2: None},
    )


def test_who_has_fewer_rows_has_none_of_that_number(spec):
    """So it doesn't exist."""
    spec(
        events=EVENTS,
        ask=e.where(e.number > 1).sort_by(e.date).nth_for_patient(2).exists_for_patient(),
        expect={1: True, 2: False},
    )


def test_the_nth_of_ties_is_the_same_everywhere(spec):
    """Ties are broken by all other columns, as for the first and the last."""
    spec(
        events="""
            patient | date       | number | text
            1       | 2024-01-01 | 2      | b
            1       | 2024-01-01 | 1      | c
            1       | 2024-01-01 | 2      | a
        """,
        ask=e.sort_by(e.date).nth_for_patient(2).text,
        expect={1: "a"},
    )
