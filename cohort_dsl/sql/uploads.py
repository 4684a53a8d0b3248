"""What comes with a question: constants as tables to join, and tables of its own."""

from __future__ import annotations

from cohort_dsl.model.types import INT
from cohort_dsl.plan.brought import CodeList, ListMap, Times, ValueMap
from cohort_dsl.plan.steps import Inline
from cohort_dsl.plan.varying import BITS
from cohort_dsl.sql.catalog import demand_ids
from cohort_dsl.sql.workbench import Workbench
from cohort_dsl.sql.working import BIT, INTERVAL, KEY, LIST, RANK, RESULT


def code_list(bench: Workbench, step: CodeList) -> None:
    """A long list, a row for each value; or its pieces, where it is to be written out."""
    if step.values in bench.written_out:
        bench.lists[step.values] = bench.terms.in_pieces(step.values, step.type)
        return
    rows = ((value,) for value in sorted(step.values))
    bench.lists[step.values] = bench.draft.uploaded(step.name, {"value": step.type}, rows)


def value_map(bench: Workbench, step: ValueMap) -> None:
    """A long map, a row for each key."""
    first = step.maps[0]
    columns = {KEY: first.operand.type, RESULT: first.type}
    rows = (tuple(map(bench.terms.given, pair)) for pair in first.pairs)
    held = bench.draft.uploaded(step.name, columns, rows)
    bench.joined |= dict.fromkeys(step.maps, held)


def list_map(bench: Workbench, step: ListMap) -> None:
    """Several lists, a row for each list that a value is in, with the value's rank."""
    values = sorted({value for one in step.lists for value in one})
    rank = {value: number for number, value in enumerate(values)}
    rows = ((v, step.number(one), rank[v]) for one in step.lists for v in sorted(one))
    columns = {"value": step.type, LIST: INT, RANK: INT}
    bench.results[step.name] = bench.draft.uploaded(step.name, columns, rows)


def times(bench: Workbench, step: Times) -> None:
    """Intervals with their parameters, and the bit that each has in one of many columns."""
    columns = {INTERVAL: INT} | {one.name: one.node.type for one in step.parameters}
    columns |= {f"{BIT}{place}": INT for place in range(step.masks)}
    given = [map(bench.terms.given, values) for values in step.values]
    told = zip(*given, strict=True) if given else ((),) * len(step.intervals)
    rows = (
        (number, *values, *(_bit(n, place) for place in range(step.masks)))
        for n, (number, values) in enumerate(zip(step.intervals, told, strict=True))
    )
    bench.results[step.name] = bench.draft.uploaded(step.name, columns, rows)


def _bit(number: int, place: int) -> int:
    """The interval's bit in the column in this place; 0 if it has none there."""
    return 1 << number % BITS if number // BITS == place else 0


def inline(bench: Workbench, step: Inline) -> None:
    """The rows of a table that comes with the question."""
    demand_ids(step.table, bench.catalog.patient_id)
    types = {column.name: column.type for column in step.table.table.columns}
    types = {"patient_id": bench.catalog.patient_id} | types
    rows = (tuple(map(bench.terms.given, row)) for row in step.table.cells)
    held = bench.draft.uploaded(step.name, types, rows)
    bench.results[step.name] = bench.made[step.table] = held
