"""Beginnings of text and codes."""

from tests.spec.tables import e, p

title = "Beginnings of text and codes"

CODES = """
    patient | code     | name
    1       | 73211009 | 10%_a
    2       | 73211    | 10_b
    3       | 22298006 | abc
    4       |          |
    5       | 7321     | ""
"""


def test_text_begins_with_characters_as_they_are(spec):
    """% and _ stand for themselves, and capitals count."""
    spec(
        patients=CODES,
        ask=p.name.starts_with("10%") | p.name.starts_with("A"),
        expect={1: True, 2: False, 3: False, 4: None, 5: False},
    )


def test_a_code_may_be_asked_for_by_its_beginning(spec):
    """Which need be no whole code: so a chapter is found, or all below a code."""
    spec(
        patients=CODES,
        ask=p.code.starts_with("73211"),
        expect={1: True, 2: True, 3: False, 4: None, 5: False},
    )


def test_every_text_begins_with_nothing(spec):
    """Only a missing one doesn't."""
    spec(
        patients=CODES,
        ask=p.name.starts_with(""),
        expect={1: True, 2: True, 3: True, 4: None, 5: True},
    )


def test_a_beginning_may_be_a_column(spec):
    """Its characters are as literal as written ones."""
    spec(
        patients="""
            patient | name | part
            1       | %a   | %
            2       | ba   | %
            3       | é🩺  | é
            4       |      | a
            5       | a    |
        """,
        ask=p.name.starts_with(p.part),
        expect={1: True, 2: False, 3: True, 4: None, 5: None},
    )


def test_a_beginning_may_be_one_of_a_list(spec):
    """Of any lengths; a codelist will do."""
    spec(
        patients=CODES,
        ask=p.code.starts_with_any_of(["7321100", "222"]),
        expect={1: True, 2: False, 3: True, 4: None, 5: False},
    )


def test_a_list_of_one_length_is_one_look(spec):
    """Characters are counted, not bytes."""
    spec(
        patients="""
            patient | name
            1       | éa🩺
            2       | ea🩺
            3       | é
        """,
        ask=p.name.starts_with_any_of(["éa", "zz"]),
        expect={1: True, 2: False, 3: False},
    )


def test_a_beginning_in_an_empty_list_is_false(spec):
    """As is_in of an empty list."""
    spec(
        patients=CODES,
        ask=p.code.starts_with_any_of([]),
        expect=dict.fromkeys(range(1, 6), False),
    )


def test_a_long_list_of_beginnings_is_joined_as_a_table(spec):
    """Two thousand of them, on rows."""
    long = [str(10_000 + number) for number in range(2000)]
    spec(
        events="""
            patient | code
            1       | 73211009
            1       | 10001234
            1       |
            2       | 73211009
        """,
        ask=e.where(e.code.starts_with_any_of(long)).count_for_patient(),
        expect={1: 1, 2: 0},
    )
