"""A comparison of elapsed time means the same when it is said of dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort_dsl.model import nobody, rules
from cohort_dsl.model.nodes import (
    DateDifference,
    DateUnit,
    Less,
    LessOrEqual,
    SelectColumn,
    Series,
    Table,
    Value,
)
from cohort_dsl.model.replacing import replaced
from cohort_dsl.model.types import DATE, INT
from cohort_dsl.plan.elapsed import as_dates
from tests.properties.queries import PEOPLE

day = SelectColumn(Table(PEOPLE), "day")
ODD = [date.min, date.max, date(2024, 2, 29), date(2024, 1, 31), date(2023, 3, 1)]
DAYS = st.sampled_from(ODD) | st.dates(date(1900, 1, 1), date(2030, 1, 1)) | st.dates()
UNITS = st.integers(-30, 130) | st.sampled_from([-(2**63), 2**63 - 1, -9999, 9999])


def known(series: Series, found: date) -> object:
    """The series where the column has this value."""
    put = replaced([series], lambda node, _: Value(found, DATE) if node == day else None)
    result = put[series]
    assert isinstance(result, Series)
    return nobody.answer(result)


@pytest.mark.parametrize("unit", DateUnit)
@given(constant=DAYS, found=DAYS, units=UNITS, turned=st.tuples(*3 * [st.booleans()]))
def test_a_date_tells_whether_enough_time_has_elapsed(
    unit: DateUnit, constant: date, found: date, units: int, turned: tuple[bool, ...]
) -> None:
    sides = [day, Value(constant, DATE)]
    difference = DateDifference(*(sides[::-1] if turned[0] else sides), unit)
    both = [difference, Value(units, INT)]
    asked = (Less if turned[1] else LessOrEqual)(*(both[::-1] if turned[2] else both))
    said = as_dates(asked)
    assert said is not None
    assert known(said, found) is known(asked, found)
    assert nobody.answer(said) is None


def test_elapsed_time_between_two_columns_stays_as_it_is() -> None:
    between = DateDifference(day, day, DateUnit.DAYS)
    assert as_dates(LessOrEqual(between, Value(3, INT))) is None
    assert as_dates(Less(between, between)) is None
    assert rules.difference(between, date(2024, 1, 1), date(2024, 1, 3)) == 2
