"""How a verified table is laid out for a reviewer."""

from dataclasses import replace

import pytest

from output_checker.report import Cell, Hidden
from output_checker.review.grid import Row, Shown, grid, interval, number
from tests.a_review import a_table

CROSSED = replace(
    a_table(),
    dimensions=("age", "sex"),
    cells=(
        Cell((None, "f"), {"patients": 30}),
        Cell(("old", "f"), {"patients": None}, Hidden.PRIMARY, (0.0, 9.0)),
        Cell(("old", None), {"patients": 25}),
        Cell(("old", "m"), {"patients": None}, Hidden.COMPLEMENTARY, (16.0, 25.0)),
        Cell(("young", "f"), {"patients": 1234}),
        Cell(("young", "m"), {"patients": None}),
    ),
)


def test_two_dimensions_of_one_measure_cross_with_totals_last():
    crossed = grid(CROSSED)
    assert (crossed.labels, crossed.across) == (("age",), "sex")
    assert crossed.columns == ("f", "m", "all")
    assert [(row.labels, row.total) for row in crossed.rows] == [
        (("old",), False),
        (("young",), False),
        (("all",), True),
    ]


def test_each_place_says_what_it_is():
    old, young, every = grid(CROSSED).rows
    assert old.cells == (
        Shown("hidden", "primary", "between 0 and 9"),
        Shown("hidden", "complementary", "between 16 and 25"),
        Shown("25", "number"),
    )
    assert young.cells == (
        Shown("1\u202f234", "number"),
        Shown("–", "none"),
        Shown("", "none"),
    )
    assert every.cells[0] == Shown("30", "number")


def test_anything_else_is_a_line_a_cell_and_the_interval_is_the_first_measures():
    table = replace(
        a_table(),
        measures=("patients", "mean"),
        cells=(
            Cell(("old",), {"patients": 20, "mean": 4.0}),
            Cell((None,), {"patients": None, "mean": None}, Hidden.PRIMARY, (0.0, 9.0)),
        ),
    )
    assert grid(table).rows == (
        Row(("old",), (Shown("20", "number"), Shown("4.0", "number")), False),
        Row(
            ("all",),
            (Shown("hidden", "primary", "between 0 and 9"), Shown("hidden", "primary")),
            True,
        ),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234567, "1\u202f234\u202f567"), (0.1, "0.1"), (2.0, "2.0")],
)
def test_numbers_are_shown_as_they_leave(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (None, ""),
        ((0.0, 1234.0), "between 0 and 1\u202f234"),
        ((0.25, 1 / 3), "between 0.25 and 0.333333"),
        ((5.0, float("inf")), "5 or more"),
    ],
)
def test_an_interval_is_a_sentence(known, text):
    assert interval(known) == text
