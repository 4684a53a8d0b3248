"""How much the manual says."""

from __future__ import annotations

from typing import Any

from tests.manual.rules import chapters, rules
from tests.spec import conftest


def counts() -> str:
    """One line: rules, engines, and how many times they are held against each other."""
    told, held = len(rules()), engines()
    return (
        f"{told} rules in {len(chapters())} chapters x {len(held)} engines "
        f"({', '.join(held)}) = {told * len(held)}"
    )


def engines() -> list[str]:
    """The names of those that every rule is held against."""
    return [name(engine) for engine in conftest.ENGINES]


def name(engine: Any) -> str:
    """Also of an engine that pytest.param wraps."""
    return str(getattr(engine, "values", [engine])[0])
