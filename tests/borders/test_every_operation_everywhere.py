"""No operation is half added: each kind of series is planned, compiled, generated, told."""

from __future__ import annotations

import dataclasses

from cohort_dsl.model import nodes, rules
from cohort_dsl.model.nodes import Aggregation, Series
from cohort_dsl.model.wire import concrete
from cohort_dsl.plan.needs import operands, origin
from cohort_dsl.plan.steps import EventTable, Source, Step
from cohort_dsl.sql import DIALECTS
from cohort_dsl.sql.aggregates import AGGREGATES
from cohort_dsl.sql.compile import ENDS, STEPS
from cohort_dsl.sql.dialect import Dialect
from cohort_dsl.sql.expressions import RULES
from cohort_dsl.sql.layers import is_column
from tests.manual.asked import asked_by
from tests.manual.rules import rules as told
from tests.properties.queries import EVENTS, MAKERS

SERIES = set(concrete(Series))
ASKED = [node for rule in told() for s in asked_by(rule) for node in nodes.walk([s.node_])]


def test_every_operation_on_one_row_has_one_rule_of_meaning_and_one_of_sql() -> None:
    assert set(RULES) == set(rules.RULES)


def test_every_aggregation_has_its_sql() -> None:
    assert set(concrete(Aggregation)) | {nodes.Count} == set(AGGREGATES)


def test_every_series_is_worked_out_in_place_or_answered_by_a_step() -> None:
    # INTERVAL's days are constants by the time that a question is planned.
    planned = [one for one in ASKED if not isinstance(one, nodes.IntervalDate)]
    for node in (one for one in planned if isinstance(one, Series)):
        in_place = type(node) in RULES
        assert in_place + (origin(node) is not None) + is_column(node) in (1, 2)
        assert not (in_place and is_column(node))
        assert not in_place or set(operands(node)) <= set(node.parts())


def test_every_kind_of_node_is_generated_at_random() -> None:
    assert set(MAKERS) == set(concrete(nodes.Node))


def test_random_tables_have_every_kind_of_column() -> None:
    kinds = {column.type.kind for column in EVENTS.columns}
    assert kinds == set(type(next(iter(kinds))))


def test_every_dialect_says_everything() -> None:
    for name, dialect in DIALECTS.items():
        assert dialect.name == name
        assert set(dialect.first_of) == {nodes.DateUnit.MONTHS, nodes.DateUnit.YEARS}
        for one in dataclasses.fields(Dialect):
            lacks = getattr(dialect, one.name) is None
            assert not lacks or "None" in str(one.type), one.name


def test_every_step_of_a_plan_tells_what_it_reads() -> None:
    for step in concrete(Step):  # type: ignore[arg-type]  # any class tree will do
        assert step.__doc__


def test_every_step_of_a_plan_has_its_sql_in_one_place() -> None:
    """A source is a part of the step that makes rows, event tables of the last one."""
    assert not set(STEPS) & set(ENDS)
    assert {*STEPS, *ENDS, Source, EventTable} == set(concrete(Step))  # type: ignore[arg-type]
