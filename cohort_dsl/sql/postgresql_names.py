"""What an author's variables are called in PostgreSQL, which cuts names to 63 bytes.

Cut by it, two of them could become one.
"""

from __future__ import annotations

from sqlalchemy.dialects.postgresql.base import PGIdentifierPreparer

from cohort_dsl.sql.short_names import short

LONGEST = 63  # bytes


def called(name: str) -> str:
    """The name of a variable's column."""
    return short(name, LONGEST)


class Names(PGIdentifierPreparer):
    """Names that were found in the database come with a word on quotes, and stay."""

    def quote(self, ident: str) -> str:
        found = hasattr(ident, "quote")
        return super().quote(ident if found else called(ident))
