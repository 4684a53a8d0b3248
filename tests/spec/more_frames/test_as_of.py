"""The row that holds on a date."""

from tests.spec.tables import a, e, p

title = "The row that holds on a date"

ADDRESSES = """
    patient | start_date | end_date   | area
    1       | 2020-01-01 | 2021-12-31 | north
    1       | 2022-01-01 |            | south
    1       |            |            | nowhere
    2       | 2023-06-01 | 2023-06-30 | east
"""
EVENTS = """
    patient | date       | number
    1       | 2019-12-31 | 1
    1       | 2021-12-31 | 2
    1       | 2022-01-01 | 3
    2       | 2023-07-01 | 4
    2       |            | 5
"""


def test_each_row_finds_the_row_that_holds_on_its_date(spec):
    """Both its first and its last day count; a row without a start never holds."""
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    spec(
        addresses=ADDRESSES,
        events=EVENTS,
        ask=e.where(home.area == "north").number.sum_for_patient(),
        expect={1: 2, 2: None},
    )


def test_without_an_end_a_row_still_holds(spec):
    """Until the next begins, because the latest start counts."""
    home = a.as_of(e.date, start=a.start_date)
    spec(
        addresses=ADDRESSES,
        events=EVENTS,
        ask=e.where(home.area.is_in(["south", "east"])).number.sum_for_patient(),
        expect={1: 3, 2: 4},
    )


def test_a_look_up_finds_a_row_or_not(spec):
    """No where no row holds, nor where there is no date; never unknown."""
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    spec(
        addresses=ADDRESSES,
        events=EVENTS,
        ask=e.except_where(home.is_found()).count_for_patient(),
        expect={1: 1, 2: 2},
    )


def test_a_looked_up_column_combines_with_the_rows_own(spec):
    """Both are one value for each row."""
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    spec(
        addresses="""
            patient | start_date | rooms
            1       | 2020-01-01 | 2
            1       | 2022-01-01 | 3
        """,
        events=EVENTS,
        ask=(home.rooms * e.number).sum_for_patient(),
        expect={1: 13, 2: None},
    )


def test_of_several_rows_that_hold_the_latest_start_counts(spec):
    """And of those the last by all columns, as where a row is picked."""
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    spec(
        addresses="""
            patient | start_date | end_date   | area
            1       | 2021-01-01 |            | north
            1       | 2021-06-01 | 2022-06-01 | east
            1       | 2021-06-01 | 2023-06-01 | south
        """,
        events="""
            patient | date
            1       | 2022-01-01
        """,
        ask=home.area.maximum_for_patient(),
        expect={1: "south"},
    )


def test_only_rows_that_are_left_are_looked_up(spec):
    """A filter comes first."""
    large = a.where(a.rooms > 2)
    home = large.as_of(e.date, start=large.start_date)
    spec(
        addresses="""
            patient | start_date | rooms | area
            1       | 2021-01-01 | 3     | north
            1       | 2021-06-01 | 2     | south
        """,
        events="""
            patient | date
            1       | 2022-01-01
        """,
        ask=home.area.minimum_for_patient(),
        expect={1: "north"},
    )


def test_a_look_up_for_one_date_a_patient_is_a_picked_row(spec):
    """The address on the day a patient was seen."""
    home = a.as_of(p.seen, start=a.start_date, end=a.end_date)
    spec(
        patients="""
            patient | seen
            1       | 2021-05-05
            2       | 2022-05-05
        """,
        addresses=ADDRESSES,
        ask=home.area,
        expect={1: "north", 2: None},
    )


def test_a_look_up_for_a_date_as_such_is_a_picked_row_too(spec):
    """Who had an address then?"""
    home = a.as_of("2023-06-15", start=a.start_date, end=a.end_date)
    spec(
        addresses=ADDRESSES,
        ask=home.exists_for_patient(),
        expect={1: True, 2: True},
    )


def test_rows_may_be_sorted_by_a_looked_up_column(spec):
    """Also one whose name is that of a column of their own."""
    later = e.as_of(e.date, start=e.date)
    most = e.sort_by(later.number).first_for_patient()
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-01-01 | 5
            1       | 2024-01-02 | 3
        """,
        ask=most.number,
        expect={1: 3},
    )
