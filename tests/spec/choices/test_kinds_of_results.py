"""Choices of every kind, and row by row."""

from datetime import date

from cohort_dsl import case, maximum_of, minimum_of, when
from tests.spec.tables import e, p

title = "Choices of every kind, and row by row"


def test_results_may_be_series_and_literals(spec):
    """Of one type; a date may be written as text."""
    spec(
        patients="""
            patient | born       | seen
            1       | 2000-01-01 | 2024-01-01
            2       | 2000-01-01 |
            3       |            |
        """,
        ask=case(
            when(p.seen.is_not_null()).then(p.seen),
            when(p.born.is_not_null()).then(p.born),
            otherwise="1900-01-01",
        ),
        expect={1: date(2024, 1, 1), 2: date(2000, 1, 1), 3: date(1900, 1, 1)},
    )


def test_a_choice_may_be_part_of_a_choice(spec):
    """And its NULL is replaced like any other."""
    low = when(p.score < 5).then("low").otherwise(None)
    spec(
        patients="""
            patient | score | smoker
            1       | 1     | T
            2       | 9     | T
            3       | 1     | F
        """,
        ask=case(when(p.smoker).then(low), otherwise="not asked").when_null_then("high"),
        expect={1: "low", 2: "high", 3: "not asked"},
    )


def test_each_row_may_be_chosen_for(spec):
    """Here rows of unknown number count as 10."""
    spec(
        events="""
            patient | number
            1       | 1
            1       |
            2       | 7
        """,
        ask=case(
            when(e.number < 5).then(1), when(e.number >= 5).then(5), otherwise=10
        ).sum_for_patient(),
        expect={1: 11, 2: 5},
    )


def test_each_row_s_value_may_be_mapped(spec):
    """A missing text gets the default."""
    spec(
        events="""
            patient | text
            1       | yes
            1       | no
            1       |
        """,
        ask=e.text.map_values({"yes": 1, "no": 0}, default=100).sum_for_patient(),
        expect={1: 101},
    )


def test_yes_and_no_may_be_mapped(spec):
    """Unknown gets the default, as any missing value."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=p.smoker.map_values({True: "smokes", False: "doesn't"}, default="not known"),
        expect={1: "smokes", 2: "doesn't", 3: "not known"},
    )


def test_dates_may_be_mapped_to_numbers(spec):
    """The keys are written as text."""
    spec(
        patients="""
            patient | born
            1       | 2024-01-01
            2       | 2024-01-02
        """,
        ask=p.born.map_values({"2024-01-01": 1.5}),
        expect={1: 1.5, 2: None},
    )


def test_a_missing_value_may_be_replaced_by_another_series(spec):
    """Which may be missing too."""
    spec(
        patients="""
            patient | score | other
            1       | 1     | 5
            2       |       | 5
            3       |       |
        """,
        ask=p.score.when_null_then(p.other),
        expect={1: 1, 2: 5, 3: None},
    )


def test_unknown_may_be_taken_for_no(spec):
    """Where a definition says so, and only there."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=~p.smoker.when_null_then(False),
        expect={1: False, 2: True, 3: True},
    )


def test_the_smallest_of_two_columns_of_each_row(spec):
    """A patient's own value may be among them."""
    spec(
        patients="""
            patient | score
            1       | 5
        """,
        events="""
            patient | number | second
            1       | 1      | 9
            1       | 7      |
            1       |        |
        """,
        ask=minimum_of(e.number, e.second, p.score).sum_for_patient(),
        expect={1: 11},
    )


def test_the_later_of_a_date_and_one_that_is_written(spec):
    """As text, as everywhere."""
    spec(
        patients="""
            patient | born
            1       | 2024-06-01
            2       | 2019-06-01
            3       |
        """,
        ask=maximum_of(p.born, "2020-01-01"),
        expect={1: date(2024, 6, 1), 2: date(2020, 1, 1), 3: date(2020, 1, 1)},
    )
