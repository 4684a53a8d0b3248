"""Histograms and survival curves are drawn from what is shown, and hide the rest."""

import io
import math
from dataclasses import replace

import pytest
from matplotlib.image import imread

from output_checker import figures
from output_checker.errors import ReleaseRefused
from output_checker.figures import histogram, survival
from output_checker.report import Cell, Hidden, Table

P = Hidden.PRIMARY


def a_table(figure, dimensions, measures, cells):
    return Table("A table", figure, "patients", dimensions, measures, cells, "", figure)


def a_histogram(*counts, bands=("under 20", "20 to under 40", "40 or over"), sex=("f",)):
    """Counts by band, then by sex; None is hidden."""
    places = [(band, one) for one in sex for band in bands]
    cells = tuple(
        Cell(place, {"n": n}, P if n is None else None)
        for place, n in zip(places, counts, strict=True)
    )
    return a_table(
        "histogram", ("age", "sex"), ("n",), (*cells, Cell((None, "f"), {"n": 9}))
    )


def a_step(name, at_risk, survived=None, **cell):
    values = {"at risk": at_risk, "events": 5, "censored": 5, "survival": survived}
    gone = [m for m in ("survival", "at risk") if m in cell.get("without", ())]
    return Cell(name, values | dict.fromkeys(gone), P if gone else None, **cell)


def a_life_table(*cells):
    names = ("at risk", "events", "censored", "survival")
    return a_table("survival", ("arm", "days"), names, cells)


LIFE = a_life_table(
    a_step(("a", "under 30"), 100, 0.9),
    a_step(("a", "30 to under 60"), 80, 0.8),
    a_step(("a", "60 or over"), 60),
    a_step(("b", "under 30"), 100, 0.7),
    a_step(("b", "30 to under 60"), None, without=("at risk", "survival")),
    a_step(("b", "60 or over"), None, without=("at risk",)),
    a_step((None, "under 30"), 200, 0.8),
)


def pixels(table):
    return imread(io.BytesIO(figures.draw(table)["png"]))


def test_bars_stand_over_their_bands_and_open_ones_are_as_wide_as_their_neighbours():
    shown = histogram.plot(a_histogram(30, 50, 20))
    assert shown.ends == (0, 20, 40, 60)
    assert shown.panels == (histogram.Panel("f", (30, 50, 20)),)
    assert (shown.across, shown.up) == ("age", "patients")


def test_bands_of_unequal_width_are_drawn_by_unit_of_width():
    bands = ("under 0", "0 to under 5", "5 to under 15.5", "15.5 or over", "(missing)")
    shown = histogram.plot(a_histogram(30, 50, 21, 21, 99, bands=bands))
    assert shown.ends == (-5, 0, 5, 15.5, 26)
    assert shown.panels[0].heights == (6, 10, 2, 2)
    assert shown.up == "patients per unit of age"


def test_a_panel_a_group_and_hidden_bars_are_none():
    shown = histogram.plot(a_histogram(30, None, 20, 40, 50, None, sex=("f", "m")))
    assert [p.name for p in shown.panels] == ["f", "m"]
    assert [p.heights for p in shown.panels] == [(30, None, 20), (40, 50, None)]


def test_one_edge_makes_two_bars():
    shown = histogram.plot(a_histogram(30, 50, bands=("under 1.5", "1.5 or over")))
    assert shown.ends == (0.5, 1.5, 2.5)


def test_a_curve_begins_with_everybody_and_steps_at_the_published_times():
    shown = survival.plot(LIFE)
    a, b = shown.curves
    assert shown.times == (0, 30, 60)
    assert (a.name, a.survival, a.at_risk) == ("a", (1.0, 0.9, 0.8), (100, 80, 60))
    assert (b.name, b.survival, b.at_risk) == ("b", (1.0, 0.7, None), (100, None, None))


def test_where_nobody_is_left_there_is_no_number_but_nothing_hidden():
    table = a_life_table(a_step(("a", "under 30"), 0, None), a_step(("a", "30 or over"), 0))
    (curve,) = survival.plot(table).curves
    assert curve.survival[0] == 1.0
    assert math.isnan(curve.survival[1])
    assert figures.draw(table)


@pytest.mark.parametrize(
    ("table", "other"),
    [
        (a_histogram(30, 50, 20), a_histogram(30, 45, 20)),
        (a_histogram(30, 50, None), a_histogram(30, 50, 0)),
        (
            LIFE,
            replace(LIFE, cells=(a_step(("a", "under 30"), 100, 0.85), *LIFE.cells[1:])),
        ),
        (LIFE, replace(LIFE, cells=(a_step(("a", "under 30"), 95, 0.9), *LIFE.cells[1:]))),
    ],
)
def test_pictures_are_the_same_for_the_same_numbers_and_differ_for_others(table, other):
    assert figures.draw(table) == figures.draw(table)
    assert (pixels(table) != pixels(other)).any()


@pytest.mark.parametrize("table", [a_histogram(30, None, 20), LIFE])
def test_what_is_known_of_a_hidden_cell_does_not_show(table):
    """Neither why it is hidden, nor its interval, moves a mark or an axis."""
    cells = tuple(
        replace(c, hidden=Hidden.COMPLEMENTARY, interval=(3.0, 9000.0)) if c.hidden else c
        for c in table.cells
    )
    assert figures.draw(table) == figures.draw(replace(table, cells=cells))


@pytest.mark.parametrize(
    "table",
    [
        a_histogram(30, 50, bands=("low", "high")),
        a_histogram(30, 50, bands=("under x", "x or over")),
        a_histogram(30, bands=("under 1",)),
        a_histogram(30, 50, bands=("under 1", "2 or over")),
        a_histogram(30, 50, bands=("1 or over", "under 1")),
        a_histogram(*range(150), sex=[f"group {n}" for n in range(50)]),
        replace(a_histogram(1, 2, 3), cells=()),
        replace(a_histogram(1, 2, 3), measures=()),
        replace(a_histogram(1, 2, 3), figure="survival"),
        replace(LIFE, cells=()),
        a_life_table(
            *(
                a_step((f"{n}", t), 90, 0.9)
                for n in range(50)
                for t in ("under 1", "1 or over")
            )
        ),
        replace(a_histogram(1, 2, 3), dimensions=(), figure="bar"),
    ],
)
def test_what_is_no_such_table_is_refused(table):
    with pytest.raises(ReleaseRefused):
        figures.draw(table)


@pytest.mark.parametrize(
    ("kind", "measures", "drawn"),
    [
        ("rates", ("numerator", "denominator", "rate per 1000"), "rate per 1000"),
        ("percentiles", ("n", "p25", "p50", "p75"), "p50 of cost"),
        ("percentiles", ("n", "p5", "p95"), "p95 of cost"),
        ("summary", ("n", "mean", "sd"), "mean of cost"),
        ("summary", ("n",), "n (patients)"),
        ("crosstab", ("n",), "n (patients)"),
    ],
)
def test_bars_show_what_the_table_was_made_for(kind, measures, drawn):
    cell = Cell(("a",), dict.fromkeys(measures, 3))
    table = replace(a_table("bar", ("row",), measures, (cell,)), kind=kind, variable="cost")
    assert figures.plot(table).up == drawn
