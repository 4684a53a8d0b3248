"""How often a plan reads each table."""

from __future__ import annotations

from typing import Any

import pytest

from cohort_dsl import create_dataset, plan
from cohort_dsl.load import question_of
from cohort_dsl.model.query import Query
from cohort_dsl.plan.brought import CodeList, ListMap, ValueMap
from cohort_dsl.plan.needs import LONGEST_CASE
from cohort_dsl.plan.steps import Aggregate, Choose, Keep, Plan, Population
from tests.spec.tables import e, p, v


def a_query(population: Any, **variables: Any) -> Query:
    dataset = create_dataset()
    dataset.define_population(population)
    for name, series in variables.items():
        dataset.add_column(name, series)
    return question_of(dataset)


def a_plan(population: Any, everyone: tuple[str, ...] = (), **variables: Any) -> Plan:
    return plan.build(a_query(population, **variables), everyone)


KNOWN = p.born.is_not_null()


def test_all_that_is_asked_of_the_same_rows_is_one_scan() -> None:
    late = e.where(e.number > 3)
    built = a_plan(
        KNOWN,
        count=late.count_for_patient(),
        any=late.exists_for_patient(),
        total=late.number.sum_for_patient(),
        mean=(late.number * late.second).mean_for_patient(),
    )
    assert built.scans()["events"] == 1


def test_what_is_counted_of_several_sets_of_rows_is_one_scan() -> None:
    counts = {f"n{n}": e.where(e.number > n).count_for_patient() for n in range(4)}
    assert a_plan(KNOWN, **counts).scans()["events"] == 1


def test_rows_picked_from_several_sets_are_one_scan() -> None:
    firsts = [e.where(e.number > n).sort_by(e.date).first_for_patient() for n in range(4)]
    dates = {f"d{n}": first.date for n, first in enumerate(firsts)}
    assert a_plan(KNOWN, **dates).scans()["events"] == 1


def test_rows_looked_for_by_lists_are_one_scan_and_one_upload() -> None:
    lists = [[str(10_000_000 + n), str(20_000_000 + n)] for n in range(40)]
    found = [e.where(e.code.is_in(one)) for one in lists]
    counts = {f"n{n}": one.count_for_patient() for n, one in enumerate(found)}
    lasts = {
        f"l{n}": one.where(e.number > n).sort_by(e.date).last_for_patient().text
        for n, one in enumerate(found)
    }
    built = a_plan(KNOWN, **counts, **lasts)
    (kept,) = (step for step in built.steps if isinstance(step, Keep))
    (uploaded,) = (step for step in built.steps if isinstance(step, ListMap))
    assert built.scans()["events"] == 1
    assert kept.hits is not None
    assert kept.hits.numbers == tuple(range(1, 41))
    assert len(uploaded.lists) == 40
    assert not any(isinstance(step, CodeList) for step in built.steps)


def test_a_pass_keeps_only_the_columns_that_are_needed() -> None:
    one = e.where(e.code == "73211009").date.maximum_for_patient()
    other = e.where((e.code == "22298006") & e.ok).number.sum_for_patient()
    (kept,) = (s for s in a_plan(KNOWN, a=one, b=other).steps if isinstance(s, Keep))
    assert kept.columns == ("date", "number", "ok")


def test_few_sets_of_rows_found_by_lists_are_aggregated_together() -> None:
    lists = [[str(10_000_000 + n)] for n in range(10)]
    counts = {
        f"n{n}": e.where(e.code.is_in(one)).count_for_patient()
        for n, one in enumerate(lists)
    }
    built = plan.build(a_query(KNOWN, **counts), together=4)
    parts = [len(step.parts) for step in built.steps if isinstance(step, Aggregate)]
    assert parts == [4, 4, 2]


def test_one_set_of_rows_found_by_a_list_needs_no_pass() -> None:
    some = e.where(e.code == "73211009")
    built = a_plan(KNOWN, n=some.count_for_patient(), last=some.date.maximum_for_patient())
    assert not any(isinstance(step, Keep) for step in built.steps)


def test_a_pick_is_one_scan_however_many_columns_are_asked() -> None:
    first = e.sort_by(e.date).first_for_patient()
    built = a_plan(
        KNOWN, date=first.date, number=first.number, any=first.exists_for_patient()
    )
    assert built.scans()["events"] == 1


