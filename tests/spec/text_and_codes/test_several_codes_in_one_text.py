"""Several codes in one text.

Hospital records may hold all codes of a stay in one column: its type is a multi-code string
of `cohort_dsl.codes`, and it is searched like text.
"""

from tests.spec.tables import e, p

title = "Several codes in one text"

STAYS = """
    patient | codes
    1       | I219 ,E119
    1       | E119
    2       | J45,I21
    3       |
"""
CODES = """
    patient | codes
    1       | ||I219 ,E119 ||J45
    2       | E119
    3       |
    4       | ""
    5       | i219
"""


def test_a_code_is_found_anywhere_in_the_text(spec):
    """Whatever stands between codes."""
    spec(
        events=STAYS,
        ask=e.where(e.codes.contains("I21")).count_for_patient(),
        expect={1: 1, 2: 1, 3: 0},
    )


def test_any_of_several_codes_is_found(spec):
    """A row counts once, however many it holds."""
    spec(
        events=STAYS,
        ask=e.where(e.codes.contains_any_of(["I219", "E119"])).count_for_patient(),
        expect={1: 2, 2: 0, 3: 0},
    )


def test_a_code_is_looked_for_in_the_text(spec):
    """Wherever it stands, and whatever stands between the codes."""
    spec(
        patients=CODES.replace("||", ";;"),
        ask=p.codes.contains("I219"),
        expect={1: True, 2: False, 3: None, 4: False, 5: False},
    )


def test_the_beginning_of_a_code_is_looked_for_as_well(spec):
    """It may also be found where no code begins: the text is only text."""
    spec(
        patients=CODES.replace("||", ";;"),
        ask=p.codes.contains("J4") | p.codes.contains("E1"),
        expect={1: True, 2: True, 3: None, 4: False, 5: False},
    )


def test_any_of_a_codelist_is_looked_for(spec):
    """Codes and beginnings of codes."""
    spec(
        patients=CODES.replace("||", ";;"),
        ask=p.codes.contains_any_of(["I21", "J450", "A00"]),
        expect={1: True, 2: False, 3: None, 4: False, 5: False},
    )


def test_none_of_an_empty_codelist_is_found(spec):
    """As is_in of an empty list, also where the text is missing."""
    spec(
        patients=CODES.replace("||", ";;"),
        ask=p.codes.contains_any_of([]),
        expect=dict.fromkeys(range(1, 6), False),
    )


def test_a_codelist_that_is_looked_for_may_be_long(spec):
    """Thousands of codes, of several lengths, on rows."""
    long = [f"{a}{n:03}" for a in "ABCDE" for n in range(600)] + ["J45", "K9"]
    spec(
        events="""
            patient | codes
            1       | Z999;J459
            1       | Z999;A5999
            1       | Z999
            1       |
            2       | K8
        """,
        ask=e.where(e.codes.contains_any_of(long)).count_for_patient(),
        expect={1: 2, 2: 0},
    )


def test_the_whole_text_may_be_compared(spec):
    """Which is seldom meant; is_in is refused for that reason."""
    spec(
        patients=CODES.replace("||", ";;"),
        ask=p.codes.is_null() | (p.codes == "E119"),
        expect={1: False, 2: True, 3: True, 4: False, 5: False},
    )


def test_any_of_many_texts_is_looked_for_character_by_character(spec):
    """No character means anything but itself."""
    spec(
        patients="""
            patient | name
            1       | a.b
            2       | axb
            3       | (é)
            4       | 🩺$
            5       | ^
            6       | \\\\d
            7       | 7
        """,
        ask=p.name.contains_any_of(["a.b", "(é", "🩺$", "^", "\\\\d", "[0-9]", "x?"]),
        expect={1: True, 2: False, 3: True, 4: True, 5: True, 6: True, 7: False},
    )
