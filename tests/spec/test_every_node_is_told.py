"""Nothing can be half added: the manual has an example of every kind of node."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cohort_dsl.model.nodes import IntervalDate, Node, walk
from cohort_dsl.model.wire import concrete

SPEC = Path(__file__).parent


def sections() -> list[ModuleType]:
    return [
        importlib.import_module(f"tests.spec.{path.parent.name}.{path.stem}")
        for path in sorted(SPEC.glob("*/test_*.py"))
    ]


def rules() -> list[tuple[str, Callable[..., None]]]:
    return [
        (name, rule)
        for section in sections()
        for name, rule in vars(section).items()
        if name.startswith("test_")
    ]


def asked_by(rule: Callable[..., None]) -> list[Any]:
    """The series that a rule asks, its population's included."""
    told: dict[str, Any] = {}
    rule(lambda **said: told.update(said))
    return [told[key] for key in ("ask", "population") if told.get(key) is not None]


def test_the_manual_has_an_example_of_every_kind_of_node() -> None:
    asked = [series.node_ for _, rule in rules() for series in asked_by(rule)]
    assert {type(node) for node in walk(asked)} == set(concrete(Node)) - {IntervalDate}


def test_every_rule_says_why() -> None:
    assert [name for name, rule in rules() if not rule.__doc__] == []


def test_every_section_and_chapter_has_a_title() -> None:
    chapters = [
        importlib.import_module(f"tests.spec.{path.name}")
        for path in SPEC.iterdir()
        if (path / "__init__.py").is_file()
    ]
    titles = [module.title for module in [*sections(), *chapters]]
    assert all(titles)
    assert len(titles) == len(set(titles))


def test_no_two_rules_have_the_same_name() -> None:
    names = [name for name, _ in rules()]
    assert sorted(names) == sorted(set(names))
