"""What the language's words ask, answered by the referee on rows by hand."""

from __future__ import annotations

import copy
import datetime
from datetime import date
from typing import Any

import pytest

from cohort_dsl import (
    case,
    create_dataset,
    days,
    maximum_of,
    minimum_of,
    months,
    weeks,
    when,
    years,
)
from cohort_dsl.codes import MultiCodeString, SNOMEDCTCode
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language.dataset import query_of
from cohort_dsl.language.series import build
from cohort_dsl.model import nodes
from cohort_dsl.model.types import INT, Column
from cohort_dsl.tables import EventFrame, PatientFrame, Series, table, table_from_rows
from cohort_dsl.testing import evaluate


class Several(MultiCodeString):
    """No system's own class will do: they are of systems with letters."""

    system = "snomedct"


@table
class p(PatientFrame):
    """One row a patient."""

    yes = Series(bool)
    i = Series(int)
    j = Series(int)
    f = Series(float)
    s = Series(str)
    d = Series(datetime.date)
    c = Series(SNOMEDCTCode)
    m = Series(Several)

    def twice(self) -> Any:
        return self.i * 2


@table
class e(EventFrame):
    """Many rows a patient."""

    d = Series(datetime.date)
    i = Series(int)
    f = Series(float)
    s = Series(str)
    yes = Series(bool)

    @property
    def late(self) -> Any:
        return self.d > "2024-01-01"

    def next_day(self) -> Any:
        return self.d + days(1)


@table_from_rows([(1, 7.5)])
class w(PatientFrame):
    """A row that comes with the question."""

    weight = Series(float)


HELD = e.as_of(e.d, start=e.d)


ROW = {
    "patient_id": 1,
    "yes": True,
    "i": 7,
    "j": -2,
    "f": 2.5,
    "s": "a_%b",
    "d": date(2024, 1, 31),
    "c": "73211009",
    "m": "73211009,999999",
}
EVENTS = [
    {"patient_id": 1, "d": date(2024, 1, 1), "i": 1, "f": 1.5, "s": "x", "yes": True},
    {"patient_id": 1, "d": date(2024, 3, 1), "i": 2, "f": None, "s": "y", "yes": None},
    {"patient_id": 1, "d": None, "i": 2, "f": 0.5, "s": "x", "yes": False},
]


