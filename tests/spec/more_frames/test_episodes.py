"""Episodes."""

from datetime import date

from cohort_dsl import days, weeks
from tests.spec.tables import e, p

title = "Episodes"

DATES = """
    patient | date
    1       | 2024-01-01
    1       | 2024-01-08
    1       | 2024-01-16
    1       | 2024-01-16
    1       |
    2       |
"""


def test_a_longer_gap_begins_a_new_episode(spec):
    """From the 1st to the 8th are 7 days, from the 8th to the 16th 8."""
    spec(
        events=DATES,
        ask=e.date.count_episodes_for_patient(days(7)),
        expect={1: 2, 2: 0},
    )


def test_a_gap_may_be_given_in_weeks(spec):
    """Of seven days each."""
    spec(
        events=DATES,
        ask=e.date.count_episodes_for_patient(weeks(2)),
        expect={1: 1, 2: 0},
    )


def test_without_any_gap_each_day_is_an_episode(spec):
    """Rows of one day are in one episode all the same."""
    spec(
        events=DATES,
        ask=e.date.count_episodes_for_patient(days(0)),
        expect={1: 3, 2: 0},
    )


def test_episodes_are_rows_with_a_start_an_end_and_a_count(spec):
    """So the longest, or the latest, can be picked."""
    episodes = e.date.episodes_for_patient(days(7))
    longest = episodes.sort_by(episodes.event_count, episodes.start_date).last_for_patient()
    spec(
        events=DATES,
        ask=(longest.end_date - longest.start_date).days * 10 + longest.event_count,
        expect={1: 2, 2: None},
    )


def test_episodes_are_of_the_rows_that_are_left(spec):
    """A filter comes first."""
    seen = e.where(e.ok)
    spec(
        events="""
            patient | date       | ok
            1       | 2024-01-01 | T
            1       | 2024-01-05 | F
            1       | 2024-01-09 | T
        """,
        ask=seen.date.count_episodes_for_patient(days(5)),
        expect={1: 2},
    )


def test_episodes_may_be_of_dates_that_are_worked_out(spec):
    """Any date that differs between rows will do."""
    later = e.date + days(e.number)
    episodes = later.episodes_for_patient(days(3))
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 9
            1       | 2024-01-08 | 0
        """,
        ask=episodes.start_date.minimum_for_patient(),
        expect={1: date(2024, 1, 8)},
    )


def test_episodes_are_filtered_like_any_rows(spec):
    """Here the episodes since the patient was seen."""
    episodes = e.date.episodes_for_patient(days(7))
    spec(
        patients="""
            patient | seen
            1       | 2024-01-10
        """,
        events=DATES,
        ask=episodes.where(episodes.start_date > p.seen).event_count.sum_for_patient(),
        expect={1: 2, 2: None},
    )
