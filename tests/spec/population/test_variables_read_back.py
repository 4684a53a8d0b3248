"""Variables read back."""

from cohort_dsl import create_dataset
from tests.spec.tables import e, p

title = "Variables read back"


def test_a_variable_may_be_used_before_the_population_is_set(spec):
    """It is the series that it was set to."""
    dataset = create_dataset()
    dataset.first = e.sort_by(e.date).first_for_patient().number
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-02-01 | 5
            2       | 2024-01-01 | 9
        """,
        population=dataset.first < 5,
        ask=dataset.first + 1,
        expect={1: 2},
    )


def test_the_population_may_be_narrowed_in_steps(spec):
    """Conditions are values like others, and joined with &."""
    adults = p.score >= 18
    wanted = adults & p.smoker
    spec(
        patients="""
            patient | score | smoker
            1       | 18    | T
            2       | 17    | T
            3       | 40    |
        """,
        population=wanted,
        ask=adults,
        expect={1: True},
    )
