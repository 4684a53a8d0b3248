"""Pictures are drawn by us, from numbers that may leave, and say nothing else."""

import io
import math
from dataclasses import replace

import pytest
from matplotlib.image import imread

from output_checker import figures
from output_checker.errors import ReleaseRefused
from output_checker.report import Cell, Hidden
from tests.a_review import a_table


def pixels(table):
    return imread(io.BytesIO(figures.draw(table)["png"]))


@pytest.mark.parametrize("kind", figures.KINDS)
def test_a_picture_changes_with_its_numbers(kind):
    before = pixels(a_table((120, 340), figure=kind))
    after = pixels(a_table((120, 200), figure=kind))
    assert (before != after).any()


@pytest.mark.parametrize("kind", figures.KINDS)
def test_the_same_table_gives_the_same_bytes(kind):
    table = a_table(figure=kind)
    assert figures.draw(table) == figures.draw(table)


@pytest.mark.parametrize("kind", figures.KINDS)
def test_a_hidden_cell_is_drawn_alike_whatever_is_known_of_it(kind):
    table = a_table(figure=kind)
    cells = list(table.cells)
    cells[2] = Cell(("65+",), {"patients": None}, Hidden.COMPLEMENTARY, (200.0, 400.0))
    assert figures.draw(table) == figures.draw(replace(table, cells=tuple(cells)))


@pytest.mark.parametrize("kind", figures.KINDS)
def test_a_hidden_cell_looks_like_neither_a_number_nor_a_missing_one(kind):
    table = a_table(figure=kind)
    drawn = [
        pixels(replace(table, cells=(*table.cells[:2], cell))).tobytes()
        for cell in (
            table.cells[2],
            Cell(("65+",), {"patients": 0}),
            Cell(("65+",), {"patients": None}),
        )
    ]
    assert drawn[0] not in drawn[1:]


def test_a_hidden_bar_leaves_its_place_without_any_bars_colour():
    image = pixels(a_table(figure="bar"))[:, :, :3]
    blue = (abs(image - [0, 0x72 / 255, 0xB2 / 255]) < 0.02).all(axis=2)
    columns = blue.any(axis=0)
    first, last = columns.argmax(), len(columns) - columns[::-1].argmax()
    assert last < 0.8 * image.shape[1], "the third place has no bar"
    assert columns[first:last].sum() > 0.5 * (last - first)


def test_a_plot_keeps_the_levels_order_and_leaves_totals_out():
    shown = figures.plot(a_table(figure="bar"))
    assert shown.levels == ("0-17", "18-64", "65+")
    assert shown.series == (figures.Series("", (120, 340, None)),)
    assert shown.up == "patients"


def test_more_dimensions_make_a_series_for_each_group_and_gaps_where_there_is_no_cell():
    table = replace(
        a_table(figure="bar"),
        dimensions=("age", "sex", "region"),
        measures=("mean",),
        cells=(
            Cell(("a", "f", "north"), {"mean": 1.5}),
            Cell(("a", "m", "north"), {"mean": 2.5}),
            Cell(("b", "f", "north"), {"mean": None}, Hidden.PRIMARY),
            Cell(("b", None, None), {"mean": 9.0}),
        ),
    )
    shown = figures.plot(table)
    assert [s.name for s in shown.series] == ["f, north", "m, north"]
    assert shown.series[0].values == (1.5, None)
    assert math.isnan(shown.series[1].values[1])
    assert shown.up == "mean (patients)"
    assert figures.draw(table)


def test_labels_with_dollars_markup_and_accents_are_drawn_as_they_are():
    strange = replace(
        a_table(figure="bar", title="$\\frac{1}{2}$ <script> Âge"),
        cells=(Cell(("$x^2",), {"patients": 3}), Cell(("_y",), {"patients": 4})),
    )
    drawn = figures.draw(strange)
    assert b"<script>" not in drawn["svg"]


def test_many_long_labels_still_make_a_picture():
    cells = tuple(Cell((f"region number {n}",), {"patients": n}) for n in range(40))
    assert figures.draw(replace(a_table(figure="bar"), cells=cells))["png"]


def test_a_picture_says_nothing_about_when_and_with_what_it_was_made():
    drawn = figures.draw(a_table(figure="bar"))
    for word in (b"Matplotlib", b"Creator", b"date", b"tEXt", b"tIME", b"metadata"):
        assert word not in drawn["png"] + drawn["svg"]


def test_no_picture_is_drawn_where_none_is_claimed():
    assert figures.draw(a_table(figure=None)) == {}


@pytest.mark.parametrize("change", [{"figure": "pie"}, {"cells": ()}, {"measures": ()}])
def test_what_cannot_be_drawn_is_refused(change):
    with pytest.raises(ReleaseRefused):
        figures.draw(replace(a_table(figure="bar"), **change))
