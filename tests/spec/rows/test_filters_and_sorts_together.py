"""Filters and sorts together."""

from tests.spec.tables import e

title = "Filters and sorts together"


def test_except_where_true_keeps_none_and_except_where_false_all(spec):
    """The contrary of where."""
    spec(
        events="""
            patient | number
            1       | 1
            1       |
        """,
        ask=e.except_where(False).count_for_patient() * 10
        + e.except_where(True).count_for_patient(),
        expect={1: 20},
    )


def test_filters_and_sorts_may_alternate(spec):
    """Each goes by the rows and the order that it finds."""
    odd = e.sort_by(e.number).where(e.number != 2).sort_by(e.ok).where(e.number < 9)
    spec(
        events="""
            patient | number | ok | text
            1       | 1      | T  | a
            1       | 2      | F  | b
            1       | 4      | F  | c
            1       | 3      | F  | d
            1       | 9      | F  | e
        """,
        ask=odd.first_for_patient().text,
        expect={1: "d"},
    )


def test_minus_turns_the_order_of_numbers_round(spec):
    """Missing numbers still come first: minus missing is missing."""
    spec(
        events="""
            patient | number | text
            1       | 1      | a
            1       | 2      | b
            2       | 1      | a
            2       |        | b
        """,
        ask=e.sort_by(-e.number).first_for_patient().text,
        expect={1: "b", 2: "b"},
    )


def test_rows_may_be_filtered_by_what_is_missing(spec):
    """The filter then says so itself."""
    spec(
        events="""
            patient | date       | number
            1       |            | 7
            1       | 2024-01-01 | 1
        """,
        ask=e.where(e.date.is_not_null()).sort_by(e.date).first_for_patient().number,
        expect={1: 1},
    )


def test_codes_sort_as_text(spec):
    """Character by character, not by their number."""
    spec(
        events="""
            patient | code     | number
            1       | 73211009 | 1
            1       | 195967001 | 2
        """,
        ask=e.sort_by(e.code).first_for_patient().number,
        expect={1: 2},
    )


def test_a_filter_of_what_is_unknown_leaves_nothing(spec):
    """Neither what is above 3 nor what isn't; both ways to ask are where."""
    spec(
        events="""
            patient | number
            1       | 5
            1       | 1
            1       |
        """,
        ask=e.where(e.number > 3).count_for_patient()
        + e.where(~(e.number > 3)).count_for_patient(),
        expect={1: 2},
    )
