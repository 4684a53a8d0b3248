"""The SQL for Oracle and SQL Server has nothing that surrogates let through."""

from __future__ import annotations

import functools
import inspect
from collections import defaultdict
from collections.abc import Mapping

import pytest

from cohort_dsl import create_dataset, testing
from cohort_dsl.language.series import PatientSeries
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import walk
from cohort_dsl.model.question import Question
from cohort_dsl.sql import Catalog, Dialect, script
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.oracle import ORACLE_12, ORACLE_19, ORACLE_23
from cohort_dsl.sql.sqlserver import SQLSERVER
from cohort_dsl.warehouses.explaining import planned
from tests.manual.asked import asked_by
from tests.manual.rules import Rule as Example
from tests.manual.rules import rules as examples
from tests.spec.tables import p
from tests.sql_lint.reading import READ_AS, Sent, statements
from tests.sql_lint.rules import RULES, Rule
from tests.unit.sql.oracle_golden import QUESTIONS, long_lists

DIALECTS: Mapping[str, Dialect] = {
    "oracle-12": ORACLE_12,
    "oracle-19": ORACLE_19,
    "oracle-23": ORACLE_23,
    "sqlserver": SQLSERVER,
}


TOO_DEEP = "test_large_questions"
"""What is asked there is much of the same, nested deeper than the parser can follow."""


def test_every_version_is_looked_at() -> None:
    assert set(DIALECTS) == set(READ_AS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_what_breaks_it(rule: Rule) -> None:
    assert rule.reason
    for engine in rule.engines:
        bad = Sent(rule.bad, engine, rule.parameters)
        assert rule.broken(bad)
        assert rule.name in broken(bad)


GOOD = "SELECT x AS y FROM (SELECT CASE WHEN (z = 1) THEN 1 ELSE 0 END AS x FROM t) r"


@pytest.mark.parametrize("engine", READ_AS)
def test_what_is_well_breaks_none(engine: str) -> None:
    assert broken(Sent(GOOD, engine)) == ()


@pytest.mark.parametrize("engine", READ_AS)
@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.__name__)
def test_golden_questions_break_no_rule(asked: type, engine: str) -> None:
    assert found_in([asked()], engine) == {}


@pytest.mark.parametrize("engine", ["oracle-12", "sqlserver"])
@pytest.mark.parametrize("asked", [*QUESTIONS, long_lists], ids=lambda one: one.__name__)
def test_one_statement_breaks_no_rule(asked: type, engine: str) -> None:
    """Where no table may be made, and lists are written out: 12.2 has the most rules, and
    golden text is the same in all versions, which differ in what makes tables."""
    assert found_in([asked()], engine, DIALECTS[engine].in_one_statement()) == {}


@pytest.mark.parametrize("engine", ["oracle-19", "sqlserver"])
def test_what_the_manual_asks_breaks_no_rule(engine: str) -> None:
    """Oracle's versions differ in what makes tables: golden questions show that."""
    asked = [
        questions(one)
        for one in examples()
        if TOO_DEEP not in inspect.getfile(one.function)
    ]
    assert len(asked) > 150
    assert found_in(asked, engine) == {}


def questions(example: Example) -> Question:
    """Whatever series of patients an example asks, asked together."""
    series = [one for one in asked_by(example) if isinstance(one, PatientSeries)]
    kinds = [{type(node) for node in walk([one.node_])} for one in series]
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    for number, (one, its) in enumerate(zip(series, kinds, strict=True)):
        if nodes.IntervalDate not in its:  # of measures, which golden questions are
            setattr(dataset, f"v{number}", one)
    return testing.query_of(dataset)


@functools.cache  # three of four statements are sent for other questions, too
def broken(sent: Sent) -> tuple[str, ...]:
    """Of what no parser can read, nothing else can be said."""
    readable, *others = RULES
    if readable.broken(sent):
        return (readable.name,)
    return tuple(r.name for r in others if sent.engine in r.engines and r.broken(sent))


def found_in(
    asked: list[Question], engine: str, dialect: Dialect | None = None
) -> dict[str, set[str]]:
    """The rules that are broken, and some texts that do so."""
    found: dict[str, set[str]] = defaultdict(set)
    dialect = dialect or DIALECTS[engine]
    for question in asked:
        catalog = Catalog({table.name: plain(table) for table in question.tables()})
        sent = script(planned(question, dialect, catalog), dialect, catalog)
        for one in statements(sent, engine):
            for name in broken(one):
                found[name].add(one.text)
    return found
