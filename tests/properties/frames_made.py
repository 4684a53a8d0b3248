"""Frames made of other frames, and tables that come with the question, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Node, Series
from cohort_dsl.model.types import DATE, ModelError

if TYPE_CHECKING:
    from tests.properties.queries import Pool

GAPS = [0, 1, 30, 366, 10**6]


def a_union(pool: Pool) -> Node:
    own = [frame for frame in pool.frames if frame.beside is None]
    count = pool.draw(st.integers(2, 3))
    return nodes.Union(tuple(pool.recent(own) for _ in range(count)))


def episodes(pool: Pool) -> Node:
    return nodes.Episodes(pool.on_rows(lambda s: s.type == DATE), pool.one_of(GAPS))


def an_as_of(pool: Pool) -> Node:
    source = pool.many()
    start = _date_of(pool, source)
    end = pool.one_of([nodes.Null(DATE), _date_of(pool, source)])
    return nodes.AsOf(source, start, end, pool.on_rows(lambda s: s.type == DATE))


def _date_of(pool: Pool, source: Frame) -> Series:
    """Its own column more often than a date of the patient's or one worked out."""
    columns = [
        nodes.SelectColumn(source, column.name)
        for column in source.schema.columns
        if column.type == DATE
    ]
    others = [
        s
        for s in pool.series
        if s.type == DATE
        and (s.frame is None or nodes.is_ancestor_or_same(s.frame, source))
    ]
    series: Series = pool.one_of([*3 * columns, *others[-3:]])
    return series


def found(pool: Pool) -> Node:
    looks = [frame for frame in pool.frames if isinstance(frame, nodes.AsOf)]
    return nodes.Found(pool.recent(looks))


def an_inline_table(rows: Callable[..., Any]) -> Any:
    """A maker of tables like those of the warehouse, whose rows are drawn at once."""

    def make(pool: Pool) -> Node:
        schema = pool.one_of(list(pool.schemas))
        names = ["patient_id", *(column.name for column in schema.columns)]
        held = pool.draw(rows(schema))
        return nodes.InlineTable(
            schema, tuple(tuple(row[n] for n in names) for row in held)
        )

    return make


def event_tables(pool: Pool) -> Mapping[str, Mapping[str, Series]]:
    """Up to two tables of the series that were built last, with what goes with them."""
    rows = [series for series in pool.series if series.frame is not None]
    tables = {}
    for number in range(pool.draw(st.integers(0, 2))):
        columns = [pool.recent(rows)]
        for other in (pool.recent(pool.series) for _ in range(2)):
            if _combines([*columns, other]):
                columns.append(other)
        tables[f"t{number}"] = {f"c{at}": one for at, one in enumerate(columns)}
    return tables


def _combines(series: list[Series]) -> bool:
    try:
        return nodes.common_frame(series) is not None
    except ModelError:
        return False
