"""What many intervals ask is said once, where they differ in constants alone."""

from __future__ import annotations

from datetime import date

import pytest

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Filter, SelectColumn, Series, Table
from cohort_dsl.model.query import Interval
from cohort_dsl.model.types import BOOL, DATE, INT, Column, TableSchema
from cohort_dsl.plan import cuts, needs
from cohort_dsl.plan.alike import Alike, UnlikeError
from cohort_dsl.plan.cuts import Cuts

COLUMNS = tuple(
    Column(name, kind) for name, kind in (("day", DATE), ("n", INT), ("ok", BOOL))
)
ROWS = Table(TableSchema("rows", COLUMNS, False))
DAY, N, OK = (SelectColumn(ROWS, name) for name in ("day", "n", "ok"))
DAYS = tuple(Interval(date(2024, 1, n), date(2024, 1, n)) for n in (1, 2, 3))


def day(number: int) -> Series:
    return nodes.Value(date(2024, 1, number), DATE)


def alike() -> Alike:
    return Alike(1, DAYS)


def test_a_constant_that_differs_becomes_a_parameter() -> None:
    found = alike()
    asked = [nodes.Exists(Filter(ROWS, nodes.Less(DAY, day(n)))) for n in (1, 2, 3)]
    [parameter] = needs.parameters(needs.inputs(found.template(asked)))
    assert found.values() == {parameter: tuple(date(2024, 1, n) for n in (1, 2, 3))}
    assert isinstance(parameter, SelectColumn)
    assert parameter.name == "start_date"


def test_what_is_worked_out_from_constants_alone_is_one() -> None:
    found = alike()
    ends = [
        nodes.AddDuration(day(n), nodes.Value(-n, INT), nodes.DateUnit.DAYS)
        for n in (1, 2, 3)
    ]
    assert needs.is_parameter(found.template(ends))
    assert set(found.values().values()) == {(date(2023, 12, 31),) * 3}


def test_what_is_the_same_in_all_stays() -> None:
    assert alike().template([N, N, N]) == N


@pytest.mark.parametrize(
    "asked",
    [
        [N, OK, N],
        [nodes.Less(DAY, day(1)), nodes.LessOrEqual(DAY, day(2)), nodes.Less(DAY, day(3))],
        [nodes.And((OK, OK)), nodes.And((OK, OK, OK)), nodes.And((OK, OK))],
        [nodes.Value(1, INT), nodes.Null(INT), nodes.Value(2, INT)],
    ],
)
def test_what_differs_otherwise_is_unlike(asked: list[Series]) -> None:
    with pytest.raises(UnlikeError):
        alike().template(asked)


# Bits ------------------------------------------------------------------------------


def bits(condition: Series) -> cuts.Bits | None:
    return cuts.bits(condition, {START: tuple(one.start for one in DAYS)}, len(DAYS))


START = alike().template([day(1), day(2), day(3)])
AFTER = [date(2024, 1, n) for n in (1, 2, 3)]


def test_bits_say_in_which_intervals_a_condition_is_true_of_a_value() -> None:
    found = bits(nodes.LessOrEqual(DAY, START))
    assert found is not None
    assert (list(found.cuts.points), found.masks, found.null) == (AFTER, (7, 6, 4, 0), 0)


def test_what_isnt_true_is_told_from_what_is_false() -> None:
    whens = ((nodes.Less(DAY, START), nodes.Value(False, BOOL)),)
    found = bits(nodes.Case(whens, nodes.Value(True, BOOL)))
    assert found is not None
    assert (found.masks, found.null) == ((0, 1, 3, 7), 7)


@pytest.mark.parametrize(
    "condition",
    [
        nodes.And((OK, nodes.Less(DAY, START))),
        nodes.And((nodes.Less(N, nodes.Value(1, INT)), nodes.Less(DAY, START))),
        nodes.Less(nodes.AddDuration(DAY, N, nodes.DateUnit.DAYS), START),
        nodes.Equal(DAY, DAY),
        nodes.IsNull(DAY),
    ],
)
def test_other_conditions_arent_said_as_bits(condition: Series) -> None:
    assert bits(condition) is None


def test_beyond_the_last_day_there_is_nothing() -> None:
    assert Cuts((date.max,)).values() == (date.max,)
    assert Cuts((1, 2**63 - 1)).values() == (1, 2**63 - 1)
    assert Cuts((1, 5)).values() == (1, 5, 6)


def test_a_date_that_isnt_compared_with_constants_only_has_no_classes() -> None:
    assert cuts.between([nodes.Less(DAY, DAY)], DAY, {}) is None
    assert cuts.between([nodes.Less(DAY, day(3)), nodes.IsNull(DAY)], DAY, {}) is None
    assert cuts.between([nodes.Less(DAY, day(3))], DAY, {}) == Cuts((date(2024, 1, 2),))
