"""A plan's steps, told to whoever asked the question."""

from __future__ import annotations

from textwrap import dedent, fill
from typing import Any

from cohort_dsl import INTERVAL, create_dataset, create_measures, days, months, plan
from cohort_dsl.load import question_of
from cohort_dsl.model import nodes
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.plan import phrases, steps, told
from cohort_dsl.plan.told import Told
from cohort_dsl.tables import EventFrame, PatientFrame, Series, table_from_rows
from tests.spec.tables import a, e, p, v

KNOWN = p.born.is_not_null()
ONE, TWO, THREE = (f"{n}00000" for n in (1, 2, 3))


def a_question(population: Any = KNOWN, **variables: Any) -> Query | Measures:
    dataset = create_dataset()
    dataset.define_population(population)
    for name, series in variables.items():
        dataset.add_column(name, series)
    return question_of(dataset)


def in_words(question: Query | Measures, **how: Any) -> list[Told]:
    if isinstance(question, Measures):
        return list(told.told(plan.build_measures(question, **how), question))
    return list(told.told(plan.build(question, **how)))


def text(found: list[Told]) -> str:
    lines = []
    for step in found:
        lines.append(f"{step.number}. {step.sentence}")
        lines += [f"   - {detail}" for detail in step.details]
        lines += [f"   for {', '.join(step.serves)}"] if step.serves else []
    return "\n".join(fill(line, 80, subsequent_indent=" " * 5) for line in lines)


def is_told(question: Query | Measures, expected: str) -> bool:
    said = text(in_words(question))
    assert said == dedent(expected).strip()
    return True


def below(kind: type) -> set[type]:
    found, todo = set(), [kind]
    while todo:
        found |= set(one := todo.pop().__subclasses__())
        todo += one
    return found


def test_every_kind_of_step_has_words():
    parts = {steps._Reading, steps.Source}
    assert set(told.WORDS) == below(steps.Step) - parts


def test_every_aggregation_has_words():
    kinds = {kind for kind in below(nodes.Aggregation) if not kind.__name__.startswith("_")}
    assert set(phrases.AGGREGATED) == kinds


def test_lists_are_uploaded_once_and_a_table_is_read_once_for_them():
    diabetes = e.where(e.code.is_in([ONE, TWO]))
    high = diabetes.where(e.number > 3).sort_by(e.date)
    asked = a_question(
        KNOWN & (p.score > 3),
        n_diabetes=diabetes.count_for_patient(),
        any_asthma=e.where(e.code == THREE).exists_for_patient(),
        last_hba1c=high.last_for_patient().number,
        before=high.nth_for_patient(-2).date,
        sex=p.name,
    )
    assert is_told(
        asked,
        """
        1. Brings 2 lists with 3 codes in all, by which rows are found.
           - list 1: 2 codes (100000 and 200000)
           - list 2: 1 code (300000)
           for n_diabetes, any_asthma, last_hba1c, before
        2. Reads born, score and name of patients.
           for the population, sex
        3. Finds the population among the patients of step 2: patients.born is not null
             and 3 < patients.score.
           for the population
        4. Reads events once, and keeps its rows whose code is in any list of step 1,
             with codes, date, number, ok and 3 more.
           for n_diabetes, any_asthma, last_hba1c, before
        5. Goes through the rows kept in step 4 (in list 1, where 3 < events.number),
             sorts them by date, and picks the last of each patient: number.
           for last_hba1c
        6. Goes through the rows kept in step 4 (in list 1, where 3 < events.number),
             sorts them by date, and picks number 2 from the last of each patient: date.
           for before
        7. Goes through the rows kept in step 4 once, and finds for each patient:
           - how many there are (in list 1)
           for n_diabetes
        8. Goes through the rows kept in step 4 once, and finds for each patient:
           - whether there are any (in list 2)
           for any_asthma
        9. Gives the cohort: the population with 5 variables side by side.
        """,
    )


