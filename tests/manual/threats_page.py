"""docs/checks/threats.md: every threat with the tests that show what happens then."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.checks.threats import ATTACKS, THREATS, Threat
from tests.manual.markdown import grid, joined

TESTS = Path(__file__).parents[1]


def page() -> str:
    """The threats as a table, and the attacks on finished releases, each in a line."""
    threats = [["threat", "what happens", "checks", "shown by"], *map(_line, THREATS)]
    attacks = [["attack", "how it fails"], *([_words(n), d] for n, d in attacks_told())]
    return joined(
        [
            "# Threats",
            grid(threats),
            "## Attacks on finished releases",
            f"The attacker has the files that left, and nothing else (`tests/{ATTACKS}`).",
            grid(attacks),
        ]
    )


def _line(threat: Threat) -> list[str]:
    checks = ", ".join(f"[{name.replace('_', ' ')}]({name}.md)" for name in threat.checks)
    tests = "<br>".join(f"`{one.rpartition('::')[2]}`" for one in threat.shown_by)
    return [threat.what, threat.rule, checks, tests]


def attacks_told() -> Iterator[tuple[str, str]]:
    """Each attack's name and its first words about it."""
    for name, told in tests_of(ATTACKS).items():
        yield name, " ".join(told.split())


def tests_of(file: str) -> dict[str, str]:
    """The tests of a file below tests/, with their docstrings."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
    tests = [one for one in functions if one.name.startswith("test_")]
    return {one.name: ast.get_docstring(one) or "" for one in tests}


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")
