"""The manual's rules as the data that ``strongroom warehouse doctor`` asks."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

from cohort_dsl import create_dataset, create_measures, reference, testing
from cohort_dsl.conformance import suite
from cohort_dsl.conformance.suite import Case
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.question import Question
from cohort_dsl.rows_by_hand import complete
from tests.manual.rules import chapters
from tests.spec.conftest import TABLES, anyone
from tests.spec.otherwise import OTHERWISE
from tests.spec.reading import read


def cases() -> Iterator[Case]:
    """One for each time that a rule tells something."""
    for chapter in chapters():
        for rule in chapter.rules:
            for said in rule.said:
                question = asked(said.told)
                rows = held(question, said.told)
                why = {
                    engine.partition(" ")[0]: listed[rule.function.__name__]
                    for engine, listed in OTHERWISE.items()
                    if rule.function.__name__ in listed
                }
                plain = {n: [tuple(row.values()) for row in its] for n, its in rows.items()}
                answers = answered(question, rows)
                yield Case(rule.name, chapter.title, question, plain, answers, why)


def asked(told: Mapping[str, Any]) -> Question:
    """What the spec asks of engines, as its fixtures do."""
    if "dataset" in told:
        return testing.query_of(told["dataset"])
    if "numerator" in told:
        words = ("numerator", "denominator", "group_by", "intervals")
        measures = create_measures()
        measures.define_measure("asked", *(told.get(word) for word in words))
        return testing.measures_of(measures)
    dataset = create_dataset()
    population = told.get("population")
    tables = {name: TABLES[name] for name in TABLES if name in told}
    dataset.define_population(anyone(tables) if population is None else population)
    dataset.asked = told["ask"]
    return testing.query_of(dataset)


def held(question: Question, told: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of its tables, each with patient_id and then the schema's columns."""
    given = {n: read(told[n], TABLES[n].node_.schema) for n in TABLES if n in told}
    return complete(testing.by_whole_name(given, question), question.tables())


def answered(
    question: Question, rows: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """The referee's answers."""
    if isinstance(question, Measures):
        return {"": reference.answer_measures(question, rows)}
    return {
        "": reference.answer(question, rows),
        **reference.event_tables(question, rows),
    }


def stale() -> bool:
    """Whether the product's file says anything else; how it is packed doesn't matter."""
    there = suite.FILE.is_file()
    return not there or gzip.decompress(suite.FILE.read_bytes()) != suite.text(cases())


def write() -> list[str]:
    """Make it so; returns its name if it changed."""
    if not stale():
        return []
    suite.FILE.write_bytes(gzip.compress(suite.text(cases()), 9, mtime=0))
    return [suite.FILE.name]