def test_frames_are_made_before_they_are_read():
    @table_from_rows([(1, "2024-01-01"), (2, None)])
    class given(EventFrame):
        day = Series(str)

    both = e.union(v)
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    dataset = create_dataset()
    dataset.define_population(KNOWN)
    dataset.both = both.where(both.number.is_in(v.number)).count_for_patient()
    dataset.illnesses = e.date.episodes_for_patient(days(30)).count_for_patient()
    dataset.north = e.where(home.area == "north").number.percentile_for_patient(90)
    dataset.days = given.day.count_distinct_for_patient()
    dataset.score = p.score.is_in(list(range(1200)))
    dataset.add_event_table("seen", date=e.where(e.number > 1).date, part=p.part)
    assert is_told(
        question_of(dataset),
        """
        1. Brings a list of 1,200 values, which conditions look through.
           for score
        2. Reads born, score and part of patients.
           for the population, score, event table seen
        3. Finds the population among the patients of step 2: patients.born is not null.
           for the population
        4. Puts the rows of events and of visits together.
           for both
        5. Makes episodes of events.date, with gaps of at most 30 days.
           for illnesses
        6. Finds the row of addresses that holds on each events.date, with area.
           for north
        7. Brings the 2 rows of given, which came with the definition.
           for days
        8. Goes through visits, and collects each patient's values of number.
           for both
        9. Goes through the rows made in step 4 once, and finds for each patient:
           - how many there are (where events and visits.number is among visits.number)
           for both
        10. Goes through the rows made in step 5 once, and finds for each patient:
           - how many there are
           for illnesses
        11. Goes through events once, and finds for each patient:
           - percentile 90 of number (where addresses as of a row's date.area == north)
           for north
        12. Goes through the rows brought in step 7 once, and finds for each patient:
           - how many different values of day there are
           for days
        13. Gives the cohort: the population with 5 variables side by side.
        14. Gives an event table: events (where 1 < events.number), with date and part.
           for event table seen
        """,
    )


def test_measures_are_told_by_their_intervals():
    seen = e.where(e.date.is_during(INTERVAL))
    measures = create_measures()
    measures.define_defaults(
        denominator=p.score > 3, intervals=months(2).starting_on("2024-01-01")
    )
    measures.define_measure("seen", seen.exists_for_patient())
    measures.define_measure("events", seen.count_for_patient(), group_by={"name": p.name})
    assert is_told(
        question_of(measures),
        """
        1. Brings 2 intervals, and for each of them 2 constants.
           for seen, events
        2. Finds out who there is among the patients of patients.
           for the population
        3. Reads score and name of patients.
           for seen, events
        4. Goes through events once, and finds for each patient:
           - in which intervals there are any (where INTERVAL.start_date <= events.date
             and events.date <= INTERVAL.end_date)
           - how many there are (where 2024-01-01 <= events.date and events.date <=
             2024-01-31)
           - how many there are (where 2024-02-01 <= events.date and events.date <=
             2024-02-29)
           for seen, events
        5. Puts 3 answers side by side, and counts how many patients have the same.
           for seen, events
        6. Counts seen in 2 intervals at once.
           for seen
        7. Counts the denominators of events in 2 intervals at once, in groups by name.
           for events
        8. Puts 4 answers side by side, for the counts that follow.
           for events
        9. Counts events from 2024-01-01 to 2024-01-31, in groups by name.
           for events
        10. Counts events from 2024-02-01 to 2024-02-29, in groups by name.
           for events
        11. Gives the numbers of 2 measures in all their intervals.
        """,
    )


