"""Oracle's tables as they were: flashback, so that several sessions see one state."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from sqlalchemy.dialects.oracle.base import OracleCompiler

from cohort_dsl.sql.dialect import Dialect


class _Then(OracleCompiler):
    """The database's own tables have a schema; temporary ones, which have no past, none."""

    def visit_table(self, table: Any, *args: Any, **said: Any) -> Any:
        text = super().visit_table(table, *args, **said)  # type: ignore[no-untyped-call]
        there = said.get("asfrom") and table.schema is not None
        moment = self.dialect.moment  # type: ignore[attr-defined]
        return f"{text} AS OF SCN {moment}" if there else text


def then(dialect: Dialect, moment: str) -> Dialect:
    """The same dialect, reading every table of the database as it was at this SCN.

    ValueError for what isn't the number of one.
    """
    told = copy(dialect.renderer())
    told.moment = int(moment)  # type: ignore[attr-defined]  # what its compiler reads
    told.statement_compiler = _Then
    return replace(dialect, renderer=lambda: told)