def answer(series: Any) -> Any:
    """What the referee says of the one patient there is."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.answer = series
    rows = {"p": [ROW], "e": EVENTS}
    return evaluate(dataset, rows, engine="reference")[0]["answer"]


PATIENT = [
    # Comparisons, on either side
    (p.i == 7, True),
    (p.i != 7, False),
    (p.i > 7, False),
    (p.i <= 7, True),
    (p.i > 6, True),
    (p.i <= 8, True),
    (p.f > 2, True),
    (p.s == "a_%b", True),
    (p.c == "73211009", True),
    (p.c == SNOMEDCTCode("73211009"), True),
    (p.yes == True, True),  # noqa: E712  # as authors write it
    # Logic
    (p.yes & (p.i > 1) & False, False),
    (True & p.yes, True),
    (False | ~p.yes, False),
    (p.yes.as_int(), 1),
    # Numbers
    (p.i + 1, 8),
    (1 + p.i, 8),
    (p.i - p.j, 9),
    (10 - p.i, 3),
    (p.i * 2, 14),
    (2 * p.i, 14),
    (p.i / 2, 3.5),
    (14 / p.i, 2.0),
    (p.i // p.j, -4),
    (15 // p.i, 2),
    (p.i**2, 49.0),
    (2**p.i, 128.0),
    (p.f**p.f, 2.5**2.5),
    (p.f * 2, 5.0),
    (-p.j, 2),
    (p.j.absolute(), 2),
    (p.f.as_int(), 2),
    (p.i.as_float() / p.f, 2.8),
    (p.twice(), 14),
    # Text
    (p.s.contains("_%"), True),
    (p.s.contains("xb"), False),
    (p.s.contains_any_of(["zz", "a_"]), True),
    (p.s.contains_any_of(["zz"]), False),
    (p.s.contains_any_of([]), False),
    (p.m.contains("732110"), True),
    (p.m.contains(p.c), True),
    (p.m.contains_any_of(["22298006", "9"]), True),
    (p.m.contains_any_of([p.c, "22298006"]), True),
    (p.m.contains_any_of([SNOMEDCTCode("22298006")]), False),
    (p.m.is_null(), False),
    (p.m == "x", False),
    (p.s.contains(p.s), True),
    (p.s.starts_with("a_"), True),
    (p.s.starts_with(p.s), True),
    (p.c.starts_with("7321"), True),
    (p.c.starts_with(SNOMEDCTCode("22298006")), False),
    (p.c.starts_with_any_of(["22", "732"]), True),
    (p.c.starts_with_any_of({"22298006": "x"}), False),
    (p.s.starts_with_any_of([]), False),
    # Dates
    (p.d.year, 2024),
    (p.d.month, 1),
    (p.d.day, 31),
    (p.d.to_first_of_month(), date(2024, 1, 1)),
    (p.d.to_first_of_year(), date(2024, 1, 1)),
    (p.d.is_before("2024-02-01"), True),
    (p.d.is_on_or_before("2024-01-31"), True),
    (p.d.is_after(date(2024, 1, 31)), False),
    (p.d.is_on_or_after("2024-01-31"), True),
    (p.d.is_on_or_between("2024-01-31", "2024-02-01"), True),
    (p.d.is_between_but_not_on("2024-01-31", "2024-02-01"), False),
    (p.d.is_during(("2024-01-01", "2024-12-31")), True),
    (p.d + days(1), date(2024, 2, 1)),
    (days(1) + p.d, date(2024, 2, 1)),
    (p.d - weeks(1), date(2024, 1, 24)),
    (p.d + months(1), date(2024, 3, 1)),
    (p.d + years(-1), date(2023, 1, 31)),
    (p.d + days(p.i), date(2024, 2, 7)),
    (p.d - weeks(p.i - 6), date(2024, 1, 24)),
    ("2024-01-01" + days(p.i), date(2024, 1, 8)),
    ("2024-01-08" - days(p.i), date(2024, 1, 1)),
    (p.d + (days(1) + days(2)), date(2024, 2, 3)),
    (p.d + (days(1) - days(2)), date(2024, 1, 30)),
    ((p.d - "2024-01-01").days, 30),
    (("2024-03-01" - p.d).days, 30),
    ((date(2024, 3, 1) - p.d).weeks, 4),
    ((p.d - "2024-02-07").weeks, -1),
    ((p.d - "2023-12-31").months, 1),
    ((p.d - "2023-02-01").years, 0),
    # Sets, maps, choices
    (p.i.is_in([1, 7]), True),
    (p.i.is_not_in({1, 7}), False),
    (p.i.is_in([]), False),
    (p.d.is_in(["2024-01-31"]), True),
    (p.c.is_in({"73211009": "x"}), True),
    (p.i.is_in(e.i), False),
    (p.i.is_not_in(e.i), True),
    (p.i.map_values({7: "seven", 8: "eight"}), "seven"),
    (p.i.map_values({8: 1, 9: 1}, default=0), 0),
    (p.i.map_values({8: 1}), None),
    (p.i.map_values({7: p.j, 8: 1}), -2),
    (p.d.map_values({"2024-01-31": "x", date(2024, 1, 31): "x"}), "x"),
    (p.c.to_category({"73211009": "diabetes"}), "diabetes"),
    (p.s.is_null(), False),
    (p.s.is_not_null(), True),
    (p.i.when_null_then(1), 7),
    (e.f.sum_for_patient().when_null_then(p.f), 2.0),
    (case(when(p.i < 5).then("low"), when(p.i < 9).then("mid"), otherwise="hi"), "mid"),
    (when(p.i > 9).then(p.d).otherwise("2020-01-01"), date(2020, 1, 1)),
    (when(p.i > 9).then(1).otherwise(2.5), 2.5),
    (when(True).then(SNOMEDCTCode("73211009")).otherwise(None), "73211009"),
    (case(when(p.i > 9).then(1)), None),
    (minimum_of(p.i, p.j, 3), -2),
    (maximum_of("2024-01-01", p.d), date(2024, 1, 31)),
]


@pytest.mark.parametrize(("series", "expected"), PATIENT)
def test_a_word_on_one_value_a_patient(series, expected):
    found = answer(series)
    assert found == expected
    assert type(found) is type(expected)


EVENT = [
    (e.exists_for_patient(), True),
    (e.count_for_patient(), 3),
    (p.exists_for_patient(), True),
    (p.count_for_patient(), 1),
    (e.where(e.i == 2).count_for_patient(), 2),
    (e.where(True).count_for_patient(), 3),
    (e.where(False).exists_for_patient(), False),
    (e.where(e.late).count_for_patient(), 1),
    (e.except_where(e.late).count_for_patient(), 2),
    (e.except_where(False).count_for_patient(), 3),
    (e.where(p.yes).count_for_patient(), 3),
    (e.where(e.yes).i.sum_for_patient(), 1),
    (e.where(e.i == 2).where(e.s == "x").f.maximum_for_patient(), 0.5),
    (e.i.count_distinct_for_patient(), 2),
    (e.i.mean_for_patient(), 5 / 3),
    (e.i.median_for_patient(), 2.0),
    (e.f.percentile_for_patient(25), 0.75),
    (e.yes.any_for_patient(), True),
    (e.yes.all_for_patient(), False),
    (e.yes.as_int().sum_for_patient(), 1),
    (e.f.sum_for_patient(), 2.0),
    (e.d.minimum_for_patient(), date(2024, 1, 1)),
    (e.d.maximum_for_patient(), date(2024, 3, 1)),
    (e.s.minimum_for_patient(), "x"),
    (e.s.maximum_for_patient(), "y"),
    (e.next_day().maximum_for_patient(), date(2024, 3, 2)),
    ((e.i + p.i).sum_for_patient(), 26),
    ((e.d - p.d).days.maximum_for_patient(), 30),
    ((e.yes & p.yes).count_distinct_for_patient(), 2),
    (e.sort_by(e.d).first_for_patient().i, 2),  # NULL first
    (e.sort_by(e.d).last_for_patient().i, 2),
    (e.sort_by(e.d).nth_for_patient(2).i, 1),
    (e.sort_by(e.d).nth_for_patient(-1).d, date(2024, 3, 1)),
    (e.sort_by(e.d).nth_for_patient(-4).exists_for_patient(), False),
    (e.sort_by(e.d).nth_for_patient(3).next_day(), date(2024, 3, 2)),
    (e.sort_by(e.i, e.d).last_for_patient().d, date(2024, 3, 1)),
    (e.sort_by(e.d).sort_by(e.s).first_for_patient().f, 0.5),
    (e.sort_by(e.d).where(e.d.is_not_null()).first_for_patient().i, 1),
    (e.sort_by(e.d).last_for_patient().next_day(), date(2024, 3, 2)),
    (e.sort_by(e.d).last_for_patient().late, True),
    (e.where(e.late).sort_by(e.d).first_for_patient().exists_for_patient(), True),
    (e.where(e.late).late.count_distinct_for_patient(), 1),
    # Frames of frames
    (e.union(e.where(e.late)).count_for_patient(), 4),
    (e.where(e.late).union(p).yes.count_distinct_for_patient(), 1),
    (e.union(e.where(e.late)).late.count_distinct_for_patient(), 2),
    (p.union(e).i.sum_for_patient(), 12),
    (e.d.count_episodes_for_patient(days(59)), 2),
    (e.d.episodes_for_patient(weeks(9)).event_count.sum_for_patient(), 2),
    (e.where(HELD.is_found()).count_for_patient(), 2),
    (HELD.next_day().maximum_for_patient(), date(2024, 3, 2)),
    (e.as_of(p.d, start=e.d).i, 1),
    (e.as_of("2024-02-01", start=e.d, end=e.d).exists_for_patient(), False),
    (w.weight, 7.5),
]


@pytest.mark.parametrize(("series", "expected"), EVENT)
def test_a_word_on_rows(series, expected):
    found = answer(series)
    assert found == expected
    assert type(found) is type(expected)


def test_dates_that_are_known_now_are_dates_of_python():
    assert "2024-01-31" + months(1) == date(2024, 3, 1)
    assert date(2024, 2, 29) - years(1) == date(2023, 3, 1)
    assert weeks(2) + "2024-01-01" == date(2024, 1, 15)


def test_long_chains_of_and_stay_shallow():
    chain = p.i > 0
    for limit in range(1, 5_000):
        chain = chain & (p.i > limit)
    assert chain.node_.depth < 100


def test_no_chain_of_frames_or_sums_is_too_long():
    frame, total = e, p.i
    for n in range(3_000):
        frame = frame.where(e.i > n)
        total = total + n
    dataset = create_dataset()
    dataset.define_population(frame.exists_for_patient() & (total > 0))
    assert len(query_of(dataset).nodes()) > 9_000


def test_equal_questions_asked_twice_are_one_node():
    assert (p.i + 1).node_ == (p.i + 1).node_
    assert (p.i + 1).node_ != (p.i + 2).node_


def test_a_map_to_constants_is_one_operation_however_long():
    series = p.i.map_values({n: n % 3 for n in range(1_000)})
    assert isinstance(series.node_, nodes.MapValues)
    assert list(series.node_.parts()) == [p.i.node_, nodes.Null(series.node_.type)]


def test_a_map_to_series_asks_one_condition_for_each_different_result():
    series = p.i.map_values({n: [p.i, p.j, 3][n % 3] for n in range(1_000)})
    assert isinstance(series.node_, nodes.Case)
    assert len(series.node_.whens) == 3


def test_columns_can_be_read_back_before_the_population_is_defined():
    dataset = create_dataset()
    dataset.first = p.i
    dataset.add_column("second", dataset.first + 1)
    assert "second" in dir(dataset)
    assert not hasattr(dataset, "third")
    dataset.define_population(dataset.second > 0)
    assert list(query_of(dataset).variables) == ["first", "second"]
    assert repr(dataset) == "<dataset of 2 columns>"


def test_the_size_of_dummy_data_is_kept_with_the_question():
    dataset = create_dataset()
    dataset.define_population(p.yes)
    assert query_of(dataset).dummy_data is None
    dataset.configure_dummy_data(population_size=500, timeout=60)
    assert query_of(dataset).dummy_data.population_size == 500


def test_what_the_model_refuses_is_told_even_where_no_word_foresaw_it():
    with pytest.raises(DefinitionError, match="not needs bool, got int") as caught:
        build(nodes.Not, p.i.node_)
    assert "test_language_words.py line" in caught.value.where


def test_a_tables_class_still_shows_its_columns():
    assert type(p).i.column() == Column("i", INT)


def test_nothing_that_prints_shows_more_than_its_kind():
    assert repr(e.i) == "<a series of whole numbers (one a row)>"
    assert repr(p.c) == "<a series of SNOMED CT codes (one a patient)>"
    assert repr(e) == "<rows of e>"
    assert repr(e.sort_by(e.d).first_for_patient()) == "<a row of e>"
    assert repr(HELD) == "<for each row of e, a row of e>"
    assert repr(e.union(p)) == "<rows of e and p>"
    assert repr(e.d.episodes_for_patient(days(3))) == "<rows of episodes of e>"
    assert repr(days(3)) == "<a duration in days>"
    assert repr(p.d - p.d) == "<the time between two dates>"


def test_datasets_can_be_copied():
    dataset = create_dataset()
    dataset.x = p.i
    assert copy.copy(dataset).x.node_ == p.i.node_


def test_durations_and_times_between_dates_can_be_kept_in_dictionaries():
    between = p.d - "2024-01-01"
    assert {between: 1}[between] == 1
