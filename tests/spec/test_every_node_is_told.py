"""Nothing can be half added: the manual has an example of every kind of node."""

from __future__ import annotations

from cohort_dsl.model.nodes import Node, walk
from cohort_dsl.model.wire import concrete
from tests.manual.asked import asked_by
from tests.manual.rules import chapters, rules


def test_the_manual_has_an_example_of_every_kind_of_node() -> None:
    asked = [series.node_ for rule in rules() for series in asked_by(rule)]
    assert {type(node) for node in walk(asked)} == set(concrete(Node))


def test_every_rule_says_why() -> None:
    assert [rule.name for rule in rules() if not rule.function.__doc__] == []


def test_every_section_and_chapter_has_a_title() -> None:
    sections = [section for chapter in chapters() for section in chapter.sections]
    titles = [told.title for told in [*sections, *chapters()]]
    assert all(titles)
    assert len(titles) == len(set(titles))


def test_no_two_rules_have_the_same_name() -> None:
    names = [rule.name for rule in rules()]
    assert sorted(names) == sorted(set(names))
