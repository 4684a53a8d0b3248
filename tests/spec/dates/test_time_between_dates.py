"""Time between dates."""

from tests.spec.tables import p

title = "Time between dates"

PAIRS = """
    patient | born       | seen
    1       | 2000-03-15 | 2024-03-15
    2       | 2000-03-15 | 2024-03-14
    3       | 2024-01-31 | 2024-02-29
    4       | 2024-01-31 | 2024-03-01
    5       | 2024-03-15 | 2024-03-14
    6       | 2000-02-29 | 2023-02-28
    7       | 2000-02-29 | 2023-03-01
    8       |            | 2024-01-01
"""


def test_days(spec):
    """Negative the other way round."""
    spec(
        patients=PAIRS,
        ask=(p.seen - p.born).days,
        expect={1: 8766, 2: 8765, 3: 29, 4: 30, 5: -1, 6: 8400, 7: 8401, 8: None},
    )


def test_years_are_whole_elapsed_years(spec):
    """The age on that day; -1 for one day early."""
    spec(
        patients=PAIRS,
        ask=(p.seen - p.born).years,
        expect={1: 24, 2: 23, 3: 0, 4: 0, 5: -1, 6: 22, 7: 23, 8: None},
    )


def test_months_are_whole_elapsed_months(spec):
    """-1 for one day early."""
    spec(
        patients=PAIRS,
        ask=(p.seen - p.born).months,
        expect={1: 288, 2: 287, 3: 0, 4: 1, 5: -1, 6: 275, 7: 276, 8: None},
    )


def test_weeks_are_whole_weeks(spec):
    """Rounded down, also below 0."""
    spec(
        patients=PAIRS,
        ask=(p.seen - p.born).weeks,
        expect={1: 1252, 2: 1252, 3: 4, 4: 4, 5: -1, 6: 1200, 7: 1200, 8: None},
    )


def test_a_literal_date_may_be_either(spec):
    """Written as text."""
    spec(
        patients="""
            patient | born
            1       | 2000-06-01
        """,
        ask=("2024-05-31" - p.born).years,
        expect={1: 23},
    )
