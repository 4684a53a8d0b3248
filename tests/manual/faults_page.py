"""docs/faults.md: what may go wrong, what must come of it, and the tests that show it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.faults.scenarios import SCENARIOS, Scenario
from tests.manual.markdown import grid, joined

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
PRINTED = (
    "<!-- Printed by `make manual` from tests/faults/scenarios.py: change it there. -->\n"
)
OPENING = (
    "Each line is a fault, the result that is safe, and the tests that bring it about and "
    "look at the result. `make faults` runs them all and prints this table with what "
    "came of each; `strongroom runner selftest` tries the limits of the box on your own "
    "machine."
)


def page() -> str:
    """The table, a heading for each kind of fault."""
    parts = ["# What may go wrong", OPENING]
    for kind, scenarios in groupby(SCENARIOS, key=lambda one: one.kind):
        head = ["", "what goes wrong", "what must come of it", "shown by (`tests/`)"]
        parts += [f"## {kind}", grid([head, *map(_line, scenarios)])]
    return PRINTED + joined(parts)


def _line(scenario: Scenario) -> list[str]:
    tests = "<br>".join(f"`{_short(test)}`" for test in scenario.tests)
    return [str(scenario.number), scenario.fault, scenario.safe, tests]


def _short(test: str) -> str:
    """A function by its name, a file by its own."""
    return test.rpartition("::")[2]


def write() -> list[str]:
    """Make it so; its name, if it changed."""
    old = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if old == page():
        return []
    PAGE.write_text(page(), encoding="utf-8")
    return [PAGE.name]
