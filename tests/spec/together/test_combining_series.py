"""Series of several frames."""

from datetime import date

from cohort_dsl import days
from tests.spec.tables import e, p, v

title = "Series of several frames"


def test_a_patient_s_values_combine_whatever_they_are_from(spec):
    """One value a patient always stands beside another."""
    spec(
        patients="""
            patient | score
            1       | 10
            2       | 20
        """,
        events="""
            patient | number
            1       | 1
            1       | 2
        """,
        visits="""
            patient | number
            1       | 5
        """,
        ask=p.score + e.number.sum_for_patient() + v.count_for_patient(),
        expect={1: 14, 2: None},
    )


def test_two_columns_of_one_frame_combine_row_by_row(spec):
    """Each row by itself."""
    spec(
        events="""
            patient | number | second
            1       | 1      | 10
            1       | 2      | 20
        """,
        ask=(e.number * e.second).sum_for_patient(),
        expect={1: 50},
    )


def test_a_filtered_frame_combines_with_the_frame_it_comes_from(spec):
    """On the filtered rows."""
    some = e.where(e.number > 1)
    spec(
        events="""
            patient | number | second
            1       | 1      | 10
            1       | 2      | 20
        """,
        ask=(some.number + e.second).sum_for_patient(),
        expect={1: 22},
    )


def test_sorting_doesnt_part_rows(spec):
    """A sorted frame has the same rows."""
    spec(
        events="""
            patient | number | second
            1       | 1      | 10
            1       | 2      | 20
        """,
        ask=(e.sort_by(e.second).number + e.second).sum_for_patient(),
        expect={1: 33},
    )


def test_events_after_another_table_s_first_event(spec):
    """A picked row's value is the patient's, and goes into any filter."""
    start = v.sort_by(v.date).first_for_patient().date
    after = e.where(e.date.is_on_or_between(start, start + days(7)))
    spec(
        visits="""
            patient | date
            1       | 2024-01-10
            1       | 2024-01-05
        """,
        events="""
            patient | date       | number
            1       | 2024-01-04 | 1
            1       | 2024-01-12 | 2
            1       | 2024-01-13 | 4
            2       | 2024-01-05 | 8
        """,
        ask=after.number.sum_for_patient(),
        expect={1: 2, 2: None},
    )


def test_picks_may_follow_each_other(spec):
    """The first event, and the first after it."""
    first = e.sort_by(e.date).first_for_patient().date
    second = e.where(e.date > first).sort_by(e.date).first_for_patient().date
    spec(
        events="""
            patient | date
            1       | 2024-01-01
            1       | 2024-01-01
            1       | 2024-02-01
            2       | 2024-01-01
        """,
        ask=second,
        expect={1: date(2024, 2, 1), 2: None},
    )


def test_two_aggregates_over_the_same_rows_may_depend_on_each_other(spec):
    """Squares of the distance from the mean: the rows are read twice."""
    distance = e.value - e.value.mean_for_patient()
    spec(
        events="""
            patient | value
            1       | 1.0
            1       | 3.0
        """,
        ask=(distance * distance).sum_for_patient(),
        expect={1: 2.0},
    )
