"""However many intervals measures have, a table is read once for all of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cohort_dsl import INTERVAL, create_measures, months, plan
from cohort_dsl.plan.each import MOST
from cohort_dsl.plan.steps import Aggregate, Columns, Plan
from cohort_dsl.plan.tallies import (
    Counts,
    Fold,
    Spread,
    SpreadEach,
    Tally,
    TallyEach,
)
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
    (some,) = of(built, SpreadEach)
    (found,) = (step for step in of(built, Aggregate) if step.name in some.people)
    assert found.times is not None
    assert [len(step.numerators) for step in of(built, TallyEach)] == [0, 2]


def test_so_they_are_where_only_one_interval_is_asked_for() -> None:
    one, other = in_the_month("73211009"), in_the_month("44054006")
    built = a_plan(1, seen=one.exists_for_patient(), often=other.count_for_patient())
    everybody, some = of(built, Spread)
    assert everybody.people == ()
    assert some.people != ()
    assert [len(step.numerators) for step in of(built, Tally)] == [0, 2]


def test_numerators_of_several_steps_are_put_side_by_side() -> None:
    one, other = in_the_month("73211009"), in_the_month("44054006")
    both = one.exists_for_patient() & other.exists_for_patient()
    alone, together = of(a_plan(2, one=one.exists_for_patient(), both=both), SpreadEach)
    assert (alone.stacked, len(alone.people)) == (True, 1)
    assert (together.stacked, len(together.people)) == (False, 2)


@pytest.mark.parametrize("count", [1, 2])
def test_numerators_that_anybody_may_add_to_are_counted_among_all(count: int) -> None:
    unseen = ~in_the_month("73211009").exists_for_patient()
    built = a_plan(count, unseen=unseen, smokes=p.smoker)
    assert [step.people for step in of(built, Spread)] == [()] * (count == 1)
    assert len(of(built, Fold)) == (count == 2)
    (counts,) = of(built, Counts)
    assert [family.measures for family in counts.families] == [(0, 1)]


def test_of_sixty_intervals_as_many_steps_are_made_as_of_two() -> None:
    asked = {"seen": in_the_month("73211009").exists_for_patient(), "smokes": p.smoker}
    assert len(a_plan(60, **asked).steps) == len(a_plan(2, **asked).steps)


def test_whether_there_are_rows_is_told_by_bits_for_each_interval() -> None:
    built = a_plan(60, smokes=p.smoker)
    (visits,) = of(built, Aggregate)
    (part,) = visits.parts
    assert (len(part.bits), part.masks) == (1, 1)
    assert part.bits[0].masks[0] == 2**60 - 1  # who came before all months
    assert part.bits[0].masks[-1] == part.bits[0].null == 0


def test_of_more_than_62_intervals_several_columns_have_the_bits() -> None:
    (visits,) = of(a_plan(63, smokes=p.smoker), Aggregate)
    assert visits.parts[0].masks == 2


def test_so_many_intervals_that_bits_take_too_much_text_are_counted_one_by_one() -> None:
    built = a_plan(MOST + 1, smokes=p.smoker)
    assert len(of(built, Tally)) == MOST + 1


@pytest.mark.parametrize(("many", "told"), [(4, 4), (6, 4)])
def test_very_many_bits_are_as_many_as_fit_a_statement(many: int, told: int) -> None:
    """Of all answers those of the denominator come first; others go one by one."""
    asked = {
        f"m{n}": e.where(e.number > n).where(e.date.is_during(INTERVAL))
        for n in range(many)
    }
    built = a_plan(MOST, **{name: its.exists_for_patient() for name, its in asked.items()})
    (tally,) = of(built, TallyEach)
    assert len(tally.numerators) == told


def test_very_many_measures_are_tallied_in_several_tables() -> None:
    built = a_plan(2, **{f"m{n}": p.score > n for n in range(450)})
    assert [len(one.numerators) for one in of(built, TallyEach)] == [200, 200, 50]


def test_of_a_date_of_birth_only_its_class_is_kept() -> None:
    (fold,) = of(a_plan(3, smokes=p.smoker), Fold)
    ((leaf, cuts),) = fold.cuts.items()
    assert leaf.name == "born"
    assert cuts.points == tuple(date(2002, month, 1) for month in (1, 2, 3))


def test_sums_of_many_numbers_are_made_patient_by_patient() -> None:
    """A sum of numbers times patients might be too large on the way."""
    built = a_plan(2, number=p.score)
    assert (len(of(built, Fold)), len(of(built, Spread))) == (0, 1)


def test_what_isnt_asked_alike_is_counted_interval_by_interval() -> None:
    """Counts of rows that no list finds would be many in each interval."""
    often = e.where(e.date.is_during(INTERVAL)).count_for_patient()
    built = a_plan(3, often=often, smokes=p.smoker)
    assert [len(step.numerators) for step in of(built, Tally)] == [1, 1, 1]
    assert [len(step.numerators) for step in of(built, TallyEach)] == [1]
    (counts,) = of(built, Counts)
    told = [(family.measures, family.counts) for family in counts.families]
    assert told == [((1,), (0, 1)), ((0,), ())]


@pytest.mark.parametrize("count", [1, 2])
def test_an_age_is_compared_as_a_date_of_birth(count: int) -> None:
    """So that no age is worked out for each patient and interval."""
    built = a_plan(count, smokes=p.smoker)
    (tally,) = of(built, Tally if count == 1 else TallyEach)
    kinds = {type(node).__name__ for node in plan.needs.in_place([tally.is_there])}
    assert "DateDifference" not in kinds


def test_of_the_same_rows_each_list_of_intervals_has_answers_of_its_own() -> None:
    measures = create_measures()
    waited = (INTERVAL.end_date - e.where(e.code == "73211009").date).days
    for name, count in (("m2", 2), ("m3", 3)):
        measures.define_measure(
            name,
            numerator=waited.maximum_for_patient() > 30,
            denominator=p.smoker,
            intervals=months(count).starting_on("2024-01-01"),
        )
    built = plan.build_measures(measures_of(measures))
    found = [step.times for step in of(built, Aggregate)]
    assert sorted(map(str, found)) == ["step_interval_1", "step_interval_2"]


def test_a_numerator_that_the_denominator_asks_for_too_is_told_by_the_same_bits() -> None:
    seen = in_the_month("73211009").exists_for_patient()
    measures = create_measures()
    measures.define_measure(
        "both",
        numerator=seen,
        denominator=p.smoker & seen,
        intervals=months(60).starting_on("2020-01-01"),
    )
    built = plan.build_measures(measures_of(measures))
    assert (len(of(built, Tally)), len(of(built, TallyEach))) == (0, 1)
    assert len(of(built, Aggregate)) == 1


def test_the_manual_says_how_many_intervals_are_told_at_once() -> None:
    page = Path(__file__).parents[3] / "docs" / "language" / "measures.md"
    assert f"up to {MOST}" in page.read_text(encoding="utf-8")
