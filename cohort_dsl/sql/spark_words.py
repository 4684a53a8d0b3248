"""Spark's SQL as SQLAlchemy writes it: names in backticks, types by Spark's names."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import GenericTypeCompiler, IdentifierPreparer, SQLCompiler


class _Words(SQLCompiler):
    def visit_try_cast(self, element: sa.TryCast[Any], **settings: Any) -> str:
        value = self.process(element.clause, **settings)
        kind = self.process(element.typeclause, **settings)
        return f"TRY_CAST({value} AS {kind})"

    def visit_in_op_binary(
        self, binary: sa.BinaryExpression[Any], operator: Any, **settings: Any
    ) -> str:
        """Spark says False of NULL among the rows of a select."""
        value = self.process(binary.left, **settings)
        among = self.process(binary.right, **settings)
        found = f"{value} IN {among}"
        if not isinstance(getattr(binary.right, "element", None), sa.Select):
            return found
        return f"CASE WHEN {value} IS NOT NULL THEN {found} END"


class _Types(GenericTypeCompiler):
    def visit_double(self, type_: sa.Double[Any], **settings: Any) -> str:
        return "DOUBLE"

    def visit_string(self, type_: sa.String, **settings: Any) -> str:
        return "STRING"


class _Names(IdentifierPreparer):
    """Always quoted: which words Spark reserves depends on its settings."""

    def __init__(self, dialect: DefaultDialect) -> None:
        super().__init__(dialect, initial_quote="`")

    def _requires_quotes(self, value: str) -> bool:
        return True

    def quote_schema(self, schema: str, force: Any = None) -> str:
        """A mapped table's path comes in the standard's quotes."""
        return _QUOTED.sub(lambda part: f"`{_inner(part)}`", schema)


_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def _inner(part: re.Match[str]) -> str:
    return part[1].replace('""', '"').replace("`", "``")


class _Renderer(DefaultDialect):
    name = "spark"
    statement_compiler = _Words
    type_compiler_cls = _Types
    preparer = _Names  # type: ignore[assignment]  # as every dialect's own
    supports_native_boolean = True


@cache
def renderer() -> _Renderer:
    """With parameters as $1; who sends them calls them as the way to the server does."""
    return _Renderer(paramstyle="numeric_dollar")
