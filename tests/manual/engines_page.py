"""docs/warehouses/README.md: what each engine was held against, and where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.manual.counts import engines
from tests.manual.markdown import grid, joined
from tests.manual.rules import rules
from tests.spec.otherwise import OTHERWISE

PAGE = Path(__file__).parents[2] / "docs" / "warehouses" / "README.md"
PRINTED = "<!-- Printed by `make manual` from tests/manual/engines_page.py. -->\n"

EXAMPLES = 2_000  # as tests have it, where nobody asks for fewer

TRIED_ON: Mapping[str, str] = {
    "duckdb": "DuckDB itself",
    "postgresql": "PostgreSQL itself",
    "oracle": "H2 in Oracle's mode; never a real Oracle",
    "spark": "Spark itself, on one machine",
}
ALONE: Mapping[str, str] = {
    "duckdb": "all rules, and random questions",
    "postgresql": "all rules, and random questions",
    "oracle": "all rules but those below, and random questions",
    "spark": "some rules",
}
OPENING = (
    "This folder has a page for each engine: what was run on what, settings, the least "
    "rights with a script that grants them, tuning, and how to take it down. "
    "[Is this engine one that Strongroom can ask?](doctor.md) tries a server that we never "
    "saw. [SQL Server](sqlserver.md) isn't in the table: nothing was run on it. What H2 "
    "shows of Oracle's SQL, and what it can't, has [a page of its own](oracle-on-h2.md). "
    "How a warehouse's tables are mapped, whatever its engine: [mapping.md](../mapping.md)."
)
BELOW = (
    "A rule is a rule of [the language](../language/README.md), passed as the manual has "
    "it. Random questions and measures are made anew by each run of the tests and compared "
    "with a slow interpreter in plain Python, value by value. In one statement: as a site "
    "asks in whose warehouse no table may be made."
)


def questions(n: int) -> dict[str, tuple[int, int]]:
    """Of n examples, how many questions and how many measures each engine is asked."""
    most = (n // 8 * 8, n // 4 // 2 * 2)
    return {
        "duckdb": most,
        "postgresql": most,
        "oracle": (n // 5 // 3 * 3, n // 4 // 5),
        "spark": (n // 40, n // 4 // 40),
    }


def page() -> str:
    head = ["engine", "tried on", "rules passed", "random questions", "random measures"]
    told = (
        name.partition(" ")[0] for name in engines()
    )  # what it is tried on is ours to say
    tried = [name for name in told if name != "reference"]
    rows = [_line(name) for name in tried]
    return PRINTED + joined(
        [
            "# Warehouses",
            OPENING,
            grid([[*head, "in one statement"], *rows]),
            BELOW,
            "## What differs",
            "\n".join(_differs(tried)) or "Nothing.",
        ]
    )


def _line(name: str) -> list[str]:
    kind = name.partition(" ")[0]  # what it is tried on has a column of its own
    asked, measured = questions(EXAMPLES)[kind]
    every = len(rules())
    passed = f"{every - len(_listed(name))} of {every}"
    counts = [passed, f"{asked:,}", f"{measured:,}"]
    return [f"[{kind}]({kind}.md)", TRIED_ON[kind], *counts, ALONE[kind]]


def _differs(names: list[str]) -> list[str]:
    """Rules that an engine can't keep, by their reason."""
    sentences = {rule.function.__name__: rule.sentence for rule in rules()}
    return [
        f"- {name}: {sentences[test]}. Why: {why}."
        for name in names
        for test, why in _listed(name).items()
    ]


def _listed(name: str) -> Mapping[str, str]:
    """By its name, whether or not that says what it is tried on."""
    kind = name.partition(" ")[0]
    found = (told for one, told in OTHERWISE.items() if one.partition(" ")[0] == kind)
    return next(found, {})


def stale() -> bool:
    """Whether the page says anything else."""
    return not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page()


def write() -> list[str]:
    """Make it so; returns its name if it changed."""
    if not stale():
        return []
    PAGE.write_text(page(), encoding="utf-8")
    return [PAGE.name]
