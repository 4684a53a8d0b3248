"""Medians, percentiles, any and all."""

from tests.spec.tables import e

title = "Medians, percentiles, any and all"

NUMBERS = """
    patient | number | value
    1       | 1      | 10.0
    1       | 10     | 0.1
    1       | 4      |
    1       | 3      | 0.3
    2       | 7      | 2.5
    2       |        |
    3       |        |
"""
ANSWERS = """
    patient | ok
    1       | T
    1       | F
    1       |
    2       | T
    2       |
    3       | F
    4       |
"""


def test_the_median_is_the_value_in_the_middle(spec):
    """Or halfway between two: a decimal, also of whole numbers. No missing one counts."""
    spec(
        events=NUMBERS,
        ask=e.number.median_for_patient(),
        expect={1: 3.5, 2: 7.0, 3: None},
    )


def test_a_percentile_lies_between_its_neighbours_in_proportion(spec):
    """Of n values in order the one at (n - 1) * percent / 100, counted from 0."""
    spec(
        events=NUMBERS,
        ask=e.value.percentile_for_patient(30),
        expect={1: 0.1 + (0.3 - 0.1) * 0.6, 2: 2.5, 3: None},
    )


def test_the_percentiles_0_and_100_are_the_smallest_and_the_largest_value(spec):
    """As decimals."""
    spec(
        events=NUMBERS,
        ask=e.number.percentile_for_patient(100) - e.number.percentile_for_patient(0),
        expect={1: 9.0, 2: 0.0, 3: None},
    )


def test_a_percentile_of_filtered_rows(spec):
    """Of what is worked out row by row as well."""
    spec(
        events=NUMBERS,
        ask=(e.number * 2).percentile_for_patient(12.5)
        + e.where(e.number > 1).number.median_for_patient(),
        expect={1: 2.0 + (6.0 - 2.0) * 0.375 + 4.0, 2: 21.0, 3: None},
    )


def test_neighbours_too_far_apart_have_nothing_between_them(spec):
    """What leaves 64 bits is missing; a value itself is not."""
    spec(
        events="""
            patient | value
            1       | 1e308
            1       | -1e308
            2       | 1e308
            2       | -1e308
            2       | 1.0
        """,
        ask=e.value.median_for_patient(),
        expect={1: None, 2: 1.0},
    )


def test_any_is_true_as_soon_as_one_row_is(spec):
    """Unknown rows don't count; nothing is known where all are unknown."""
    spec(
        events=ANSWERS,
        ask=e.ok.any_for_patient(),
        expect={1: True, 2: True, 3: False, 4: None},
    )


def test_all_is_true_unless_one_row_is_false(spec):
    """Of the rows that are known."""
    spec(
        events=ANSWERS,
        ask=e.ok.all_for_patient(),
        expect={1: False, 2: True, 3: False, 4: None},
    )


def test_any_and_all_of_no_rows_are_unknown(spec):
    """Ask whether there are rows with exists_for_patient."""
    none = e.where(e.number == 5)
    spec(
        events="""
            patient | number
            1       | 4
        """,
        ask=(none.number > 3).any_for_patient().is_null()
        & (none.number > 3).all_for_patient().is_null(),
        expect={1: True},
    )
