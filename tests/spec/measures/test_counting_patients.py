"""Counting patients in intervals."""

from cohort_dsl import INTERVAL, days, months
from tests.spec.tables import e, p, v

title = "Counting patients in intervals"

in_2024 = [("2024-01-01", "2024-12-31")]


def test_a_measure_counts_those_of_the_denominator_for_whom_the_numerator_is_true(measured):
    """Unknown is not true, in either of them."""
    measured(
        numerator=p.smoker,
        denominator=p.drinker,
        intervals=in_2024,
        patients="""
            patient | drinker | smoker
            1       | T       | T
            2       | T       | F
            3       | T       | F
            4       | T       |
            5       | F       | T
            6       |         | T
        """,
        expect="""
            interval_start | interval_end | ratio | numerator | denominator
            2024-01-01     | 2024-12-31   | 0.25  | 1         | 4
        """,
    )


def test_each_interval_is_counted_by_itself_with_both_of_its_days(measured):
    """A patient may count in several intervals."""
    measured(
        numerator=e.where(e.date.is_during(INTERVAL)).exists_for_patient(),
        denominator=p.exists_for_patient(),
        intervals=months(2).starting_on("2024-01-01"),
        patients="""
            patient | score
            1       |
            2       |
        """,
        events="""
            patient | date
            1       | 2024-01-31
            1       | 2024-02-01
            2       | 2024-02-29
            2       | 2024-03-01
        """,
        expect="""
            interval_start | interval_end | numerator | denominator | ratio
            2024-01-01     | 2024-01-31   | 1         | 2           | 0.5
            2024-02-01     | 2024-02-29   | 2         | 2           | 1.0
        """,
    )


def test_INTERVAL_s_days_go_wherever_a_date_goes(measured):
    """The denominator may look at them too: here, who is a grown-up on the first day."""
    measured(
        numerator=(INTERVAL.end_date - p.seen).days < 20,
        denominator=p.born + days(6575) <= INTERVAL.start_date,
        intervals=[("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29")],
        patients="""
            patient | born       | seen
            1       | 2000-01-01 | 2024-01-20
            2       | 2006-01-15 | 2024-02-15
        """,
        expect="""
            interval_start | numerator | denominator
            2024-01-01     | 1         | 1
            2024-02-01     | 1         | 2
        """,
    )


def test_whole_numbers_are_added_up(measured):
    """Of a denominator above 0; what is missing adds nothing."""
    measured(
        numerator=e.number.sum_for_patient(),
        denominator=p.score,
        intervals=in_2024,
        patients="""
            patient | score
            1       | 2
            2       | 3
            3       | 0
            4       | -1
            5       |
        """,
        events="""
            patient | number
            1       | 4
            1       | 3
            3       | 100
            4       | 100
            5       | 100
        """,
        expect="""
            numerator | denominator | ratio
            7         | 5           | 1.4
        """,
    )


def test_only_patients_of_the_denominator_s_tables_are_looked_at(measured):
    """As for a population: a table that the numerator alone mentions adds nobody."""
    measured(
        numerator=e.exists_for_patient(),
        denominator=p.exists_for_patient(),
        intervals=in_2024,
        patients="""
            patient | score
            1       |
            2       |
        """,
        events="""
            patient | number
            1       | 1
            3       | 1
        """,
        expect="""
            numerator | denominator
            1         | 2
        """,
    )


def test_an_interval_in_which_nobody_counts_has_a_row_without_a_ratio(measured):
    """So that a series in time has no gaps."""
    measured(
        numerator=p.smoker,
        denominator=v.where(v.date.is_during(INTERVAL)).exists_for_patient(),
        intervals=days(2).starting_on("2024-05-01"),
        patients="""
            patient | smoker
            1       | T
        """,
        visits="""
            patient | date
            1       | 2024-05-02
        """,
        expect="""
            interval_start | numerator | denominator | ratio
            2024-05-01     | 0         | 0           |
            2024-05-02     | 1         | 1           | 1.0
        """,
    )


def test_intervals_may_overlap_and_come_in_any_order(measured):
    """Each is asked by itself; the answer is in the order of their days."""
    measured(
        numerator=v.where(v.date.is_during(INTERVAL)).count_for_patient(),
        denominator=v.exists_for_patient(),
        intervals=[("2024-06-01", "2024-06-30"), ("2024-01-01", "2024-12-31")],
        visits="""
            patient | date
            1       | 2024-02-01
            1       | 2024-06-30
        """,
        expect="""
            interval_start | interval_end | numerator
            2024-01-01     | 2024-12-31   | 2
            2024-06-01     | 2024-06-30   | 1
        """,
    )


def test_of_the_same_rows_some_answers_differ_between_intervals_and_some_dont(measured):
    """How often there was one is the same in all; how long ago the first was is not."""
    rows = e.where(e.code == "73211009")
    measured(
        numerator=(INTERVAL.end_date - rows.date).days.maximum_for_patient() > 30,
        denominator=p.exists_for_patient(),
        group_by={"events": rows.count_for_patient()},
        intervals=months(2).starting_on("2024-01-01"),
        patients="""
            patient | score
            1       |
            2       |
        """,
        events="""
            patient | date       | code
            1       | 2024-01-10 | 73211009
            1       | 2024-02-10 | 73211009
            2       | 2024-01-31 | 22298006
        """,
        expect="""
            interval_start | events | numerator | denominator
            2024-01-01     | 0      | 0         | 1
            2024-01-01     | 2      | 0         | 1
            2024-02-01     | 0      | 0         | 1
            2024-02-01     | 2      | 1         | 1
        """,
    )
