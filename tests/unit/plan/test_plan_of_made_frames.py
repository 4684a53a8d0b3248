"""What is read for frames that are made of others, and when."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cohort_dsl import create_dataset, days, testing
from cohort_dsl.model import nodes
from cohort_dsl.plan import build
from cohort_dsl.plan.steps import Inline, Make, Population
from cohort_dsl.tables import PatientFrame, Series, table_from_rows
from tests.spec.tables import a, e, p, v


def planned(population: Any = None, **columns: Any) -> Any:
    dataset = create_dataset()
    dataset.define_population(p.score > 0 if population is None else population)
    for name, series in columns.items():
        dataset.add_column(name, series)
    return build(testing.query_of(dataset))


def made(plan: Any) -> list[nodes.Frame]:
    return [step.frame for step in plan.steps if isinstance(step, Make)]


def test_a_union_reads_each_of_its_tables_once_however_much_is_asked_of_it():
    both = e.union(v)
    plan = planned(
        n=both.count_for_patient(),
        least=both.number.minimum_for_patient(),
        last=both.sort_by(both.date).last_for_patient().number,
    )
    assert plan.scans() == Counter(patients=1, events=1, visits=1)
    assert made(plan) == [both.node_]


def test_a_look_up_reads_both_tables_once_for_all_its_columns():
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    plan = planned(
        north=e.where(home.area == "north").count_for_patient(),
        rooms=(home.rooms + e.number).sum_for_patient(),
        found=e.where(home.is_found()).number.mean_for_patient(),
    )
    assert plan.scans()["addresses"] == 1
    [step] = [step for step in plan.steps if isinstance(step, Make)]
    assert step.columns == ("area", "rooms")
    assert step.scans() == ("events", "addresses")


def test_frames_are_made_of_the_populations_rows_only():
    episodes = e.date.episodes_for_patient(days(30))
    plan = planned(n=episodes.count_for_patient())
    [step] = [step for step in plan.steps if isinstance(step, Make)]
    assert step.within_population
    assert all(source.within_population for source in step.sources)
    assert step.columns == ()


def test_what_the_population_needs_is_made_before_it():
    episodes = e.date.episodes_for_patient(days(30))
    plan = planned(episodes.exists_for_patient(), n=episodes.event_count.sum_for_patient())
    kinds = [type(step) for step in plan.steps]
    assert kinds.index(Make) < kinds.index(Population)
    assert kinds.count(Make) == 1
    assert not next(s for s in plan.steps if isinstance(s, Make)).within_population


def test_frames_are_made_of_frames_in_their_order():
    inner = e.union(v)
    episodes = inner.date.episodes_for_patient(days(3))
    outer = episodes.union(episodes)
    plan = planned(n=outer.count_for_patient())
    assert made(plan) == [inner.node_, episodes.node_, outer.node_]


def test_rows_that_come_with_the_question_are_uploaded_once():
    @table_from_rows([(1, 2)])
    class given(PatientFrame):
        n = Series(int)

    plan = planned(given.n > 1, n=given.n, there=given.exists_for_patient())
    [step] = [step for step in plan.steps if isinstance(step, Inline)]
    assert plan.population.steps == (step.name,)
    assert plan.scans() == Counter()


def test_unions_of_unions_of_unions_are_answered():
    frame = e
    for _ in range(150):
        frame = frame.union(v)
    dataset = create_dataset()
    dataset.define_population(frame.exists_for_patient())
    dataset.n = frame.number.sum_for_patient()
    rows = {
        "events": [{"patient_id": 1, "number": 1}],
        "visits": [{"patient_id": 1, "number": 2}, {"patient_id": 2, "number": 0}],
    }
    wanted = [{"patient_id": 1, "n": 301}, {"patient_id": 2, "n": 0}]
    assert testing.evaluate(dataset, rows) == wanted
    assert testing.evaluate(dataset, rows, "reference") == wanted


def test_many_look_ups_are_joined_a_few_at_a_time():
    looks = [a.where(a.rooms == n).as_of(e.date, start=a.start_date) for n in range(25)]
    found = [look.is_found().as_int() for look in looks]
    dataset = create_dataset()
    dataset.define_population(e.exists_for_patient())
    total = sum(found[1:], found[0])
    dataset.n = total.maximum_for_patient()
    rows = {
        "events": [{"patient_id": 1, "date": "2024-01-01"}],
        "addresses": [
            {"patient_id": 1, "start_date": "2023-01-01", "rooms": n} for n in range(9)
        ],
    }
    assert testing.evaluate(dataset, rows) == [{"patient_id": 1, "n": 9}]
