"""A table's own helpers.

A table's class may have methods and properties of its own: see `age_on` and `numbered` in
[the tables](tables.md).
"""

from tests.spec.tables import e, p

title = "A table's own helpers"


def test_helpers_stay_with_filtered_and_sorted_frames(spec):
    """They ask the frame that they are called on, not the whole table."""
    spec(
        events="""
            patient | date       | number | ok
            1       | 2024-01-01 | 1      | T
            1       | 2024-01-02 |        | T
            1       | 2024-01-03 | 3      | F
            2       | 2024-01-01 |        | T
        """,
        ask=e.where(e.ok).sort_by(e.date).numbered.count_for_patient(),
        expect={1: 1, 2: 0},
    )


def test_helpers_stay_with_a_picked_row(spec):
    """Here one that works out a value of the row."""
    spec(
        events="""
            patient | date       | number | second
            1       | 2024-01-01 | 1      | 10
            1       | 2024-01-02 | 2      | 30
        """,
        ask=e.sort_by(e.date).last_for_patient().both,
        expect={1: 32},
    )


def test_a_patient_s_helper_takes_a_date_of_each_row(spec):
    """The age at each event; the answer is one value a row."""
    spec(
        patients="""
            patient | born
            1       | 2000-06-01
            2       |
        """,
        events="""
            patient | date
            1       | 2024-05-31
            1       | 2024-06-01
            2       | 2024-06-01
        """,
        ask=e.where(p.age_on(e.date) >= 24).count_for_patient(),
        expect={1: 1, 2: 0},
    )


def test_a_series_may_be_kept_as_a_frame_s_attribute(spec):
    """Also on a picked row, where definitions keep what belongs to it."""
    row = e.sort_by(e.date).first_for_patient()
    row.start = row.date.to_first_of_month()
    spec(
        events="""
            patient | date
            1       | 2024-05-31
            1       | 2024-06-01
        """,
        ask=row.start.month,
        expect={1: 5},
    )


def test_frames_may_be_keys_of_a_dictionary(spec):
    """For programs that go through several tables."""
    weights = {e: 10, e.where(e.ok): 1}
    spec(
        events="""
            patient | ok
            1       | T
            1       | F
        """,
        ask=sum(frame.count_for_patient() * n for frame, n in weights.items()),
        expect={1: 21},
    )
