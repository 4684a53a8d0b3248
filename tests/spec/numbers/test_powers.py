"""Powers."""

from tests.spec.tables import p

title = "Powers"

FLOATS = """
    patient | ratio  | second
    1       | 2.0    | 3.0
    2       | 2.0    | -1.0
    3       | -2.0   | 3.0
    4       | -2.0   | 0.5
    5       | 0.0    | -1.0
    6       | 0.0    | 0.0
    7       |        | 0.0
    8       | 1.0    |
    9       | 6.25   | 0.5
"""


def test_a_power_is_a_decimal(spec):
    """And missing where there is no number: the root of -2, 0 to the power of -1."""
    spec(
        patients=FLOATS,
        ask=p.ratio**p.second,
        expect={
            1: 8.0,
            2: 0.5,
            3: -8.0,
            4: None,
            5: None,
            6: 1.0,
            7: None,
            8: None,
            9: 2.5,
        },
    )


def test_powers_of_whole_numbers_are_decimals_too(spec):
    """As a negative power of a whole number has to be."""
    spec(
        patients="""
            patient | score | other
            1       | 7     | 2
            2       | 2     | -2
            3       | -3    | 3
            4       | 0     | -1
            5       |       | 1
        """,
        ask=p.score**p.other,
        expect={1: 49.0, 2: 0.25, 3: -27.0, 4: None, 5: None},
    )


def test_a_literal_may_be_the_base_or_the_exponent(spec):
    """2 ** x as well as x ** 2; a square root is a power of a half."""
    spec(
        patients="""
            patient | ratio
            1       | 4.0
            2       | -4.0
        """,
        ask=2 ** (p.ratio**2.0) + p.ratio**0.5,
        expect={1: 65538.0, 2: None},
    )


def test_a_power_beyond_64_bits_is_missing_and_one_too_small_is_nothing(spec):
    """Neither is an error for the whole cohort."""
    spec(
        patients="""
            patient | ratio  | second
            1       | 1e308  | 2.0
            2       | 1e308  | -2.0
            3       | -1e200 | 3.0
            4       | 10.0   | 308.0
            5       | 10.0   | -320.0
            6       | 1e-200 | 4e200
            7       | 2.0    | 1e308
            8       | 1.1    | -1e300
            9       | 2.0    | 1023.9999
            10      | 2.0    | -1074.0
            11      | 2.0    | -1075.5
            12      | 1.7976931348623157e308 | 0.9999999999999999
            13      | 1.3407807929942596e154 | 2.0
            14      | 1.3407807929942597e154 | 2.0
            15      | -1.3407807929942596e154 | 2.0
        """,
        ask=p.ratio**p.second,
        expect={
            1: None,
            2: 0.0,
            3: None,
            4: 1e308,
            5: 1e-320,
            6: 0.0,
            7: None,
            8: 0.0,
            9: 2.0**1023.9999,
            10: 5e-324,
            11: 0.0,
            12: 1.797693134862174e308,
            13: 1.7976931348623155e308,
            14: None,
            15: 1.7976931348623155e308,
        },
    )
