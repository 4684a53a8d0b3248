"""Groups of patients.

`group_by` names columns, each with one value a patient.
"""

from cohort_dsl import INTERVAL, days, months
from tests.spec.tables import e, p, v

title = "Groups of patients"

in_2024 = [("2024-01-01", "2024-12-31")]


def test_patients_are_counted_for_each_combination_that_there_is(measured):
    """No row for a combination that no patient of the denominator has."""
    measured(
        numerator=p.smoker,
        denominator=p.exists_for_patient(),
        group_by={"name": p.name, "drinks": p.drinker},
        intervals=in_2024,
        patients="""
            patient | name | drinker | smoker
            1       | b    | T       | T
            2       | a    | T       | T
            3       | a    | F       | F
            4       | a    | T       |
        """,
        expect="""
            name | drinks | numerator | denominator | ratio
            a    | F      | 0         | 1           | 0.0
            a    | T      | 1         | 2           | 0.5
            b    | T      | 1         | 1           | 1.0
        """,
    )


def test_a_missing_value_is_a_group_of_its_own(measured):
    """It comes first."""
    measured(
        numerator=p.smoker,
        denominator=p.exists_for_patient(),
        group_by={"score": p.score},
        intervals=in_2024,
        patients="""
            patient | score | smoker
            1       | 5     | T
            2       |       | T
            3       |       | F
            4       | -3    | F
        """,
        expect="""
            score | numerator | denominator
                  | 1         | 2
            -3    | 0         | 1
            5     | 1         | 1
        """,
    )


def test_a_group_may_differ_from_interval_to_interval(measured):
    """Patient 1 has a birthday in between."""
    measured(
        numerator=v.where(v.date.is_during(INTERVAL)).exists_for_patient(),
        denominator=p.born.is_not_null(),
        group_by={"age": (INTERVAL.start_date - p.born).years},
        intervals=months(2).starting_on("2024-01-15"),
        patients="""
            patient | born
            1       | 2000-02-01
            2       | 2001-01-01
        """,
        visits="""
            patient | date
            1       | 2024-03-01
        """,
        expect="""
            interval_start | age | numerator | denominator
            2024-01-15     | 23  | 0         | 2
            2024-02-15     | 23  | 0         | 1
            2024-02-15     | 24  | 1         | 1
        """,
    )


def test_without_anybody_there_is_no_group(measured):
    """And so no row."""
    measured(
        numerator=e.exists_for_patient(),
        denominator=p.smoker,
        group_by={"drinks": p.drinker},
        intervals=days(1).ending_on("2024-05-01"),
        patients="""
            patient | smoker
            1       | F
        """,
        expect="""
            numerator | drinks
        """,
    )
