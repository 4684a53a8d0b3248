"""Among several values, of every kind."""

from tests.spec.tables import e, p

title = "Among several values, of every kind"


def test_text_is_in_a_list_as_it_is_written(spec):
    """Capitals and blanks count."""
    spec(
        patients="""
            patient | name
            1       | a
            2       | A
            3       | "a "
            4       |
        """,
        ask=p.name.is_in(["a", "b"]),
        expect={1: True, 2: False, 3: False, 4: None},
    )


def test_decimals_are_in_a_list_of_numbers(spec):
    """Whole numbers among them are read as decimals."""
    spec(
        patients="""
            patient | ratio
            1       | 2.0
            2       | 2.5
            3       |
        """,
        ask=p.ratio.is_in([2, 0.1]),
        expect={1: True, 2: False, 3: None},
    )


def test_yes_and_no_are_in_a_list(spec):
    """Unknown is in none."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=p.smoker.is_not_in([True]),
        expect={1: False, 2: True, 3: None},
    )


def test_each_row_is_in_nothing_or_not(spec):
    """Row by row as patient by patient: False for a missing value too."""
    spec(
        events="""
            patient | number
            1       | 1
            1       |
        """,
        ask=e.where(e.number.is_in([])).count_for_patient()
        + e.where(e.number.is_not_in([])).count_for_patient() * 10,
        expect={1: 20},
    )


def test_literals_may_stand_among_conditions(spec):
    """On either side, for programs that build definitions."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        ask=(True & p.smoker) | False,
        expect={1: True, 2: False, 3: None},
    )
