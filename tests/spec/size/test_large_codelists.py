"""Large codelists and maps."""

from tests.spec.tables import e, p

title = "Large codelists and maps"

LIST = [str(10_000_000 + number) for number in range(10_000)]
MAP = {str(10_000_000 + number): f"category {number}" for number in range(5_000)}

CODES = """
    patient | code
    1       | 10000000
    2       | 10004999
    3       | 10005000
    4       | 73211009
    5       |
"""

EVENTS = """
    patient | code     | number
    1       | 10000000 | 1
    1       | 10004999 | 2
    1       | 10004999 | 2
    1       | 10005000 | 4
    1       |          | 8
    2       | 10000007 | 16
    3       |          | 32
"""


def test_a_codelist_may_have_ten_thousand_codes(spec):
    """It goes to the warehouse as a table, once, and is joined."""
    spec(
        patients=CODES,
        ask=p.code.is_in(LIST),
        expect={1: True, 2: True, 3: True, 4: False, 5: None},
    )


def test_rows_may_be_looked_for_by_ten_thousand_codes(spec):
    """Or by all others."""
    within = e.where(e.code.is_in(LIST)).number.sum_for_patient()
    others = e.where(e.code.is_not_in(LIST[:5_000])).number.sum_for_patient()
    spec(
        events=EVENTS,
        ask=within * 100 + others.when_null_then(0),
        expect={1: 904, 2: 1600, 3: None},
    )


def test_a_map_may_have_five_thousand_different_results(spec):
    """A code that it doesn't hold, and a missing one, get the default."""
    spec(
        patients=CODES,
        ask=p.code.map_values(MAP, default="none"),
        expect={1: "category 0", 2: "category 4999", 3: "none", 4: "none", 5: "none"},
    )


def test_each_row_may_be_mapped_to_one_of_thousands_of_results(spec):
    """No row comes twice, and none is lost."""
    numbers = {code: number for number, code in enumerate(MAP)}
    mapped = e.code.map_values(numbers, default=10_000)
    spec(
        events=EVENTS,
        ask=mapped.sum_for_patient(),
        expect={1: 4999 * 2 + 20_000, 2: 7, 3: 10_000},
    )


def test_rows_may_be_filtered_by_what_a_large_map_says(spec):
    """A missing category is none of the wanted ones."""
    wanted = e.code.to_category(MAP).is_in(["category 7", "category 4999"])
    spec(
        events=EVENTS,
        ask=e.where(wanted).number.sum_for_patient(),
        expect={1: 4, 2: 16, 3: None},
    )


def test_rows_may_be_sorted_by_what_a_large_map_says(spec):
    """Those without a result are first."""
    backwards = {code: -number for number, code in enumerate(MAP)}
    by_result = e.sort_by(e.code.map_values(backwards, default=-2_500))
    spec(
        events=EVENTS,
        ask=by_result.first_for_patient().number * 100
        + by_result.last_for_patient().number,
        expect={1: 201, 2: 1616, 3: 3232},
    )


def test_the_same_map_may_serve_several_values(spec):
    """Its table is sent once."""
    later = e.sort_by(e.number).last_for_patient().code.to_category(MAP)
    first = e.sort_by(e.number).first_for_patient().code.to_category(MAP)
    spec(events=EVENTS, ask=later == first, expect={1: None, 2: True, 3: None})


def test_a_large_map_may_lead_to_another_one(spec):
    """And a known code may have an unknown result, which is not the default."""
    back = {category: code for code, category in MAP.items()} | {"category 0": None}
    spec(
        patients=CODES,
        ask=p.code.map_values(MAP, default="none").map_values(back, default=p.code),
        expect={1: None, 2: "10004999", 3: "10005000", 4: "73211009", 5: None},
    )


def test_a_large_map_may_give_yes_or_no(spec):
    """Or a date, or a number of any value."""
    even = {code: number % 2 == 0 for number, code in enumerate(MAP)}
    spec(
        patients=CODES,
        ask=p.code.map_values(even),
        expect={1: True, 2: False, 3: None, 4: None, 5: None},
    )


def test_two_thousand_codes_may_be_looked_for_in_one_text(spec):
    """Each anywhere in it."""
    codes = [f"{letter}{n:03}" for letter in "AJ" for n in range(1_000)]
    spec(
        patients="""
            patient | codes
            1       | A000;X1
            2       | X1,J999
            3       | X1
            4       |
        """,
        ask=p.codes.contains_any_of(codes),
        expect={1: True, 2: True, 3: False, 4: None},
    )


def test_what_a_long_map_gives_may_be_looked_among(spec):
    """The map has a table of its own, and so have the values that it gives each patient."""
    capitals = {letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
    spec(
        patients="""
            patient | name
            1       | A
            2       | B
        """,
        events="""
            patient | text
            1       | a
            1       | c
            2       | a
        """,
        ask=p.name.is_in(e.text.map_values(capitals)),
        expect={1: True, 2: False},
    )
