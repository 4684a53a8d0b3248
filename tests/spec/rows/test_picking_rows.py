"""Sorting and picking."""

from tests.spec.tables import e, p

title = "Sorting and picking"


def test_first_and_last_are_by_the_sort(spec):
    """Whatever the order in which the warehouse holds the rows."""
    spec(
        events="""
            patient | date       | number
            1       | 2024-03-01 | 3
            1       | 2024-01-01 | 1
            1       | 2024-02-01 | 2
        """,
        ask=e.sort_by(e.date).first_for_patient().number * 10
        + e.sort_by(e.date).last_for_patient().number,
        expect={1: 13},
    )


def test_missing_sorts_first(spec):
    """So the first row may be one without a date: filter if that isn't meant."""
    spec(
        events="""
            patient | date       | number
            1       |            | 7
            1       | 2024-01-01 | 1
            2       | 2024-01-01 | 1
        """,
        ask=e.sort_by(e.date).first_for_patient().number,
        expect={1: 7, 2: 1},
    )


def test_the_last_row_has_a_value_if_any_has(spec):
    """Missing is smallest, at both ends."""
    spec(
        events="""
            patient | date       | number
            1       |            | 7
            1       | 2024-01-01 | 1
            2       |            | 8
        """,
        ask=e.sort_by(e.date).last_for_patient().number,
        expect={1: 1, 2: 8},
    )


def test_ties_are_broken_by_all_other_columns_ascending_by_name(spec):
    """So every engine picks the same row each time, whichever variables are asked."""
    spec(
        events="""
            patient | date       | code     | number | text
            1       | 2024-01-01 | 73211009 | 1      | b
            1       | 2024-01-01 | 22298006 | 2      | c
            2       | 2024-01-01 | 22298006 | 9      | a
            2       | 2024-01-01 | 22298006 | 8      | b
        """,
        ask=e.sort_by(e.date).first_for_patient().text,
        expect={1: "c", 2: "b"},
    )


def test_the_last_of_ties_is_the_last_by_all_other_columns(spec):
    """The same order, read from its end."""
    spec(
        events="""
            patient | date       | number | text
            1       | 2024-01-01 | 1      | a
            1       | 2024-01-01 | 2      | b
            1       | 2024-01-01 |        | c
        """,
        ask=e.sort_by(e.date).last_for_patient().text,
        expect={1: "b"},
    )


def test_several_keys_count_in_their_order(spec):
    """The second decides where the first is equal."""
    spec(
        events="""
            patient | date       | number | text
            1       | 2024-01-01 | 2      | a
            1       | 2024-01-01 | 1      | b
            1       | 2024-02-01 | 0      | c
        """,
        ask=e.sort_by(e.date, e.number).first_for_patient().text,
        expect={1: "b"},
    )


def test_of_chained_sorts_the_later_counts_first(spec):
    """The earlier one decides its ties."""
    spec(
        events="""
            patient | date       | number | text
            1       | 2024-01-01 | 2      | a
            1       | 2024-03-01 | 1      | b
            1       | 2024-02-01 | 1      | c
        """,
        ask=e.sort_by(e.date).sort_by(e.number).first_for_patient().text,
        expect={1: "c"},
    )


def test_a_filter_may_follow_a_sort(spec):
    """The order stays."""
    ordered = e.sort_by(e.number)
    spec(
        events="""
            patient | number | ok | text
            1       | 1      | F  | a
            1       | 2      | T  | b
            1       | 3      | T  | c
            2       | 1      | F  | d
        """,
        ask=ordered.where(e.ok).first_for_patient().text,
        expect={1: "b", 2: None},
    )


def test_a_sort_key_may_be_worked_out(spec):
    """Here the distance from a patient's own number."""
    spec(
        patients="""
            patient | score
            1       | 10
        """,
        events="""
            patient | number | text
            1       | 1      | far
            1       | 12     | near
            1       | 30     | farther
        """,
        ask=e.sort_by((e.number - p.score).absolute()).first_for_patient().text,
        expect={1: "near"},
    )


def test_yes_sorts_after_no(spec):
    """Unknown, no, yes."""
    spec(
        events="""
            patient | ok | text
            1       | T  | yes
            1       | F  | no
            2       | F  | no
            2       |    | unknown
        """,
        ask=e.sort_by(e.ok).first_for_patient().text,
        expect={1: "no", 2: "unknown"},
    )


def test_text_sorts_by_code_points(spec):
    """Capitals first, accents last, the same on every engine and in every country."""
    spec(
        events="""
            patient | text | number
            1       | a    | 1
            1       | B    | 2
            1       | é    | 3
        """,
        ask=e.sort_by(e.text).first_for_patient().number * 10
        + e.sort_by(e.text).last_for_patient().number,
        expect={1: 23},
    )


def test_a_picked_row_is_there_or_not(spec):
    """And counts as one."""
    row = e.where(e.number > 1).sort_by(e.date).first_for_patient()
    spec(
        events="""
            patient | number
            1       | 2
            1       | 3
            2       | 1
        """,
        ask=row.exists_for_patient().as_int() * 10 + row.count_for_patient(),
        expect={1: 11, 2: 0},
    )


def test_a_table_of_one_row_a_patient_is_there_or_not(spec):
    """Also for patients who are known from elsewhere."""
    spec(
        patients="""
            patient | score
            1       |
        """,
        events="""
            patient | number
            2       | 1
        """,
        ask=p.exists_for_patient().as_int() * 10 + p.count_for_patient(),
        expect={1: 11, 2: 0},
    )
