"""A table's columns may be called anything: our own have names that no table's has."""

from typing import Any

import pytest

from cohort_dsl import create_dataset, testing
from cohort_dsl.tables import EventFrame, PatientFrame, Series, table
from tests.spec.conftest import ENGINES, engine_of


@table
class people(PatientFrame):
    owner = Series(int)
    member = Series(int)
    holder = Series(int)


@table
class rows(EventFrame):
    owner = Series(int)
    member = Series(int)
    holder = Series(int)
    key = Series(int)
    result = Series(int)
    value = Series(int)
    day = Series(int)
    place_of_row = Series(int)
    x1 = Series(int)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Any:
    return engine_of(request)


def test_columns_may_have_the_names_of_ours(engine: Any) -> None:
    dataset = create_dataset()
    dataset.define_population(people.exists_for_patient())
    dataset.among = people.owner.is_in(rows.member)
    dataset.none = (people.member + people.holder).is_in(rows.owner)
    dataset.kept = rows.where(rows.owner.is_in(rows.key)).holder.sum_for_patient()
    dataset.picked = rows.sort_by(rows.place_of_row).last_for_patient().place_of_row
    many = {number: number + 1 for number in range(100)}
    mapped = rows.key.map_values(many, default=rows.result) + rows.value.map_values(many)
    dataset.mapped = (mapped + rows.x1 + rows.day).sum_for_patient()
    numbers = dict.fromkeys(["key", "result", "value", "day", "x1", "place_of_row"], 1)
    found: list[dict[str, Any]] = testing.evaluate(
        dataset,
        {
            "people": [{"patient_id": 1, "owner": 1, "member": 2, "holder": 3}],
            "rows": [{"patient_id": 1, "owner": 1, "member": 1, "holder": 3} | numbers],
        },
        engine,
    )
    assert found == [
        {"patient_id": 1, "among": True, "none": False}
        | {"kept": 3, "picked": 1, "mapped": 6}
    ]