def test_a_table_of_patients_is_read_once_by_population_and_variables() -> None:
    built = a_plan(KNOWN & (p.score > 3), score=p.score, name=p.name)
    assert built.scans() == {"patients": 1}


def test_the_populations_scan_serves_variables_over_the_same_rows() -> None:
    some = e.where(e.number > 3)
    built = a_plan(
        some.exists_for_patient(),
        count=some.count_for_patient(),
        last=some.date.maximum_for_patient(),
    )
    assert built.scans()["events"] == 2  # the other finds the patients of the table


def test_whoever_is_in_a_table_of_everyone_need_not_be_looked_for_elsewhere() -> None:
    population = p.born.is_not_null() & e.where(e.ok).exists_for_patient()
    assert a_plan(population).scans() == {"patients": 1, "events": 2}
    assert a_plan(population, ("patients",)).scans() == {"patients": 1, "events": 1}


def test_what_only_variables_need_looks_at_the_population_only() -> None:
    built = a_plan(
        e.where(e.ok).exists_for_patient(), late=v.where(v.number > 1).count_for_patient()
    )
    before = {
        s.rows.schema.name: s.within_population
        for s in built.steps
        if isinstance(s, Aggregate)
    }
    assert before == {"events": False, "visits": True}


def test_a_variable_that_needs_more_than_the_population_knows_comes_after_it() -> None:
    start = v.sort_by(v.date).first_for_patient().number
    built = a_plan(
        e.exists_for_patient(), after=e.where(e.number > start).count_for_patient()
    )
    names = [step.name for step in built.steps]
    assert names.index(built.population.name) < names.index("step_3_pick")
    assert built.givens[built.query.variables["after"]].step == "step_4_rows"


def test_the_first_and_the_last_date_need_no_row_to_be_picked() -> None:
    rows = e.sort_by(e.date)
    first, last = rows.first_for_patient(), rows.last_for_patient()
    built = a_plan(KNOWN, first=first.date, last=last.date, any=last.exists_for_patient())
    assert not any(isinstance(step, Choose) for step in built.steps)
    assert built.scans()["events"] == 1


def test_a_row_of_which_more_is_asked_is_picked_once() -> None:
    last = e.sort_by(e.date).last_for_patient()
    built = a_plan(KNOWN, last=last.date, number=last.number)
    assert sum(isinstance(step, Choose) for step in built.steps) == 1
    assert not any(isinstance(step, Aggregate) for step in built.steps)


def test_an_aggregate_of_rows_that_needs_another_one_is_no_second_scan() -> None:
    above = e.value - e.value.mean_for_patient()
    assert a_plan(KNOWN, spread=above.maximum_for_patient()).scans()["events"] == 1


def test_long_lists_are_steps_once_each() -> None:
    long = [str(10_000_000 + n) for n in range(1001)]
    some = e.where(e.code.is_in(long))
    built = a_plan(
        p.code.is_in(long),
        n=some.count_for_patient(),
        m=e.where(e.code.is_in(long[1:])).count_for_patient(),
    )
    assert sum(isinstance(step, CodeList) for step in built.steps) == 1


def test_long_maps_are_steps_once_each_and_short_ones_are_none() -> None:
    long = {str(10_000_000 + n): n for n in range(LONGEST_CASE + 1)}
    short = dict(list(long.items())[1:])
    built = a_plan(
        KNOWN,
        a=p.code.map_values(long),
        b=e.code.map_values(long, default=-1).sum_for_patient(),
        c=p.code.map_values(short),
        d=p.code.map_values({code: str(n) for code, n in long.items()}),
    )
    maps = [step for step in built.steps if isinstance(step, ValueMap)]
    assert [len(step.maps) for step in maps] == [2, 1]


def test_the_population_is_a_step_of_every_plan() -> None:
    built = a_plan(KNOWN)
    assert isinstance(built.population, Population)
    assert built.population.steps == ("step_1_columns",)


@pytest.mark.parametrize("count", [1, 50])
def test_looking_among_rows_is_a_scan_for_each_series_looked_among(count: int) -> None:
    found = {f"f{n}": (p.score + n).is_in(e.number) for n in range(count)}
    assert a_plan(KNOWN, **found).scans()["events"] == 1


def test_equal_questions_give_equal_plans() -> None:
    some = {"n": e.where(e.number > 3).count_for_patient(), "s": p.score}
    assert a_plan(KNOWN, **some).steps == a_plan(KNOWN, **some).steps
