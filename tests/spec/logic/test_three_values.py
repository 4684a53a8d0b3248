"""And, or, not."""

from tests.spec.tables import p

title = "And, or, not"

PAIRS = """
    patient | smoker | drinker
    1       | T      | T
    2       | T      | F
    3       | T      |
    4       | F      | T
    5       | F      | F
    6       | F      |
    7       |        | T
    8       |        | F
    9       |        |
"""


def test_and_is_false_as_soon_as_one_is(spec):
    """Whatever the other may be; else unknown if one is."""
    spec(
        patients=PAIRS,
        ask=p.smoker & p.drinker,
        expect={1: True, 2: False, 3: None, 4: False, 5: False, 6: False}
        | {7: None, 8: False, 9: None},
    )


def test_or_is_true_as_soon_as_one_is(spec):
    """Whatever the other may be; else unknown if one is."""
    spec(
        patients=PAIRS,
        ask=p.smoker | p.drinker,
        expect={1: True, 2: True, 3: True, 4: True, 5: False, 6: None}
        | {7: True, 8: None, 9: None},
    )


def test_not_unknown_is_unknown(spec):
    """Who isn't known to smoke isn't known not to."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=~p.smoker,
        expect={1: False, 2: True, 3: None},
    )


def test_not_binds_to_all_that_it_stands_before(spec):
    """Some engines read NOT x IS NULL as NOT (x IS NULL)."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=(~p.smoker).is_null(),
        expect={1: False, 2: False, 3: True},
    )


def test_many_conditions_may_be_joined(spec):
    """A loop over a codelist may make hundreds."""
    chain = p.score == 0
    for number in range(1, 300):
        chain = chain | (p.score == number)
    spec(
        patients="""
            patient | score
            1       | 299
            2       | 300
            3       |
        """,
        ask=chain,
        expect={1: True, 2: False, 3: None},
    )


def test_yes_is_1_and_no_is_0(spec):
    """Unknown stays unknown."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=p.smoker.as_int(),
        expect={1: 1, 2: 0, 3: None},
    )
