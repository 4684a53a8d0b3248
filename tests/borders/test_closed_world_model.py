"""No operation is half added: each kind of node is written, asked and answered."""

from __future__ import annotations

import dataclasses
import inspect
import typing

import pytest

from cohort_dsl import INTERVAL
from cohort_dsl.language import dates, derived, durations, frames, numbers, plain
from cohort_dsl.language import series as words
from cohort_dsl.language.literals import NAMES
from cohort_dsl.model import nobody, nodes, rules, wire
from cohort_dsl.model.nodes import Frame, Node, Series
from cohort_dsl.model.types import Kind
from tests.unit.language.test_language_words import EVENT, PATIENT

KINDS = list(wire.NODES.values())
SERIES = [cls for cls in KINDS if issubclass(cls, Series)]


def test_there_are_kinds_to_speak_of():
    assert len(KINDS) > 35
    assert all(issubclass(cls, Frame | Series) for cls in KINDS)


def test_the_schema_of_the_wire_names_exactly_the_kinds_there_are():
    assert set(wire.schema()["$defs"]["node"]["properties"]) == set(wire.NODES)


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.__name__)
def test_the_schema_of_the_wire_names_exactly_the_fields_of_a_kind(cls):
    written = wire.schema()["$defs"]["node"]["properties"][cls.__name__]
    assert set(written["properties"]) == set(cls.parameter_names())
    assert set(written["required"]) == set(cls.parameter_names())


@pytest.mark.parametrize(
    "enum", [nodes.Position, nodes.DatePart, nodes.DateUnit, nodes.IntervalEdge]
)
def test_the_schema_of_the_wire_names_exactly_the_members_of_a_choice(enum):
    written = [
        field["enum"]
        for kind in wire.schema()["$defs"]["node"]["properties"].values()
        for field in kind["properties"].values()
        if "enum" in field
    ]
    assert [member.value for member in enum] in written


def test_the_schema_is_closed_at_every_object():
    def objects(part: object) -> typing.Iterator[dict[str, object]]:
        if isinstance(part, dict):
            if part.get("type") == "object":
                yield part
            for below in part.values():
                yield from objects(below)

    found = list(objects(wire.schema()))
    assert len(found) > len(KINDS)
    assert all(one["additionalProperties"] is False for one in found)


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.__name__)
def test_every_field_of_a_kind_can_be_read(cls):
    assert set(wire.fields_of(cls).values()) <= set(wire.READERS)


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.__name__)
def test_an_author_has_words_for_every_kind(cls):
    asked = [series.node_ for series, _ in (*PATIENT, *EVENT)]
    asked.append(INTERVAL.start_date.node_)  # has an answer within intervals only
    assert cls in {type(node) for node in nodes.walk(asked)}


@pytest.mark.parametrize("cls", SERIES, ids=lambda cls: cls.__name__)
def test_every_kind_of_series_says_what_holds_for_nobody_and_by_one_rule(cls):
    rows = cls in nobody.WITHOUT_ROWS or cls is nodes.IsInSeries
    assert rows != (cls in rules.RULES)


def test_every_rule_is_for_a_kind_that_there_is():
    known = {*rules.RULES, *rules.AGGREGATIONS, *nobody.WITHOUT_ROWS}
    assert known <= set(SERIES)


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
@pytest.mark.parametrize("many_rows", [True, False])
def test_every_kind_of_value_has_its_words(kind, many_rows):
    cls = words._CLASSES[kind, many_rows]
    assert cls.kind_ is kind
    assert cls.many_rows_ is many_rows
    assert kind in (Kind.CODE, Kind.CODES) or NAMES[kind]


def test_every_public_word_says_what_it_does():
    without = [
        f"{cls.__name__}.{name}"
        for module in (words, plain, numbers, dates, durations, frames, derived)
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__ == module.__name__
        for name, member in vars(cls).items()
        if not name.startswith("_") and not name.endswith("_")
        if callable(member) or isinstance(member, property)
        if not inspect.getdoc(member) and name not in NOT_YET
    ]
    assert without == []


NOT_YET: set[str] = set()


def test_nodes_are_frozen_values():
    for cls in KINDS:
        assert dataclasses.is_dataclass(cls)
        assert cls.__dataclass_params__.frozen
        assert cls.__hash__ is Node.__hash__
