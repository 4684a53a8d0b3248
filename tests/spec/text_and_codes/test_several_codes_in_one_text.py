"""Several codes in one text.

Hospital records may hold all codes of a stay in one column: its type is a multi-code string
of `cohort_dsl.codes`, and it is searched like text.
"""

from tests.spec.tables import e

title = "Several codes in one text"

STAYS = """
    patient | codes
    1       | I219 ,E119
    1       | E119
    2       | J45,I21
    3       |
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
