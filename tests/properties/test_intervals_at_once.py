"""Intervals that ask alike are counted at once, and just as the referee counts them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any, cast

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cohort_dsl import plan, testing
from cohort_dsl.model import nodes
from cohort_dsl.model.empty_text import without_empty_text
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import (
    DateUnit,
    Filter,
    Frame,
    IntervalEdge,
    Position,
    SelectColumn,
    Series,
    Table,
)
from cohort_dsl.model.query import Interval
from cohort_dsl.model.types import BOOL, DATE, INT, STR
from cohort_dsl.plan.tallies import TallyEach
from tests.properties.queries import EVENTS, PEOPLE, TABLES, VISITS
from tests.properties.test_engines_agree import (
    EXAMPLES,
    SHARE,
    held_by,
    holding_no_empty_text,
    kinds,
    typed,
)

START, END = (nodes.IntervalDate(edge) for edge in (IntervalEdge.START, IntervalEdge.END))
TIMES: list[Series] = [
    START,
    END,
    nodes.AddDuration(END, nodes.Value(-30, INT), DateUnit.DAYS),
    nodes.AddDuration(START, nodes.Value(-1, INT), DateUnit.YEARS),
    nodes.Value(date(2024, 1, 31), DATE),
    nodes.Value(date.min, DATE),
    nodes.Value(date.max, DATE),
]
PERSON = Table(PEOPLE)


def intervals(count: int, days: int) -> tuple[Interval, ...]:
    first = date(2023, 12, 31)
    starts = (first + timedelta(days=days * number) for number in range(count))
    return tuple(Interval(one, one + timedelta(days=days - 1)) for one in starts)


MANY = st.sampled_from([intervals(2, 30), intervals(3, 1), intervals(65, 1)])


@st.composite
def conditions(draw: Any, rows: Frame) -> Series:
    """On dates, or on numbers, of these rows or of the patient."""
    of_days = draw(st.integers(0, 4)) > 0
    cell: Series = SelectColumn(rows, "day" if of_days else "number")
    limits = TIMES if of_days else [nodes.Value(n, INT) for n in (0, 1, -(2**63))]
    limit = draw(st.sampled_from(limits))
    sides = (cell, limit) if draw(st.booleans()) else (limit, cell)
    kind = draw(st.sampled_from([nodes.Less, nodes.LessOrEqual, nodes.Equal]))
    return draw(st.sampled_from([_plain, _unless, _negated, _or_null]))(kind(*sides), cell)


def _plain(condition: Series, cell: Series) -> Series:
    return condition


def _unless(condition: Series, cell: Series) -> Series:
    """As ``except_where`` has it."""
    whens = ((condition, nodes.Value(False, BOOL)),)
    return nodes.Case(whens, nodes.Value(True, BOOL))


def _negated(condition: Series, cell: Series) -> Series:
    return nodes.Not(nodes.And((condition, nodes.Not(nodes.IsNull(condition)))))


def _or_null(condition: Series, cell: Series) -> Series:
    return nodes.Or((condition, nodes.IsNull(cell)))


@st.composite
def some_rows(draw: Any) -> Frame:
    """Rows of a list or of none, for which one or two conditions hold."""
    table = Table(draw(st.sampled_from([EVENTS, VISITS])))
    found: Frame = table
    if draw(st.booleans()):
        values = frozenset(draw(st.sampled_from([["123456"], ["1234567", "999999"]])))
        found = Filter(found, nodes.IsIn(SelectColumn(table, "code"), values))
    for _ in range(draw(st.integers(1, 2))):
        found = Filter(found, draw(conditions(table)))
    return found


@st.composite
def answers(draw: Any) -> Series:
    """Yes or no, or a number."""
    found = draw(some_rows())
    last = nodes.Pick(nodes.Sort(found, SelectColumn(found, "day")), Position.LAST, 1)
    every: list[Series] = [
        nodes.Exists(found),
        nodes.Exists(found),
        nodes.Count(found),
        nodes.Maximum(SelectColumn(found, "number")),
        nodes.Maximum(nodes.DateDifference(SelectColumn(found, "day"), END, DateUnit.DAYS)),
        nodes.Less(nodes.Value(1, INT), SelectColumn(last, "number")),
        nodes.Equal(SelectColumn(last, "day"), END),
        nodes.Not(nodes.Exists(found)),
        SelectColumn(PERSON, "number"),
        SelectColumn(PERSON, "yes"),
        draw(conditions(PERSON)),
    ]
    return draw(st.sampled_from(every))


@st.composite
def groups(draw: Any) -> Series:
    band = nodes.Case(
        ((draw(conditions(PERSON)), nodes.Value("a", STR)),), nodes.Value("b", STR)
    )
    own = [SelectColumn(PERSON, name) for name in ("text", "yes", "exact", "day")]
    return draw(st.sampled_from([band, *own, START, nodes.Exists(draw(some_rows()))]))


@st.composite
def measures(draw: Any) -> Measures:
    """Of the same denominator and groups, so that they are a family, or two.

    The last may have intervals of its own.
    """
    when = draw(MANY)
    own = draw(st.sampled_from([when, when, intervals(2, 7)]))
    yes = [nodes.Exists(PERSON), nodes.Exists(draw(some_rows())), draw(conditions(PERSON))]
    denominator = draw(st.sampled_from([*yes, nodes.And((yes[0], draw(answers_of_yes())))]))
    by = {f"g{n}": draw(groups()) for n in range(draw(st.integers(0, 2)))}
    return Measures(
        tuple(
            Measure(name, draw(answers_counted()), denominator, by if both else {}, days)
            for name, both, days in zip("abc", draw(BY), (when, when, own), strict=True)
        )
    )


BY = st.sampled_from([(True, True, True), (True, False, True)])


def answers_of_yes() -> st.SearchStrategy[Series]:
    return answers().filter(lambda one: one.type == BOOL)


@st.composite
def answers_counted(draw: Any) -> Series:
    """Sometimes of two answers, perhaps from different steps."""
    one = draw(answers().filter(lambda found: found.type in (BOOL, INT)))
    if one.type == BOOL and draw(st.booleans()):
        return nodes.And((one, draw(answers_of_yes())))
    return one


@pytest.mark.parametrize("part", range(2))
@settings(
    max_examples=max(1, EXAMPLES // 100),  # each asks up to 65 intervals of each engine
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(measures=measures(), tables=TABLES)
def test_every_engine_counts_alike(
    part: int, postgresql: testing.Engine, measures: Measures, tables: dict[str, Any]
) -> None:
    assume(any(isinstance(s, TallyEach) for s in plan.build_measures(measures).steps))
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    wanted = typed(testing.measured(measures, tables, "reference"))
    with duckdb.connect(":memory:") as memory:
        for kind in kinds(part):
            engine = partial(held_by, memory, kind)
            assert typed(testing.measured(measures, tables, engine)) == wanted
    assert typed(testing.measured(measures, tables, postgresql)) == wanted


@settings(
    max_examples=max(1, EXAMPLES // 20 // SHARE),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(measures=measures(), tables=TABLES)
def test_oracle_counts_alike(
    oracle: testing.Engine, measures: Measures, tables: dict[str, Any]
) -> None:
    assume(any(isinstance(s, TallyEach) for s in plan.build_measures(measures).steps))
    tables = {schema.name: tables[schema.name] for schema in measures.tables()}
    plain = cast(Measures, without_empty_text(measures))
    rows = holding_no_empty_text(tables)
    wanted = typed(testing.measured(plain, rows, "reference"))
    assert typed(testing.measured(measures, tables, oracle)) == wanted