def test_what_lists_find_is_told_for_each_interval():
    now = e.where(e.date.is_during(INTERVAL))
    one, two = (now.where(now.code == code) for code in (ONE, TWO))
    last = one.sort_by(one.date).last_for_patient()
    measures = create_measures()
    measures.define_defaults(
        denominator=KNOWN, intervals=months(2).starting_on("2024-01-01")
    )
    measures.define_measure("often", two.count_for_patient())
    measures.define_measure("high", last.number > 3)
    assert is_told(
        question_of(measures),
        """
        1. Brings 2 lists with 2 codes in all, by which rows are found.
           - list 1: 1 code (200000)
           - list 2: 1 code (100000)
           for often, high
        2. Brings 2 intervals, and for each of them 2 constants.
           for often, high
        3. Finds out who there is among the patients of patients.
           for the population
        4. Reads events once, and keeps its rows whose code is in any list of step 1,
             with codes, date, number, ok and 3 more.
           for often, high
        5. Reads born of patients.
           for often, high
        6. Goes through the rows kept in step 4 once, and finds for each interval and
             patient:
           - how many there are (in list 1, where INTERVAL.start_date <= events.date and
             events.date <= INTERVAL.end_date)
           for often, high
        7. Goes through the rows kept in step 4 (in list 2, where INTERVAL.start_date <=
             events.date and events.date <= INTERVAL.end_date), sorts them by date, and
             picks the last of each patient in each interval: number.
           for often, high
        8. Puts 1 answer side by side, and counts how many patients have the same.
           for often, high
        9. Counts the denominators of often and high in 2 intervals at once.
           for often, high
        10. Puts 3 answers side by side for each patient and interval with anything
             found in step 6 or step 7, for the counts that follow.
           for often, high
        11. Counts often and high in 2 intervals at once.
           for often, high
        12. Gives the numbers of 2 measures in all their intervals.
        """,
    )


def test_a_table_that_comes_with_the_question_may_be_all_there_is():
    @table_from_rows([(1, 3)])
    class ours(PatientFrame):
        score = Series(int)

    assert is_told(
        a_question(ours.score > 2, score=ours.score),
        """
        1. Brings the 1 row of ours, which came with the definition.
           for the population, score
        2. Reads score of ours.
           for the population, score
        3. Finds the population among the patients of step 1: 2 < ours.score.
           for the population
        4. Gives the cohort: the population with 1 variable side by side.
        """,
    )


def test_a_step_says_whom_it_looks_at_and_what_it_scans():
    found = in_words(a_question(KNOWN, n=e.count_for_patient(), name=p.name))
    told_of = {step.kind: step for step in found}
    assert told_of["Aggregate"].within_population is True
    assert told_of["Aggregate"].scans == ("events",)
    assert told_of["Columns"].within_population is False
    assert told_of["Population"].within_population is None
    assert told_of["Assembly"].scans == ()


def test_lists_tell_how_many_rows_they_are():
    asked = a_question(
        one=e.where(e.code.is_in([ONE, TWO])).count_for_patient(),
        other=e.where(e.code == THREE).count_for_patient(),
        long=e.number.is_in(list(range(2000))).any_for_patient(),
        mapped=p.score.map_values({n: n % 7 for n in range(300)}),
    )
    found = {step.kind: step for step in in_words(asked)}
    uploads = {kind: step.uploads for kind, step in found.items()}
    assert (uploads["ValueMap"], found["ValueMap"].serves) == (300, ("mapped",))
    mapped = "Brings what 300 values are mapped to, one by one."
    assert found["ValueMap"].sentence == mapped
    assert uploads["ListMap"] == 3
    assert uploads["CodeList"] == 2000
    assert uploads["Aggregate"] is None


def test_what_is_long_is_cut_and_what_is_many_is_counted():
    lists = [e.where(e.code == f"{n}00000").count_for_patient() for n in range(1, 9)]
    variables = {f"n{number}": one for number, one in enumerate(lists)}
    either = nodes.Or(tuple((p.score == n).node_ for n in range(3000)))
    found = in_words(
        Query(either, dict(a_question(KNOWN, **variables).variables)), together=20
    )
    [map_, *_, population] = [s for s in found if s.kind in ("ListMap", "Population")]
    assert len(map_.details) == 8
    assert len(population.sentence) < 200
    assert population.sentence.endswith("….")


def test_what_lies_very_deep_is_left_out():
    deep = p.score
    for number in range(3000):
        deep = deep + number
    [*_, population, _] = in_words(a_question((deep > 3) & KNOWN, deep=deep))
    assert "…" in population.sentence


def test_each_patients_rows_may_be_picked_to_be_made_of_others():
    firsts = e.sort_by(e.date).first_for_patient()
    asked = a_question(
        firsts.ok, ok=firsts.ok, n=e.where(e.date > firsts.date).ok.any_for_patient()
    )
    [first, *_] = in_words(asked)
    assert first.serves == ("the population", "ok", "n")
