"""What things are called in Oracle, and where a step's rows are kept.

Every name is quoted, so that none is taken for a word of SQL. Our own have at most 30
bytes, which is all that a database has room for while it is kept compatible with 12.1.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.oracle.base import OracleIdentifierPreparer, OracleTypeCompiler
from sqlalchemy.engine import Dialect as Renderer

from cohort_dsl.sql.short_names import short
from cohort_dsl.sql.temporary import Temporary, columns, quoted

LONGEST = 30  # bytes
PRIVATE = "ORA$PTT_"  # as every private temporary table must be called
OURS = "SR$"


class Names(OracleIdentifierPreparer):
    """Names that were found in the database come with a word on quotes, and stay."""

    def quote(self, ident: str) -> str:
        if getattr(ident, "quote", None) is False:
            return ident
        found = hasattr(ident, "quote")
        return self.quote_identifier(ident if found else short(ident, LONGEST))


class Types(OracleTypeCompiler):
    def visit_double(self, type_: Any, **settings: Any) -> str:
        """DOUBLE PRECISION is a decimal number here."""
        return "BINARY_DOUBLE"


# Temporary tables --------------------------------------------------------------


def _create_private(table: sa.TableClause, renderer: Renderer) -> str:
    held = f"(\n{columns(table, renderer)}\n) ON COMMIT PRESERVE DEFINITION"
    return f"CREATE PRIVATE TEMPORARY TABLE {quoted(table.name, renderer)} {held}"


def _create_global(table: sa.TableClause, renderer: Renderer) -> str:
    held = f"(\n{columns(table, renderer)}\n) ON COMMIT DELETE ROWS"
    return f"CREATE GLOBAL TEMPORARY TABLE {quoted(table.name, renderer)} {held}"


def private() -> Temporary:
    """From 18c on: seen by their session only, and gone with it.

    They are there before the transaction that sees one state of the data begins.
    """
    return Temporary(lambda name: _called(PRIVATE, name), _create_private)


def of_session(session: str) -> Temporary:
    """Before: every session sees that they are there, and nobody else their rows.

    To make or drop one ends the transaction, and so empties them all.
    """
    prefix = f"{OURS}{session.upper()}_"
    return Temporary(lambda name: _called(prefix, name), _create_global)


def _called(prefix: str, name: str) -> str:
    return prefix + short(name, LONGEST - len(prefix)).upper()
