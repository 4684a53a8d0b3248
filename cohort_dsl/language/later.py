"""ehrQL's words that aren't there yet: told as such, not as a misspelling."""

from __future__ import annotations

from cohort_dsl.language import hints

WORDS = frozenset(
    {
        "table_from_file",
        "table_from_rows",
    }
)


def no_such_word(name: str) -> Exception:
    """For a name that our packages don't have; AttributeError for Python's own look-ups.

    Import machinery asks every package for names like __path__, and for its submodules.
    """
    if name in WORDS:
        return hints.not_yet(name)
    return AttributeError(name)
