"""What Oracle would refuse is NULL; and its dates lose their times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from cohort_dsl.model.types import Kind
from cohort_dsl.sql.oracle import ORACLE_19, TYPES
from cohort_dsl.sql.statements import render
from cohort_dsl.warehouses.oracle import OracleWarehouse

SAID = ORACLE_19


@pytest.fixture(scope="module")
def warehouse(oracle: Any) -> Iterator[OracleWarehouse]:
    with oracle({}, {}) as made:
        yield made


def told(warehouse: OracleWarehouse, expression: Any) -> Any:
    """What it is, on H2."""
    [[found]] = warehouse.run(render(sa.select(expression), SAID))
    return found.date() if isinstance(found, datetime) else found


def text(value: str) -> Any:
    return sa.cast(sa.bindparam(None, value, TYPES[Kind.STR]), TYPES[Kind.STR])


def of(kind: Kind, value: Any) -> Any:
    return sa.cast(sa.bindparam(None, value, TYPES[kind]), TYPES[kind])


@pytest.mark.parametrize(
    ("word", "kind", "expected"),
    [
        ("12", Kind.INT, 12),
        (" -2.9 ", Kind.INT, -2),
        ("9223372036854775807", Kind.INT, 2**63 - 1),
        ("9223372036854775808", Kind.INT, None),
        ("1e3", Kind.INT, 1000),
        ("1e999", Kind.INT, None),
        ("twelve", Kind.INT, None),
        ("2.5", Kind.FLOAT, 2.5),
        ("1e-3", Kind.FLOAT, 0.001),
        ("1e999", Kind.FLOAT, None),
        ("1,5", Kind.FLOAT, None),
        ("2024-02-29", Kind.DATE, date(2024, 2, 29)),
        ("2024/2/9 08:30", Kind.DATE, date(2024, 2, 9)),
        ("2023-02-29", Kind.DATE, None),
        ("9999-12-31", Kind.DATE, date.max),
        ("0001-01-01", Kind.DATE, date.min),
        ("0000-01-01", Kind.DATE, None),
        ("2024-13-01", Kind.DATE, None),
        ("29 February", Kind.DATE, None),
        ("Yes", Kind.BOOL, 1),
        ("f", Kind.BOOL, 0),
        ("perhaps", Kind.BOOL, None),
    ],
)
def test_a_text_is_read_or_it_is_null(
    warehouse: OracleWarehouse, word: str, kind: Kind, expected: Any
) -> None:
    assert told(warehouse, SAID.parsed(text(word), kind)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.0**63 - 1024, 2**63 - 1024),
        (2.0**63, None),
        (-(2.0**63), -(2**63)),
        (-2.9, -2),
        (2.0**53 + 2, 2**53 + 2),
        (5e-324, 0),
    ],
)
def test_a_decimal_is_cut_to_a_whole_number_in_exact_halves(
    warehouse: OracleWarehouse, value: float, expected: int | None
) -> None:
    assert told(warehouse, SAID.truncate(of(Kind.FLOAT, value))) == expected


def test_what_is_infinite_is_null(warehouse: OracleWarehouse) -> None:
    large = of(Kind.FLOAT, 1.7e308)
    assert told(warehouse, SAID.plus(large, large)) is None
    assert told(warehouse, SAID.finite(large)) == 1.7e308
    assert told(warehouse, SAID.power(of(Kind.FLOAT, -8.0), of(Kind.FLOAT, 0.5))) is None
    assert math.isclose(
        told(warehouse, SAID.power(large, of(Kind.FLOAT, 0.5))), 1.7e308**0.5
    )


def test_a_date_loses_its_time_and_one_before_our_era_is_none(
    warehouse: OracleWarehouse,
) -> None:
    noon: Any = sa.literal_column("TIMESTAMP '2024-03-05 12:30:00'")
    before: Any = sa.literal_column("DATE '-0044-03-15'")
    assert told(warehouse, SAID.in_calendar(noon)) == date(2024, 3, 5)
    assert told(warehouse, SAID.in_calendar(before)) is None


def test_days_beyond_the_calendar_are_none(warehouse: OracleWarehouse) -> None:
    last, first = of(Kind.DATE, date.max), of(Kind.DATE, date.min)
    one, many = of(Kind.INT, 1), of(Kind.INT, 3_652_058)
    assert told(warehouse, SAID.add_days(last, one)) is None
    assert told(warehouse, SAID.add_days(first, many)) == date.max
    assert told(warehouse, SAID.add_months(last, one)) is None
    assert told(warehouse, SAID.days_between(first, last)) == 3_652_058
