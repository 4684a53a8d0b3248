"""Arithmetic."""

from tests.spec.tables import p

title = "Arithmetic"

INTS = """
    patient | score | other
    1       | 7     | 2
    2       | -7    | 2
    3       | 7     | -2
    4       | -7    | -2
    5       | 6     | 3
    6       | 7     | 0
    7       |       | 2
"""
FLOATS = """
    patient | ratio | second
    1       | 7.5   | 2.0
    2       | -7.5  | 2.0
    3       | 7.5   | 0.0
    4       |       | 2.0
"""


def test_sum_difference_and_product(spec):
    """Unknown where one side is."""
    spec(
        patients=INTS,
        ask=p.score + p.other - p.score * p.other,
        expect={1: -5, 2: 9, 3: 19, 4: -23, 5: -9, 6: 7, 7: None},
    )


def test_division_of_whole_numbers_gives_decimals(spec):
    """And nothing where the divisor is 0."""
    spec(
        patients=INTS,
        ask=p.score / p.other,
        expect={1: 3.5, 2: -3.5, 3: -3.5, 4: 3.5, 5: 2.0, 6: None, 7: None},
    )


def test_floor_division_rounds_down(spec):
    """Towards minus infinity, not towards 0 as most engines do."""
    spec(
        patients=INTS,
        ask=p.score // p.other,
        expect={1: 3, 2: -4, 3: -4, 4: 3, 5: 2, 6: None, 7: None},
    )


def test_division_of_decimals(spec):
    """By 0 it is missing, not infinite."""
    spec(
        patients=FLOATS,
        ask=p.ratio / p.second,
        expect={1: 3.75, 2: -3.75, 3: None, 4: None},
    )


def test_floor_division_of_decimals_gives_whole_numbers(spec):
    """Rounded down, as for whole numbers."""
    spec(patients=FLOATS, ask=p.ratio // p.second, expect={1: 3, 2: -4, 3: None, 4: None})


def test_literals_stand_on_either_side(spec):
    """10 - x as well as x - 10."""
    spec(
        patients=INTS,
        ask=10 - p.score // 2,
        expect={1: 7, 2: 14, 3: 7, 4: 14, 5: 7, 6: 7, 7: None},
    )


def test_the_sign_can_be_turned(spec):
    """Minus minus 7 is 7."""
    spec(
        patients=INTS,
        ask=-p.score,
        expect={1: -7, 2: 7, 3: -7, 4: 7, 5: -6, 6: -7, 7: None},
    )


def test_the_sign_can_be_dropped(spec):
    """The distance from 0."""
    spec(patients=FLOATS, ask=p.ratio.absolute(), expect={1: 7.5, 2: 7.5, 3: 7.5, 4: None})


def test_as_int_cuts_towards_zero(spec):
    """It doesn't round: 7.5 and 7.9 are 7, -7.5 is -7."""
    spec(patients=FLOATS, ask=p.ratio.as_int(), expect={1: 7, 2: -7, 3: 7, 4: None})


def test_as_float_makes_decimals_possible(spec):
    """Whole numbers and decimals are only combined when asked."""
    spec(
        patients=INTS,
        ask=p.score.as_float() + 0.5,
        expect={1: 7.5, 2: -6.5, 3: 7.5, 4: -6.5, 5: 6.5, 6: 7.5, 7: None},
    )


def test_what_leaves_64_bits_is_missing(spec):
    """Rather than an error for the whole cohort because of one patient."""
    spec(
        patients="""
            patient | score
            1       | 9223372036854775807
            2       | -9223372036854775808
            3       | 4
        """,
        ask=p.score * 2,
        expect={1: None, 2: None, 3: 8},
    )


def test_the_smallest_number_has_no_contrary(spec):
    """64 bits hold one more negative number than positive ones."""
    spec(
        patients="""
            patient | score
            1       | -9223372036854775808
            2       | -5
        """,
        ask=-p.score,
        expect={1: None, 2: 5},
    )


def test_small_literals_have_64_bits_as_well(spec):
    """Some engines take 2 for a number of 32 bits and overflow early."""
    spec(
        patients="""
            patient | score
            1       | 2147483647
        """,
        ask=(p.score + 1) * 2,
        expect={1: 2**32},
    )


def test_what_is_no_longer_finite_is_missing(spec):
    """Infinity is nobody's measurement."""
    spec(
        patients="""
            patient | ratio
            1       | 1e308
            2       | 1.0
        """,
        ask=p.ratio * 10.0,
        expect={1: None, 2: 10.0},
    )


ENDS = """
    patient | ratio                   | second
    1       | 1.7976931348623157e308  | 1.7976931348623157e308
    2       | 1.7976931348623157e308  | 0.5
    3       | -1.7976931348623157e308 | 5e-324
    4       | 5e-324                  | 5e-324
    5       | 5e-324                  | 0.5
    6       | 1.7976931348623157e308  | -1.7976931348623157e308
    7       | 0.0                     |
"""


def test_the_largest_and_smallest_decimals_are_multiplied(spec):
    """What is too small becomes 0, what is too large is missing."""
    spec(
        patients=ENDS,
        ask=p.ratio * p.second,
        expect={
            1: None,
            2: 8.988465674311579e307,
            3: -8.881784197001251e-16,
            4: 0.0,
            5: 0.0,
            6: None,
            7: None,
        },
    )


def test_the_largest_and_smallest_decimals_are_divided(spec):
    """No engine gives up where the answer is beyond what it can hold."""
    spec(
        patients=ENDS,
        ask=p.ratio / p.second,
        expect={1: 1.0, 2: None, 3: None, 4: 1.0, 5: 1e-323, 6: -1.0, 7: None},
    )


def test_the_largest_and_smallest_decimals_are_added(spec):
    """What is far smaller changes nothing."""
    spec(
        patients=ENDS,
        ask=p.ratio + p.second,
        expect={
            1: None,
            2: 1.7976931348623157e308,
            3: -1.7976931348623157e308,
            4: 1e-323,
            5: 0.5,
            6: 0.0,
            7: None,
        },
    )


def test_a_decimal_too_large_for_a_whole_number_is_missing(spec):
    """as_int can't hold it."""
    spec(
        patients="""
            patient | ratio
            1       | 1e19
            2       | 1e18
        """,
        ask=p.ratio.as_int(),
        expect={1: None, 2: 10**18},
    )
