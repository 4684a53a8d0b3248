"""Dates of rows, and beside other dates."""

from datetime import date

from cohort_dsl import days, years
from tests.spec.tables import e, p

title = "Dates of rows, and beside other dates"

BOTH = {
    "patients": """
        patient | born
        1       | 2024-01-10
        2       |
    """,
    "events": """
        patient | date       | number
        1       | 2024-01-09 | 1
        1       | 2024-01-10 | 2
        1       | 2024-01-17 | 4
        1       | 2024-01-18 | 8
        1       |            | 16
        2       | 2024-01-10 | 32
    """,
}


def test_the_bounds_may_be_series(spec):
    """Unknown bounds hold nothing."""
    spec(
        **BOTH,
        ask=e.where(
            e.date.is_on_or_between(p.born, p.born + days(7))
        ).number.sum_for_patient(),
        expect={1: 6, 2: None},
    )


def test_an_interval_may_be_a_pair_of_series(spec):
    """Both days are in it."""
    week = (p.born, p.born + days(7))
    spec(
        **BOTH,
        ask=e.where(e.date.is_during(week)).count_for_patient(),
        expect={1: 2, 2: 0},
    )


def test_each_row_s_date_may_be_moved(spec):
    """By days, here back over the turn of the year."""
    spec(
        **BOTH,
        ask=(e.date - days(10)).minimum_for_patient(),
        expect={1: date(2023, 12, 30), 2: date(2023, 12, 31)},
    )


def test_the_time_between_rows_and_a_date(spec):
    """Negative before it."""
    spec(
        **BOTH,
        ask=(e.date - p.born).days.minimum_for_patient(),
        expect={1: -1, 2: None},
    )


def test_years_back_may_be_written_as_a_negative_number(spec):
    """The same as taking them away; 29 February has no day a year before."""
    spec(
        patients="""
            patient | born
            1       | 2024-02-29
            2       | 2024-03-01
        """,
        ask=p.born + years(-1),
        expect={1: date(2023, 3, 1), 2: date(2023, 3, 1)},
    )


def test_a_picked_date_is_a_date(spec):
    """It has no time of day, and its parts are asked like any other's."""
    spec(
        **BOTH,
        ask=e.sort_by(e.date).last_for_patient().date,
        expect={1: date(2024, 1, 18), 2: date(2024, 1, 10)},
    )
