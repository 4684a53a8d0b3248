"""Rules that an engine of tests can't keep as the manual has them, each with its reason.

A rule that is listed and is kept after all fails its test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EMPTY = "an empty text is NULL in Oracle, in tables and in questions"

_ORACLE = MappingProxyType(
    {
        "test_text_begins_with_characters_as_they_are": EMPTY,
        "test_every_text_begins_with_nothing": EMPTY,
        "test_nothing_is_a_wildcard": EMPTY,
        "test_text_is_compared_as_it_is": EMPTY,
    }
)
OTHERWISE: Mapping[str, Mapping[str, str]] = MappingProxyType({"oracle (H2)": _ORACLE})
"""By engine, and by the test that states the rule."""
