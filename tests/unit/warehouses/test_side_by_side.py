"""What steps have answered, laid side by side."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from cohort_dsl.errors import WarehouseError
from cohort_dsl.warehouses import side_by_side as laying
from cohort_dsl.warehouses.side_by_side import side_by_side

PEOPLE = pa.table({"patient_id": ["a", "b", "c", "d"]})


def numbered(numbers: list[int], **columns: pa.Array) -> pa.Table:
    return pa.table({"patient_id": pa.array(numbers, pa.int64()), **columns})


@pytest.mark.parametrize(
    "values",
    [
        pa.array([5, None, 7], pa.int64()),
        pa.array([0.5, 1.5, None]),
        pa.array([True, None, False]),
        pa.array([date(2024, 1, 1), None, date(1, 1, 1)]),
        pa.array(["x", None, ""]),
        pa.array([None, None, None], pa.int64()),
        pa.array([1, 2, 3], pa.int64()),
    ],
    ids=str,
)
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_each_value_comes_to_its_patient_and_others_have_none(
    values: pa.Array, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying, "PIECE", piece)
    found = side_by_side(PEOPLE, [numbered([3, 0, 2], a1=values)]).read_all()
    first, second, third = values.to_pylist()
    assert found.to_pydict() == {
        "patient_id": ["a", "b", "c", "d"],
        "a1": [second, None, third, first],
    }


def test_columns_that_are_pieces_of_longer_ones_are_read_from_where_they_begin() -> None:
    part = numbered([9, 1, 0], a1=pa.array([1, 2, 3]), a2=pa.array([True, False, True]))
    found = side_by_side(PEOPLE, [part.slice(1)]).read_all()
    assert found["a1"].to_pylist() == [3, 2, None, None]
    assert found["a2"].to_pylist() == [True, False, None, None]


def test_a_step_may_have_met_nobody_and_there_may_be_nobody() -> None:
    part = numbered([], a1=pa.array([], pa.string()), a2=pa.array([], pa.bool_()))
    assert side_by_side(PEOPLE, [part]).read_all()["a1"].null_count == 4
    assert side_by_side(PEOPLE.slice(4), [part]).read_all().num_rows == 0


def test_a_patient_who_is_met_twice_is_refused() -> None:
    with pytest.raises(WarehouseError, match="several rows"):
        side_by_side(PEOPLE, [numbered([1, 1], a1=pa.array([1, 2]))])
