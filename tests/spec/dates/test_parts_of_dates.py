"""Parts of dates, and comparing them."""

from datetime import date

from tests.spec.tables import p

title = "Parts of dates, and comparing them"

DATES = """
    patient | born
    1       | 2024-02-29
    2       | 1900-12-31
    3       |
"""


def test_year_month_and_day_are_whole_numbers(spec):
    """Missing for a missing date."""
    spec(
        patients=DATES,
        ask=p.born.year * 10000 + p.born.month * 100 + p.born.day,
        expect={1: 20240229, 2: 19001231, 3: None},
    )


def test_the_first_of_the_month(spec):
    """A date, not a time."""
    spec(
        patients=DATES,
        ask=p.born.to_first_of_month(),
        expect={1: date(2024, 2, 1), 2: date(1900, 12, 1), 3: None},
    )


def test_the_first_of_the_year(spec):
    """1 January."""
    spec(
        patients=DATES,
        ask=p.born.to_first_of_year(),
        expect={1: date(2024, 1, 1), 2: date(1900, 1, 1), 3: None},
    )


BETWEEN = """
    patient | born
    1       | 2023-12-31
    2       | 2024-01-01
    3       | 2024-06-30
    4       | 2024-12-31
    5       |
"""


def test_on_or_between_includes_both_ends(spec):
    """A year has its first and its last day."""
    spec(
        patients=BETWEEN,
        ask=p.born.is_on_or_between("2024-01-01", "2024-12-31"),
        expect={1: False, 2: True, 3: True, 4: True, 5: None},
    )


def test_between_but_not_on_excludes_both_ends(spec):
    """Strictly inside."""
    spec(
        patients=BETWEEN,
        ask=p.born.is_between_but_not_on("2024-01-01", "2024-12-31"),
        expect={1: False, 2: False, 3: True, 4: False, 5: None},
    )


def test_during_a_pair_of_dates_includes_both(spec):
    """As on_or_between."""
    spec(
        patients=BETWEEN,
        ask=p.born.is_during(("2024-01-01", "2024-06-30")),
        expect={1: False, 2: True, 3: True, 4: False, 5: None},
    )


def test_before_and_on_or_after_are_contrary(spec):
    """For known dates."""
    spec(
        patients=BETWEEN,
        ask=p.born.is_before("2024-06-30") == ~p.born.is_on_or_after("2024-06-30"),
        expect={1: True, 2: True, 3: True, 4: True, 5: None},
    )


def test_after_and_on_or_before_are_contrary(spec):
    """For known dates; the day itself isn't after."""
    spec(
        patients=BETWEEN,
        ask=p.born.is_after("2024-06-30") == ~p.born.is_on_or_before("2024-06-30"),
        expect={1: True, 2: True, 3: True, 4: True, 5: None},
    )


def test_dates_are_compared_with_signs_too(spec):
    """Which read as the words do."""
    spec(
        patients=BETWEEN,
        ask=(p.born > "2024-01-01") & (p.born <= "2024-06-30"),
        expect={1: False, 2: False, 3: True, 4: False, 5: None},
    )


def test_a_written_date_may_stand_on_the_left(spec):
    """The comparison turns round."""
    spec(
        patients=BETWEEN,
        ask="2024-01-01" < p.born,  # noqa: SIM300 - it is what is tested
        expect={1: False, 2: False, 3: True, 4: True, 5: None},
    )


def test_a_date_may_equal_a_written_one(spec):
    """Day for day."""
    spec(
        patients=BETWEEN,
        ask=p.born == "2024-01-01",
        expect={1: False, 2: True, 3: False, 4: False, 5: None},
    )


def test_a_date_may_be_among_others(spec):
    """Written as text, as everywhere."""
    spec(
        patients=BETWEEN,
        ask=p.born.is_in(["2024-01-01"]),
        expect={1: False, 2: True, 3: False, 4: False, 5: None},
    )
