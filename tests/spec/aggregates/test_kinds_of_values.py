"""Aggregations of every kind of value."""

from datetime import date

from tests.spec.tables import e

title = "Aggregations of every kind of value"

ROWS = """
    patient | number | date       | text | ok | code
    1       | 3      | 2024-03-01 | b    | T  | 73211009
    1       | -5     | 2024-01-01 | B    | F  | 73211009
    1       |        |            |      |    |
    2       |        |            |      |    |
"""


def test_the_largest_number(spec):
    """Whole where the numbers are."""
    spec(events=ROWS, ask=e.number.maximum_for_patient(), expect={1: 3, 2: None})


def test_the_earliest_date(spec):
    """Missing dates don't count, though they sort first."""
    spec(
        events=ROWS, ask=e.date.minimum_for_patient(), expect={1: date(2024, 1, 1), 2: None}
    )


def test_the_largest_text(spec):
    """By code points: small letters come after capitals."""
    spec(events=ROWS, ask=e.text.maximum_for_patient(), expect={1: "b", 2: None})


def test_different_dates_and_texts_are_counted(spec):
    """Values of every kind can be told apart."""
    spec(
        events=ROWS,
        ask=e.date.count_distinct_for_patient() * 10 + e.text.count_distinct_for_patient(),
        expect={1: 22, 2: 0},
    )


def test_different_codes_and_answers_are_counted(spec):
    """One code twice is one; yes and no are two."""
    spec(
        events=ROWS,
        ask=e.code.count_distinct_for_patient() * 10 + e.ok.count_distinct_for_patient(),
        expect={1: 12, 2: 0},
    )


def test_what_there_is_none_of_may_be_made_0(spec):
    """A sum of nothing is missing until somebody says that it is 0."""
    spec(
        events=ROWS,
        ask=e.number.sum_for_patient().when_null_then(0),
        expect={1: -2, 2: 0},
    )


def test_the_mean_of_very_large_whole_numbers(spec):
    """Their sum is exact, above and below 0, and is rounded to a decimal but once."""
    spec(
        events="""
            patient | number
            1       | -9007199254740992
            1       | -2
            2       | 9007199254740992
            2       | 2
        """,
        ask=e.number.mean_for_patient(),
        expect={1: -4503599627370497.0, 2: 4503599627370497.0},
    )


def test_the_mean_of_decimals(spec):
    """Also below 0, and of one value."""
    spec(
        events="""
            patient | value
            1       | -1.5
            1       | 0.5
            2       | 4.0
            2       |
        """,
        ask=e.value.mean_for_patient(),
        expect={1: -0.5, 2: 4.0},
    )
