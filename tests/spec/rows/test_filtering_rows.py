"""Filters."""

from tests.spec.tables import e, p

title = "Filters"

NUMBERS = """
    patient | number
    1       | 1
    1       | 5
    1       |
    2       | 1
"""


def test_where_keeps_rows_of_which_the_condition_is_true(spec):
    """A row of unknown number isn't known to be above 3."""
    spec(events=NUMBERS, ask=e.where(e.number > 3).count_for_patient(), expect={1: 1, 2: 0})


def test_except_where_drops_rows_of_which_the_condition_is_true(spec):
    """A row of unknown number isn't known to be above 3, so it stays."""
    spec(
        events=NUMBERS,
        ask=e.except_where(e.number > 3).count_for_patient(),
        expect={1: 2, 2: 1},
    )


def test_where_true_keeps_all_and_where_false_none(spec):
    """Literal conditions serve programs that build definitions."""
    spec(
        events=NUMBERS,
        ask=e.where(True).count_for_patient() - e.where(False).count_for_patient(),
        expect={1: 3, 2: 1},
    )


def test_filters_add_up(spec):
    """As if the conditions were joined by and."""
    spec(
        events=NUMBERS,
        ask=e.where(e.number >= 1).where(e.number < 5).count_for_patient(),
        expect={1: 1, 2: 1},
    )


def test_a_filter_may_ask_about_the_patient(spec):
    """A patient's one value stands beside each of the patient's rows."""
    spec(
        patients="""
            patient | score
            1       | 2
            2       |
        """,
        events=NUMBERS,
        ask=e.where(e.number > p.score).count_for_patient(),
        expect={1: 1, 2: 0},
    )


def test_a_filtered_frame_exists_only_with_rows(spec):
    """False, not NULL, for a patient without any."""
    spec(
        events=NUMBERS,
        ask=e.where(e.number == 5).exists_for_patient(),
        expect={1: True, 2: False},
    )
