"""Patients and tables without rows."""

from tests.spec.tables import e, p, v

title = "Patients and tables without rows"


def test_an_empty_table_has_rows_for_nobody(spec):
    """Counts are 0, the rest is missing."""
    spec(
        patients="""
            patient | score
            1       | 1
        """,
        events="""
            patient | number
        """,
        ask=e.count_for_patient() + e.number.sum_for_patient().when_null_then(10),
        expect={1: 10},
    )


def test_columns_of_a_patient_who_isnt_in_the_table_are_missing(spec):
    """As if the row were there, and empty."""
    spec(
        patients="""
            patient | score
            1       | 1
        """,
        events="""
            patient | number
            2       | 1
        """,
        ask=p.score.is_null(),
        expect={1: False, 2: True},
    )


def test_rows_of_two_tables_combine_by_their_patient(spec):
    """Not one by one: each table is brought down to one value first."""
    spec(
        events="""
            patient | number
            1       | 1
            1       | 2
        """,
        visits="""
            patient | number
            1       | 10
            1       | 20
            1       | 30
            2       | 40
        """,
        ask=e.number.sum_for_patient() * v.number.maximum_for_patient(),
        expect={1: 90, 2: None},
    )


def test_rows_may_be_filtered_by_another_table_s_aggregate(spec):
    """Which each patient has once."""
    spec(
        events="""
            patient | number
            1       | 1
            1       | 2
            2       | 9
        """,
        visits="""
            patient | number
            1       | 2
            1       | 1
        """,
        ask=e.where(e.number >= v.number.maximum_for_patient()).count_for_patient(),
        expect={1: 1, 2: 0},
    )


def test_frames_of_one_frame_s_frame_combine_with_it(spec):
    """However many filters and sorts lie between them."""
    far = e.where(e.number > 0).sort_by(e.second).where(e.second > 0).sort_by(e.number)
    spec(
        events="""
            patient | number | second
            1       | 1      | 10
            1       | 0      | 20
            1       | 2      | 0
        """,
        ask=(far.number + e.second).sum_for_patient(),
        expect={1: 11},
    )
