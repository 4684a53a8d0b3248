"""Adding time."""

from datetime import date

from cohort_dsl import days, months, weeks, years
from tests.spec.tables import p

title = "Adding time"

DATES = """
    patient | born
    1       | 2023-01-31
    2       | 2024-01-31
    3       | 2024-02-29
    4       | 2023-12-15
    5       |
"""


def test_days_and_weeks(spec):
    """Across months and leap days."""
    spec(
        patients=DATES,
        ask=p.born + weeks(4) + days(2),
        expect={
            1: date(2023, 3, 2),
            2: date(2024, 3, 1),
            3: date(2024, 3, 30),
            4: date(2024, 1, 14),
            5: None,
        },
    )


def test_a_day_that_the_month_lacks_rolls_to_the_1st_of_the_next(spec):
    """31 January + 1 month = 1 March, where engines would say 28 or 29 February."""
    spec(
        patients=DATES,
        ask=p.born + months(1),
        expect={
            1: date(2023, 3, 1),
            2: date(2024, 3, 1),
            3: date(2024, 3, 29),
            4: date(2024, 1, 15),
            5: None,
        },
    )


def test_a_leap_day_a_year_later_is_the_1st_of_march(spec):
    """By the same rule."""
    spec(
        patients=DATES,
        ask=p.born + years(1),
        expect={
            1: date(2024, 1, 31),
            2: date(2025, 1, 31),
            3: date(2025, 3, 1),
            4: date(2024, 12, 15),
            5: None,
        },
    )


def test_going_back_rolls_forward_too(spec):
    """31 March - 1 month = 1 March, because there is no 31 February."""
    spec(
        patients="""
            patient | born
            1       | 2024-03-31
            2       | 2024-01-31
            3       | 2024-03-15
        """,
        ask=p.born - months(1),
        expect={1: date(2024, 3, 1), 2: date(2023, 12, 31), 3: date(2024, 2, 15)},
    )


def test_the_duration_may_stand_first(spec):
    """Time has no order of addition."""
    spec(
        patients="""
            patient | born
            1       | 2024-01-01
        """,
        ask=days(1) + p.born,
        expect={1: date(2024, 1, 2)},
    )


def test_durations_of_one_unit_add_up(spec):
    """Before they meet a date: ten days less three weeks, turned round, are eleven."""
    spec(
        patients="""
            patient | born
            1       | 2024-01-01
        """,
        ask=p.born + -(days(10) - weeks(3)),
        expect={1: date(2024, 1, 12)},
    )


def test_a_literal_date_and_a_duration_make_a_date(spec):
    """Where a series is part of it, a date for each patient."""
    spec(
        patients="""
            patient | score
            1       | 1
            2       |
        """,
        ask="2024-01-31" + months(p.score),
        expect={1: date(2024, 3, 1), 2: None},
    )


def test_the_duration_may_differ_between_patients(spec):
    """A missing one gives a missing date."""
    spec(
        patients="""
            patient | born       | score
            1       | 2024-01-31 | 1
            2       | 2024-01-31 | -1
            3       | 2024-01-31 |
        """,
        ask=p.born + months(p.score),
        expect={1: date(2024, 3, 1), 2: date(2023, 12, 31), 3: None},
    )


def test_a_date_outside_the_calendar_is_missing(spec):
    """The calendar goes from the year 1 to the year 9999."""
    spec(
        patients="""
            patient | born       | score
            1       | 9999-12-31 | 1
            2       | 0001-01-01 | -1
            3       | 2024-01-01 | 9223372036854775807
        """,
        ask=p.born + days(p.score),
        expect={1: None, 2: None, 3: None},
    )


def test_months_outside_the_calendar_are_missing(spec):
    """Never an error for the whole cohort."""
    spec(
        patients="""
            patient | born       | score
            1       | 9999-12-31 | 1
            2       | 0001-01-31 | -1
            3       | 2024-01-01 | 9223372036854775807
            4       | 9999-11-30 | 1
        """,
        ask=p.born + months(p.score),
        expect={1: None, 2: None, 3: None, 4: date(9999, 12, 30)},
    )
