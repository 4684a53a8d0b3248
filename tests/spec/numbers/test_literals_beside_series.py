"""Numbers that are written beside series."""

from tests.spec.tables import p

title = "Numbers that are written beside series"


def test_a_literal_may_be_divided_by_a_series(spec):
    """1 / 0 is missing here as well."""
    spec(
        patients="""
            patient | score
            1       | 4
            2       | 0
            3       |
        """,
        ask=1 / p.score,
        expect={1: 0.25, 2: None, 3: None},
    )


def test_a_literal_may_be_floor_divided_by_a_series(spec):
    """Rounded down: 7 // -2 is -4."""
    spec(
        patients="""
            patient | score
            1       | 2
            2       | -2
            3       | 0
        """,
        ask=7 // p.score,
        expect={1: 3, 2: -4, 3: None},
    )


def test_a_whole_number_beside_decimals_is_read_as_one(spec):
    """What is written has no type of its own; a series of whole numbers has."""
    spec(
        patients="""
            patient | ratio
            1       | 1.5
            2       |
        """,
        ask=2 * p.ratio - 1,
        expect={1: 2.0, 2: None},
    )


def test_the_sign_of_whole_numbers_can_be_dropped(spec):
    """The result is whole as well; the smallest number has no contrary."""
    spec(
        patients="""
            patient | score
            1       | -3
            2       | 3
            3       |
            4       | -9223372036854775808
        """,
        ask=p.score.absolute(),
        expect={1: 3, 2: 3, 3: None, 4: None},
    )


def test_less_than_one_below_zero_is_cut_to_0(spec):
    """Rounding down would give -1."""
    spec(
        patients="""
            patient | ratio
            1       | -0.9
            2       | 0.9
        """,
        ask=p.ratio.as_int(),
        expect={1: 0, 2: 0},
    )
