"""Comparisons."""

from tests.spec.tables import e, p

title = "Comparisons"

SCORES = """
    patient | score | other
    1       | 1     | 2
    2       | 2     | 2
    3       | 3     | 2
    4       |       | 2
    5       |       |
"""


def test_nothing_equals_a_missing_value(spec):
    """Not even another missing one: the answer is unknown."""
    spec(
        patients=SCORES,
        ask=p.score == p.other,
        expect={1: False, 2: True, 3: False, 4: None, 5: None},
    )


def test_nothing_differs_from_a_missing_value(spec):
    """Unknown as well."""
    spec(
        patients=SCORES,
        ask=p.score != p.other,
        expect={1: True, 2: False, 3: True, 4: None, 5: None},
    )


def test_less_than(spec):
    """Unknown where one side is."""
    spec(
        patients=SCORES,
        ask=p.score < p.other,
        expect={1: True, 2: False, 3: False, 4: None, 5: None},
    )


def test_no_more_than(spec):
    """Unknown where one side is."""
    spec(
        patients=SCORES,
        ask=p.score <= 2,
        expect={1: True, 2: True, 3: False, 4: None, 5: None},
    )


def test_a_literal_may_stand_on_the_left(spec):
    """The comparison turns round."""
    spec(
        patients=SCORES,
        ask=2 < p.score,  # noqa: SIM300 - it is what is tested
        expect={1: False, 2: False, 3: True, 4: None, 5: None},
    )


def test_missing_can_be_asked_for(spec):
    """The answer is never unknown."""
    spec(
        patients=SCORES,
        ask=p.score.is_null(),
        expect={1: False, 2: False, 3: False, 4: True, 5: True},
    )


def test_values_that_are_there_can_be_asked_for(spec):
    """The contrary, and never unknown either."""
    spec(
        patients=SCORES,
        ask=p.score.is_not_null(),
        expect={1: True, 2: True, 3: True, 4: False, 5: False},
    )


def test_yes_and_no_can_be_compared(spec):
    """As any other values."""
    spec(
        patients="""
            patient | smoker | drinker
            1       | T      | F
            2       | F      | F
            3       |        | F
        """,
        ask=p.smoker == p.drinker,
        expect={1: False, 2: True, 3: None},
    )


def test_is_in_a_list(spec):
    """Unknown for a missing value."""
    spec(
        patients=SCORES,
        ask=p.score.is_in([1, 3]),
        expect={1: True, 2: False, 3: True, 4: None, 5: None},
    )


def test_is_in_nothing_is_false(spec):
    """Also for a missing value: nothing can be among nothing."""
    spec(
        patients=SCORES,
        ask=p.score.is_in([]),
        expect={1: False, 2: False, 3: False, 4: False, 5: False},
    )


def test_is_not_in_nothing_is_true(spec):
    """Also for a missing value."""
    spec(
        patients=SCORES,
        ask=p.score.is_not_in([]),
        expect={1: True, 2: True, 3: True, 4: True, 5: True},
    )


AMONG = """
    patient | number | ok
    1       | 1      | T
    1       |        | T
    2       | 1      | T
    4       | 1      | T
    5       |        | T
"""


def test_is_in_an_event_series(spec):
    """Among the patient's own values; missing ones among them don't make it unknown."""
    spec(
        patients=SCORES,
        events=AMONG,
        ask=p.score.is_in(e.number),
        expect={1: True, 2: False, 3: False, 4: None, 5: False},
    )


def test_is_not_in_an_event_series(spec):
    """The contrary, and unknown where that is."""
    spec(
        patients=SCORES,
        events=AMONG,
        ask=p.score.is_not_in(e.where(e.ok).number),
        expect={1: False, 2: True, 3: True, 4: None, 5: True},
    )


def test_each_row_may_be_looked_for_among_other_rows(spec):
    """Here numbers that the patient also has in a row marked ok."""
    spec(
        events="""
            patient | number | ok
            1       | 1      | T
            1       | 1      | F
            1       | 2      | F
            2       | 1      | F
        """,
        ask=e.where(e.number.is_in(e.where(e.ok).number)).count_for_patient(),
        expect={1: 2, 2: 0},
    )
