"""Lists of intervals.

Intervals are pairs of dates, both included, written out or made from a length of time.

All intervals of a list are counted at once, where no more than constants differ between
them. Whether there are rows in an interval is told at once for up to 496; of a longer list
it is found out interval by interval, with the same answers, but more slowly. So ask for
weeks rather than for years of days, or split the definition.
"""

from cohort_dsl import INTERVAL, months, weeks, years
from tests.spec.tables import p

title = "Lists of intervals"

one_patient = """
    patient | score
    1       |
"""


def test_intervals_follow_each_other_from_the_day_they_start_on(measured):
    """Each ends on the day before the next."""
    measured(
        numerator=INTERVAL.start_date.year == 2023,
        denominator=p.exists_for_patient(),
        intervals=weeks(3).starting_on("2023-12-20"),
        patients=one_patient,
        expect="""
            interval_start | interval_end | numerator
            2023-12-20     | 2023-12-26   | 1
            2023-12-27     | 2024-01-02   | 1
            2024-01-03     | 2024-01-09   | 0
        """,
    )


def test_intervals_may_be_counted_back_from_the_day_the_last_one_ends_on(measured):
    """So that they reach up to the latest records."""
    measured(
        numerator=p.exists_for_patient(),
        denominator=p.exists_for_patient(),
        intervals=months(3).ending_on("2024-03-31"),
        patients=one_patient,
        expect="""
            interval_start | interval_end
            2024-01-01     | 2024-01-31
            2024-02-01     | 2024-02-29
            2024-03-01     | 2024-03-31
        """,
    )


def test_months_and_years_are_those_of_the_calendar_counted_from_the_first_day(measured):
    """A month without a 31st begins a day later, and those after it are not moved."""
    measured(
        numerator=p.exists_for_patient(),
        denominator=p.exists_for_patient(),
        intervals=months(3).starting_on("2024-01-31"),
        patients=one_patient,
        expect="""
            interval_start | interval_end
            2024-01-31     | 2024-02-29
            2024-03-01     | 2024-03-30
            2024-03-31     | 2024-04-30
        """,
    )
    measured(
        numerator=p.exists_for_patient(),
        denominator=p.exists_for_patient(),
        intervals=years(2).starting_on("2023-04-01"),
        patients=one_patient,
        expect="""
            interval_start | interval_end
            2023-04-01     | 2024-03-31
            2024-04-01     | 2025-03-31
        """,
    )
