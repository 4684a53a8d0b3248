"""Choosing between values."""

from datetime import date

from cohort_dsl import case, maximum_of, minimum_of, when
from tests.spec.tables import p

title = "Choosing between values"

SCORES = """
    patient | score
    1       | 1
    2       | 5
    3       | 9
    4       |
"""


def test_the_first_condition_that_is_true_decides(spec):
    """Later ones aren't looked at."""
    spec(
        patients=SCORES,
        ask=case(
            when(p.score < 3).then("low"),
            when(p.score < 7).then("middle"),
            otherwise="high or unknown",
        ),
        expect={1: "low", 2: "middle", 3: "high or unknown", 4: "high or unknown"},
    )


def test_without_otherwise_the_rest_is_missing(spec):
    """NULL of the values' type."""
    spec(
        patients=SCORES,
        ask=case(when(p.score < 3).then(p.score)),
        expect={1: 1, 2: None, 3: None, 4: None},
    )


def test_an_unknown_condition_is_not_met(spec):
    """Neither the condition nor its contrary holds for patient 4."""
    spec(
        patients=SCORES,
        ask=case(when(p.score < 7).then("a"), when(~(p.score < 7)).then("b")),
        expect={1: "a", 2: "a", 3: "b", 4: None},
    )


def test_a_choice_of_two(spec):
    """Short for a case with one condition."""
    spec(
        patients=SCORES,
        ask=when(p.score.is_null()).then(True).otherwise(p.score > 4),
        expect={1: False, 2: True, 3: True, 4: True},
    )


def test_a_missing_value_may_be_replaced(spec):
    """By a literal or another series."""
    spec(patients=SCORES, ask=p.score.when_null_then(0), expect={1: 1, 2: 5, 3: 9, 4: 0})


def test_values_may_be_mapped(spec):
    """Others, and missing ones, get the default."""
    spec(
        patients=SCORES,
        ask=p.score.map_values({1: "one", 9: "nine"}, default="other"),
        expect={1: "one", 2: "other", 3: "nine", 4: "other"},
    )


def test_without_a_default_other_values_are_missing(spec):
    """NULL."""
    spec(
        patients=SCORES,
        ask=p.score.map_values({1: 10, 5: 50}),
        expect={1: 10, 2: 50, 3: None, 4: None},
    )


def test_a_value_may_be_mapped_to_a_missing_one(spec):
    """That isn't the same as to be left out, which gives the default."""
    spec(
        patients=SCORES,
        ask=p.score.map_values({1: "one", 9: None}, default="other"),
        expect={1: "one", 2: "other", 3: None, 4: "other"},
    )


def test_values_may_be_mapped_to_other_series(spec):
    """Or the default may be one."""
    spec(
        patients="""
            patient | score | other
            1       | 1     | 10
            2       | 5     | 20
            3       |       | 30
        """,
        ask=p.score.map_values({1: p.other + 1, 2: 0}, default=p.other),
        expect={1: 11, 2: 20, 3: 30},
    )


def test_what_was_mapped_may_be_mapped_again(spec):
    """And compared, as any other value."""
    spec(
        patients=SCORES,
        ask=p.score.map_values({1: "a", 5: "b"}).map_values({"a": True}, default=False),
        expect={1: True, 2: False, 3: False, 4: False},
    )


def test_the_smallest_of_several_leaves_missing_ones_out(spec):
    """NULL only where all are missing."""
    spec(
        patients="""
            patient | born       | seen
            1       | 2024-01-01 | 2023-01-01
            2       |            | 2023-01-01
            3       |            |
        """,
        ask=minimum_of(p.born, p.seen),
        expect={1: date(2023, 1, 1), 2: date(2023, 1, 1), 3: None},
    )


def test_the_largest_of_several_may_include_literals(spec):
    """Here at least 3."""
    spec(patients=SCORES, ask=maximum_of(p.score, 3), expect={1: 3, 2: 5, 3: 9, 4: 3})
