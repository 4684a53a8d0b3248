"""docs/warehouses/oracle-on-h2.md: what H2 shows of Oracle's SQL, and what it can't.

``python -m tests.h2_as_oracle.page`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

from tests.h2_as_oracle.functions import FUNCTIONS
from tests.h2_as_oracle.words import WORDS
from tests.manual.markdown import grid, joined
from tests.manual.rules import rules
from tests.spec.conftest import ORACLE
from tests.spec.otherwise import OTHERWISE

PAGE = Path(__file__).parents[2] / "docs" / "warehouses" / "oracle-on-h2.md"
PRINTED = "<!-- Printed by `python -m tests.h2_as_oracle.page`: change it there. -->\n"

UNSHOWN = (
    (
        "questions a thousand operations deep",
        "asked once, answered in a minute; tests: 30",
    ),
    ("what a WITH's hint does", "each of its parts is kept in a table before what follows"),
    ("days counted across October 1582", "Oracle's calendar is Julian before, H2's never"),
    ("how text is ordered in a database that isn't Unicode", "H2 has no other"),
    ("the 4,000 bytes of a text", "H2 counts characters"),
    ("names above 30 bytes, lists above 1,000", "H2 takes them; golden text is looked at"),
    ("the last digit of POWER, and of a double made a NUMBER", "Java's are not Oracle's"),
    ("intervals above 99 years times a number", "the manual's word only"),
    ("isolation, undo, rights, plans, speed", "one session, in memory"),
)


def page() -> str:
    """The page's text."""
    told = rules()
    differing = OTHERWISE[ORACLE]
    kept = len(told) - len(differing)
    opening = (
        f"H2 2.1 in its Oracle mode keeps {kept} of the manual's {len(told)} rules, "
        "asked in Oracle's dialect through the warehouse that asks a real one. "
        "Generated questions are compared with the referee for 19c, for 12.2 and as one "
        "statement, measures for 19c. `strongroom warehouse doctor` asks the same rules by "
        "a site's own settings, each as one statement, with the same end. A rule that is "
        "listed here and is kept after all fails its test."
    )
    return PRINTED + joined(
        [
            "# Oracle's SQL on H2",
            opening,
            "## Rules that are otherwise",
            grid([["rule", "why"], *([f"`{n}`", why] for n, why in differing.items())]),
            "## What it can't show",
            grid([["what", "why"], *map(list, UNSHOWN)]),
            "## What it is told in other words",
            grid(
                [["Oracle's", "why"], *([f"`{_plain(w.pattern)}`", w.why] for w in WORDS)]
            ),
            "## Functions that it was given",
            grid([["function", "why"], *([f"`{f.name}`", f.why] for f in FUNCTIONS)]),
            "And views as Oracle's `ALL_TAB_COLUMNS` and `ALL_USERS`, made of H2's own.",
        ]
    )


def _plain(pattern: str) -> str:
    return pattern.strip("^$").replace("(.*)", "…").replace("|", " or ")


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
