"""One pass over a table, and what it keeps for the steps that follow."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.types import INT
from cohort_dsl.plan.steps import Hits, Keep
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.long_lists import searched_for
from cohort_dsl.sql.terms import among
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import LIST, RANK


def keep(bench: Workbench, step: Keep) -> None:
    """The rows with their columns; of rows in lists, each list's number."""
    searched = {step.hits.column} if step.hits else set()
    wanted, within = {*step.columns, *searched}, step.within_population
    rows = bench.rows_of(step.rows, wanted, within=within).alias("rows")
    source, patient = bench.whose(step.name, rows, within=within)
    types = {column.name: column.type for column in step.rows.schema.columns}
    kept = {"patient_id": bench.key(step.name)}
    kept |= {name: types[name] for name in step.columns}
    columns = [rows.c[name] for name in step.columns]
    found = sa.select(patient, *columns).select_from(source)
    number = None
    if step.hits is not None:
        listed = bench.results[step.hits.map].alias("searched")
        number = listed.c[LIST]
        found, kept = _hits(found, source, rows, listed, step.hits), kept | {LIST: INT}
        found = _searched(bench, step, rows, found)
        if step.hits.ranked:
            kept |= {RANK: INT}
            bench.ranked[step.name] = step.hits.column
    lying = bench.dialect.passed(found, number)
    bench.results[step.name] = bench.draft.kept(step.name, lying, kept)


def _searched(
    bench: Workbench, step: Keep, rows: sa.FromClause, found: sa.Select[Any]
) -> sa.Select[Any]:
    """The rows, found by their values before they are told their lists.

    An engine knows nothing of rows of constants that a WITH has: PostgreSQL takes a quarter
    of the time so.
    """
    values = searched_for(bench.plan, step)
    if values not in bench.written_out:
        return found
    assert step.hits is not None
    column = rows.c[step.hits.column]
    kind = next(c.type for c in step.rows.schema.columns if c.name == step.hits.column)
    return found.where(among(column, bench.terms.in_pieces(values, kind)))


def _hits(
    found: sa.Select[Any],
    source: sa.FromClause,
    rows: sa.FromClause,
    listed: sa.FromClause,
    hits: Hits,
) -> sa.Select[Any]:
    """The rows that are in lists, each with its list's number."""
    number = listed.c[LIST]
    both = source.join(listed, listed.c.value == rows.c[hits.column])
    some = found.add_columns(number).select_from(both)
    if hits.ranked:
        some = some.add_columns(listed.c[RANK])
    if not hits.every:
        numbers: list[Sql] = [sa.literal_column(str(n)) for n in hits.numbers]
        some = some.where(number.in_(numbers))
    return some
