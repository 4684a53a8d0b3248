"""One reading of a physical table, and what it keeps for the tables with rows there."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from cohort_dsl.model.nodes import SelectColumn
from cohort_dsl.plan import needs
from cohort_dsl.plan.steps import Asked, Gather
from cohort_dsl.sql.catalog import Copy, Wanted
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.expressions import RULES
from cohort_dsl.sql.workbench import Reader, Workbench


def gather(bench: Workbench, step: Gather) -> None:
    """What is asked of the tables, all in one table of its own."""
    shared = next(one for one in bench.catalog.shared if one.name == step.shared)
    wanted = {one.table.name: _wanted(bench, one) for one in step.asked}

    def narrow(rows: sa.FromClause, patient: Sql) -> sa.FromClause:
        return bench.narrowed_by(rows, patient) if step.within_population else rows

    copy = shared.copied(wanted, narrow)
    rows = copy.rows
    if not step.within_population and bench.left_out is not None:
        rows = bench.without_left_out(rows.subquery("all_rows"))
    kept = bench.draft.kept(step.name, rows, copy.types)
    for one in step.asked:
        bench.copies[one.table.name, step.within_population] = _reader(copy, kept, one)


def _reader(copy: Copy, kept: sa.FromClause, one: Asked) -> Reader:
    return lambda wanted: copy.read(kept, one.table.name, wanted)


def _wanted(bench: Workbench, one: Asked) -> Wanted:
    if one.among is None:
        return Wanted(one.columns)
    lists, terms = one.among, bench.terms

    def among(column: Callable[[str], Sql]) -> Sql:
        found = []
        for each in lists:
            [operand] = needs.operands(each)
            assert isinstance(operand, SelectColumn)
            said = terms.loaded(column(operand.name), operand.type)
            found.append(RULES[type(each)](terms, each, [said]))
        return sa.or_(*found)

    return Wanted(one.columns, among)
