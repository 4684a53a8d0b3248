"""Counts, sums, extremes."""

from datetime import date

from tests.spec.tables import e, p

title = "Counts, sums, extremes"

TABLES = {
    "patients": """
        patient | score
        1       |
        2       |
        3       |
    """,
    "events": """
        patient | number | value | date       | text | ok
        1       | 3      | 0.5   | 2024-03-01 | b    | T
        1       | 3      | 2.0   | 2024-01-01 | a    | T
        1       |        |       |            |      |
        2       |        |       |            |      |
    """,
}


def test_rows_are_counted_whatever_they_hold(spec):
    """0, not NULL, without any."""
    spec(**TABLES, ask=e.count_for_patient(), expect={1: 3, 2: 1, 3: 0})


def test_existence_is_false_without_rows(spec):
    """Never NULL."""
    spec(**TABLES, ask=e.exists_for_patient(), expect={1: True, 2: True, 3: False})


def test_different_values_are_counted_without_missing_ones(spec):
    """0 without any."""
    spec(**TABLES, ask=e.number.count_distinct_for_patient(), expect={1: 1, 2: 0, 3: 0})


def test_sums_leave_missing_values_out(spec):
    """NULL, not 0, where there is no value to add."""
    spec(**TABLES, ask=e.number.sum_for_patient(), expect={1: 6, 2: None, 3: None})


def test_sums_of_decimals_are_decimals(spec):
    """64-bit floats."""
    spec(**TABLES, ask=e.value.sum_for_patient(), expect={1: 2.5, 2: None, 3: None})


def test_means_are_decimals(spec):
    """Also of whole numbers; missing values don't count."""
    spec(**TABLES, ask=e.number.mean_for_patient(), expect={1: 3.0, 2: None, 3: None})


def test_the_smallest_number(spec):
    """NULL without any."""
    spec(**TABLES, ask=e.value.minimum_for_patient(), expect={1: 0.5, 2: None, 3: None})


def test_the_latest_date(spec):
    """A date, not a time."""
    spec(
        **TABLES,
        ask=e.date.maximum_for_patient(),
        expect={1: date(2024, 3, 1), 2: None, 3: None},
    )


def test_the_smallest_text(spec):
    """By code points, as text is sorted."""
    spec(**TABLES, ask=e.text.minimum_for_patient(), expect={1: "a", 2: None, 3: None})


def test_aggregates_of_what_is_worked_out_row_by_row(spec):
    """Twice each number, summed."""
    spec(**TABLES, ask=(e.number * 2).sum_for_patient(), expect={1: 12, 2: None, 3: None})


def test_aggregates_over_filtered_rows(spec):
    """The filter goes with the series."""
    spec(
        **TABLES,
        ask=e.where(e.value > 1.0).number.sum_for_patient(),
        expect={1: 3, 2: None, 3: None},
    )


def test_an_aggregate_may_be_set_against_each_row(spec):
    """Rows above the patient's own mean."""
    spec(
        **TABLES,
        ask=e.where(e.value > e.value.mean_for_patient()).count_for_patient(),
        expect={1: 1, 2: 0, 3: 0},
    )


def test_a_sum_beyond_64_bits_is_missing(spec):
    """Rather than wrong, or an error for the whole cohort because of one patient."""
    spec(
        events="""
            patient | number
            1       | 9223372036854775807
            1       | 1
            2       | 9223372036854775807
        """,
        ask=e.number.sum_for_patient(),
        expect={1: None, 2: 2**63 - 1},
    )


def test_every_aggregate_may_decide_a_condition(spec):
    """Yes and no can be counted as numbers."""
    spec(
        **TABLES,
        ask=e.ok.as_int().sum_for_patient() == 2,
        expect={1: True, 2: None, 3: None},
    )


def test_aggregates_of_a_patient_s_own_value_beside_rows(spec):
    """A constant for each patient, added to each row."""
    spec(
        patients="""
            patient | score
            1       | 10
        """,
        events="""
            patient | number
            1       | 1
            1       | 2
        """,
        ask=(e.number + p.score).sum_for_patient(),
        expect={1: 23},
    )
