"""Answers made of a patient's rows: read, counted and summed, or told apart."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from cohort_dsl.model.nodes import Percentile, Series
from cohort_dsl.model.types import BOOL, INT, ValueType
from cohort_dsl.plan.steps import Aggregate, Columns, Members, Output, Part
from cohort_dsl.sql import cutting
from cohort_dsl.sql.aggregates import AGGREGATES
from cohort_dsl.sql.below import Below
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.reading import Looked, looked, read, where, which
from cohort_dsl.sql.terms import Terms
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import INTERVAL, MEMBER, OWNER, among


def columns(bench: Workbench, step: Columns) -> None:
    """The asked columns of a table of one row a patient."""
    names = [output.name for output in step.outputs]
    rows = bench.rows_of(step.table, names, within=step.within_population).alias("rows")
    outputs = [rows.c[name] for name in names]
    source = bench.narrowed(rows, within=step.within_population)
    found = sa.select(rows.c.patient_id, *outputs).select_from(source)
    kept = found.where(rows.c.patient_id.is_not(sa.null()))
    bench.leave(step.name, kept, dict(map(_typed, step.outputs)))


def members(bench: Workbench, step: Members) -> None:
    """Each patient's different values of a series."""
    worked = read(bench, step, looked(step, step.rows))
    kind = step.series.type
    value = bench.terms.stored(worked[step.series], kind)
    owner: Sql = sa.column("patient_id")
    found = sa.select(owner.label(OWNER), value.label(MEMBER)).distinct()
    kept = where(found.select_from(worked.rows), step.rows, worked)
    types = {OWNER: bench.catalog.patient_id, MEMBER: kind}
    known = kept.where(value.is_not(sa.null()))
    bench.joined[among(step.series)] = bench.draft.kept(step.name, known, types)


def aggregate(bench: Workbench, step: Aggregate) -> None:
    """What is counted and summed over sets of rows that are read once."""
    alone = len(step.parts) == 1
    worked = read(bench, step, _looked(step))
    owner: list[Sql] = [sa.column("patient_id")]
    types: dict[str, ValueType] = {}
    if step.times is not None:
        owner.append(sa.column(INTERVAL))
        types[INTERVAL] = INT
    answers: list[Sql] = []
    below = Below(bench.terms, worked, owner)
    for part in step.parts:
        only = None if alone else which(part.rows, worked)
        answers += _answers(below, part, only)
        types |= dict(_types(part))
    found = sa.select(*owner, *answers).select_from(below.rows())
    if alone:
        found = where(found, step.parts[0].rows, worked)
    bench.leave(step.name, found.group_by(*owner), types)


def _looked(step: Aggregate) -> Looked:
    """All rows that any of its parts looks at."""
    found_by = (part.rows.hit for part in step.parts)
    hits = tuple(dict.fromkeys(hit for hit in found_by if hit is not None))
    several = len(step.parts) > 1
    return Looked(step.rows, step.kept, hits, step.within_population, several)


def _answers(below: Below, part: Part, only: Sql | None) -> Iterator[Sql]:
    """The part's answers; ``only``: the condition that tells its rows from others'."""
    terms, worked = below.terms, below.worked
    its = which(part.rows, worked)
    one: Sql = sa.literal_column("1")
    for output in part.outputs:
        source = getattr(output.node, "source", None)
        value = one
        if isinstance(source, Series):
            value = terms.stored(worked[source], source.type)
        told = value if only is None else sa.case((only, value))
        if isinstance(output.node, Percentile) and terms.dialect.percentile is None:
            yield below.percentile(output.node, value, its).label(output.name)
            continue
        rule = AGGREGATES[type(output.node)]
        yield rule(terms, output.node, told).label(output.name)
    if part.bits:
        yield from cutting.any_bits(below, part, only)
    elif part.there is not None:
        yield _any(terms, only).label(part.there)


def _any(terms: Terms, only: Sql | None) -> Sql:
    """Is it true of any row? Of a boolean the state of an aggregate is small."""
    one: Sql = sa.literal_column("1")
    if terms.dialect.native_booleans:
        return sa.func.bool_or(sa.true() if only is None else only)
    there = sa.func.max(one if only is None else sa.case((only, one)))
    return terms.stored(there.is_not(sa.null()), BOOL)


def _types(part: Part) -> Iterator[tuple[str, ValueType]]:
    yield from map(_typed, part.outputs)
    if part.there is not None and not part.bits:
        yield part.there, BOOL
    yield from ((f"{part.there}_{place}", INT) for place in range(part.masks))


def _typed(output: Output) -> tuple[str, ValueType]:
    return output.name, output.node.type
