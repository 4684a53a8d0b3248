"""However many intervals measures have, a table is read once for all of them."""

from __future__ import annotations

from typing import Any

from cohort_dsl import INTERVAL, create_measures, months, plan
from cohort_dsl.plan.steps import Columns, Counts, Plan, Spread, Tally
from cohort_dsl.testing import measures_of
from tests.spec.tables import e, p, v

AGE = (INTERVAL.start_date - p.born).years


def a_plan(count: int, **numerators: Any) -> Plan:
    """Of as many months, each numerator among adults, by whether they smoke."""
    measures = create_measures()
    for name, numerator in numerators.items():
        measures.define_measure(
            name,
            numerator=numerator,
            denominator=(AGE >= 18)
            & v.where(v.date <= INTERVAL.start_date).exists_for_patient(),
            group_by={"smoker": p.smoker},
            intervals=months(count).starting_on("2020-01-01"),
        )
    return plan.build_measures(measures_of(measures), ("patients",))


def in_the_month(code: str) -> Any:
    return e.where((e.code == code) & e.date.is_during(INTERVAL))


def of(built: Plan, kind: type[Any]) -> list[Any]:
    return [step for step in built.steps if isinstance(step, kind)]


def test_sixty_intervals_read_each_table_as_often_as_one() -> None:
    asked = {
        f"m{n}": in_the_month(str(10_000_000 + n)).exists_for_patient() for n in range(5)
    }
    one, sixty = a_plan(1, **asked), a_plan(60, **asked)
    assert sixty.scans() == one.scans()
    assert sixty.scans()["events"] == 1


def test_what_doesnt_differ_between_intervals_is_found_out_once() -> None:
    built = a_plan(60, seen=in_the_month("73211009").exists_for_patient())
    assert len(of(built, Columns)) == 1


def test_numerators_found_by_lists_are_counted_among_few() -> None:
    rows = in_the_month("73211009")
    built = a_plan(2, seen=rows.exists_for_patient(), often=rows.count_for_patient())
    everybody, some = of(built, Spread)
    assert everybody.people == ()
    assert some.people != ()
    assert [len(step.numerators) for step in of(built, Tally)] == [0, 0, 2, 2]


def test_numerators_that_anybody_may_add_to_are_counted_among_all() -> None:
    unseen = ~in_the_month("73211009").exists_for_patient()
    built = a_plan(2, unseen=unseen, smokes=p.smoker)
    assert [step.people for step in of(built, Spread)] == [()]
    (counts,) = of(built, Counts)
    assert [family.measures for family in counts.families] == [(0, 1)]


def test_an_age_is_compared_as_a_date_of_birth() -> None:
    """So that no age is worked out for each patient and interval."""
    (tally,) = of(a_plan(1, smokes=p.smoker), Tally)
    kinds = {type(node).__name__ for node in plan.needs.in_place([tally.is_there])}
    assert "DateDifference" not in kinds
