"""What Spark is asked through, whichever way leads there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from cohort_dsl.errors import WarehouseAway, WarehouseError
from cohort_dsl.sql import Statement
from cohort_dsl.warehouses.faults import WHERE

# They write an expression into each that reads it, so that what goes deep grows without
# end: i2b2's forty variables weren't planned in four minutes, and are without them in four
# seconds.
LEFT_OUT = ("CollapseProject", "InferFiltersFromConstraints", "PushDownPredicates")
RULES = "org.apache.spark.sql.catalyst.optimizer"

SESSION: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",  # an author's columns may be a and A
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.optimizer.excludedRules": ",".join(f"{RULES}.{one}" for one in LEFT_OUT),
    # Tables that are kept by patient lie alike, so that to join them is to move nothing.
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.sql.maxMetadataStringLength": "10000",  # plans name files by their whole path
}
"""What every session is told."""


class Link(Protocol):
    """A session of Spark's. Its errors are of ``failures``, and quote what they like."""

    failures: tuple[type[Exception], ...]

    def table(self, name: str, path: str) -> None:
        """The rows of a Parquet file or folder under this name."""
        ...

    def view(self, name: str, parts: Sequence[Statement], *, kept: bool) -> None:
        """The statements' rows under this name; ``kept`` from their first reading on."""
        ...

    def upload(self, name: str, rows: pa.Table) -> None:
        """These rows under this name."""
        ...

    def drop(self, names: Sequence[str]) -> None:
        """None of these names means anything any more, and nothing of theirs is kept."""
        ...

    def batches(self, asked: Statement, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The rows, in their order, a piece at a time."""
        ...

    def all(self, asked: Statement) -> list[tuple[Any, ...]]:
        """The rows, at once."""
        ...

    def plan(self, asked: Statement) -> str:
        """How Spark would work the rows out, in its own words."""
        ...

    def is_there(self) -> bool:
        """Does it still answer?"""
        ...

    def close(self) -> None: ...


# Names in backticks, texts, and the parameters that aren't in either.
_WORDS = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|\\.)*'|\$(\d+)")


def marked(asked: Statement, mark: Callable[[int], str]) -> str:
    """The statement's text, with ``mark`` of a number in place of that parameter."""

    def said(word: re.Match[str]) -> str:
        return mark(int(word[1])) if word[1] else word[0]

    return _WORDS.sub(said, asked.text)


def quoted(name: str) -> str:
    """A table's name, perhaps with its schema's before it."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in name.split("."))


def unreachable(problem: str, remedy: str) -> WarehouseAway:
    return WarehouseAway(problem, where=WHERE, remedy=remedy)


def misset(problem: str, remedy: str) -> WarehouseError:
    return WarehouseError(problem, where=WHERE, remedy=remedy)


def lost() -> WarehouseAway:
    return WarehouseAway(
        "the connection to Spark was lost",
        where="the warehouse",
        remedy="Ask again once Spark runs; nothing of the answer was kept.",
    )
