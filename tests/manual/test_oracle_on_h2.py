"""The page on H2 as Oracle is as the tests are; what it lists, H2 really lacks."""

from __future__ import annotations

from tests.h2_as_oracle.page import PAGE, page
from tests.manual.rules import rules
from tests.spec.otherwise import OTHERWISE


def test_the_page_is_as_the_lists_are() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.h2_as_oracle.page"


def test_every_rule_that_is_otherwise_is_a_rule() -> None:
    told = {f"test_{rule.name}" for rule in rules()}
    for engine, listed in OTHERWISE.items():
        assert set(listed) <= told, engine
