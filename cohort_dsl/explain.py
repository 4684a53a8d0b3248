"""How a question is answered, to look at: its plan in words, and what it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cohort_dsl import sql
from cohort_dsl.model import intervals
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import InlineTable
from cohort_dsl.model.query import Interval, Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import INT, STR
from cohort_dsl.plan import Plan
from cohort_dsl.plan.tallies import Tally, TallyEach
from cohort_dsl.plan.told import Told, told
from cohort_dsl.sql import DIALECTS, Catalog, Script
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.working import LEFT_OUT
from cohort_dsl.warehouses.explaining import Clock, Took, planned

if TYPE_CHECKING:  # it takes Arrow, which no plan needs
    from cohort_dsl.warehouses.contract import Warehouse

FORMAT, VERSION = "explain", 1

WIDTH = 92  # characters of a line
MOST = 12
"""Of a step's details that people are shown; programs get all."""


@dataclass(frozen=True)
class Explained:
    """How a question is answered, or one period of it.

    ``took``: by a step's name, its statements; None where nothing was asked.
    """

    plan: Plan
    steps: tuple[Told, ...]
    script: Script
    dialect: str
    period: Interval | None = None
    took: Mapping[str, Sequence[Took]] | None = None

    @property
    def seconds(self) -> float | None:
        """Of all its statements."""
        if self.took is None:
            return None
        return sum(one.seconds for its in self.took.values() for one in its)


def explain(question: Question, dialect: str = "duckdb") -> list[Explained]:
    """Without a warehouse: one for each period, or one.

    ``dialect``: whose SQL it is, one of ``sql.DIALECTS``. A warehouse that knows which
    tables hold all its patients may read fewer.
    """
    words = DIALECTS[dialect]
    catalog = _catalog(question)
    found = []
    for period, asked in _times(question):
        steps = planned(asked, words, catalog)
        script = sql.script(steps, words, catalog)
        found.append(Explained(steps, _told(steps, asked), script, dialect, period))
    return found


def explain_on(question: Question, warehouse: Warehouse, clock: Clock) -> list[Explained]:
    """The same by asking a warehouse, with what each step took.

    Rows are counted exactly, small numbers of patients too: this is for whoever holds the
    warehouse. ``clock``: seconds. WarehouseError where it can't answer.
    """
    found = []
    for period, asked in _times(question):
        tried = warehouse.explain(asked, clock)
        steps = _told(tried.plan, asked)
        took = by_step(tried.plan, tried.took)
        name = warehouse.dialect.name
        found.append(Explained(tried.plan, steps, tried.script, name, period, took))
    return found


def _times(question: Question) -> Iterator[tuple[Interval | None, Query | Measures]]:
    if isinstance(question, Measures) or not question.periods:
        yield None, question
    else:
        yield from intervals.periods(question)


def _told(steps: Plan, asked: Query | Measures) -> tuple[Told, ...]:
    return told(steps, asked if isinstance(asked, Measures) else None)


def _catalog(question: Question) -> Catalog:
    given = (node for node in question.nodes() if isinstance(node, InlineTable))
    text = any(isinstance(one, str) for table in given for one in table.patients())
    sources = {schema.name: plain(schema) for schema in question.tables()}
    return Catalog(sources, STR if text else INT)


def by_step(steps: Plan, took: Iterable[Took]) -> dict[str, list[Took]]:
    """The statements of each step, by its name.

    A step's tables begin with its name; that of people who are left out serves to find the
    population. A family of measures has one table, which each
    of its intervals adds to in turn.
    """
    found: dict[str, list[Took]] = {step.name: [] for step in steps.steps}
    found |= {step.name: [] for step in steps.event_tables.values()}
    tallies: dict[str, list[str]] = {}
    for step in steps.steps:
        if isinstance(step, Tally | TallyEach):
            tallies.setdefault(step.family, []).append(step.name)
    for one in took:
        if one.event_table:
            name = steps.event_tables[one.event_table].name
        elif not one.fills:
            name = steps.steps[-1].name
        elif one.fills == LEFT_OUT:
            name = steps.population.name
        elif one.fills in tallies:
            name = tallies[one.fills].pop(0)
        else:
            name = _beginning(one.fills, found)
        found[name].append(one)
    return found


def _beginning(table: str, names: Mapping[str, object]) -> str:
    while table not in names:
        table, cut, _ = table.rpartition("_")
        assert cut, "a table that no step leaves"
    return table


# For programs --------------------------------------------------------------------


def as_json(
    question: Question, found: Sequence[Explained], *, with_sql: bool = False
) -> dict[str, Any]:
    """Version 1 of the format ``explain``.

    ``asks``: dataset or measures; ``names``: of its variables or measures. ``plans``: one,
    or one for each ``period``. Of a plan: ``scans`` by table; how many ``uploaded_rows``
    of constants; ``statements`` and ``sql_bytes``; its ``steps``, each with number, name,
    kind, ``does`` in words with ``details``, what it is ``for``, its ``scans``,
    ``population_only`` (null where that doesn't arise) and ``uploads``. Where a warehouse
    was asked, a plan has ``seconds``, and a step ``seconds``, ``rows``,
    ``estimated_rows`` and its ``statements``; else these are null.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "asks": "measures" if isinstance(question, Measures) else "dataset",
        "names": _names(question),
        "dialect": found[0].dialect,
        "plans": [_plan_json(one, with_sql=with_sql) for one in found],
    }


def _names(question: Question) -> list[str]:
    if isinstance(question, Measures):
        return [measure.name for measure in question.measures]
    return list(question.variables)


def _plan_json(one: Explained, *, with_sql: bool) -> dict[str, Any]:
    period = one.period and {"start": str(one.period.start), "end": str(one.period.end)}
    return {
        "period": period,
        "scans": dict(one.plan.scans()),
        "uploaded_rows": sum(step.uploads or 0 for step in one.steps),
        "statements": len(one.script.statements()),
        "sql_bytes": one.script.size(),
        "seconds": one.seconds,
        "steps": [_step_json(step, one.took) for step in one.steps],
        "sql": str(one.script) if with_sql else None,
    }


def _step_json(step: Told, took: Mapping[str, Sequence[Took]] | None) -> dict[str, Any]:
    its = None if took is None else took[step.name]
    return {
        "number": step.number,
        "name": step.name,
        "kind": step.kind,
        "does": step.sentence,
        "details": list(step.details),
        "for": list(step.serves),
        "scans": list(step.scans),
        "population_only": step.within_population,
        "uploads": step.uploads,
        "estimated_rows": its[-1].estimated if its else None,
        "rows": its[-1].rows if its else None,
        "seconds": sum(one.seconds for one in its) if its else None,
        "statements": None if its is None else [_took_json(one) for one in its],
    }


def _took_json(one: Took) -> dict[str, Any]:
    return {
        "fills": one.fills or None,
        "estimated_rows": one.estimated,
        "rows": one.rows,
        "seconds": one.seconds,
    }


# For people ----------------------------------------------------------------------


def lines(found: Sequence[Explained], *, with_sql: bool = False) -> Iterator[str]:
    """Each plan once: of periods that are answered alike, the first stands for all."""
    alike: dict[object, list[Explained]] = {}
    for one in found:
        key = id(one) if one.took is not None or with_sql else _shape(one)
        alike.setdefault(key, []).append(one)
    for number, same in enumerate(alike.values()):
        if number:
            yield ""
        yield from _heading(same)
        for step in same[0].steps:
            yield from _step_lines(step, same[0])
        if same[0].seconds is not None:
            yield f"In all {_seconds(same[0].seconds)}."
        if with_sql:
            yield from ("", str(same[0].script))


def _shape(one: Explained) -> object:
    """What a period's plan has in common with those of other days."""
    return tuple((s.name, s.serves, s.scans, s.within_population) for s in one.steps)


def _heading(same: Sequence[Explained]) -> Iterator[str]:
    one = same[0]
    periods = [each.period for each in same if each.period is not None]
    if periods:
        start = min(period.start for period in periods)
        end = max(period.end for period in periods)
        several = f", each of {len(same)} periods like the first" if len(same) > 1 else ""
        yield f"From {start} to {end}{several}:"
    sizes = [
        f"{len(one.steps)} steps",
        f"{len(one.script.statements())} statements",
        f"{one.script.size() / 1000:,.1f} kB of SQL for {one.dialect}",
    ]
    yield ", ".join(sizes)
    tables = [f"{name} {_times_read(n)}" for name, n in sorted(one.plan.scans().items())]
    yield f"Reads {', '.join(tables) or 'no table of the warehouse'}."


def _times_read(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _step_lines(step: Told, one: Explained) -> Iterator[str]:
    yield from _wrapped(step.sentence, f"{step.number:>3}. ")
    for detail in step.details[:MOST]:
        yield from _wrapped(detail, "     - ")
    if len(step.details) > MOST:
        yield f"     - and {len(step.details) - MOST:,} more"
    about = ["Of the population's patients only."] if step.within_population else []
    if step.serves:
        about.append(f"For {', '.join(step.serves)}.")
    yield from _wrapped(" ".join(about), "     ")
    if one.took is not None and (its := one.took[step.name]):
        seconds = _seconds(sum(took.seconds for took in its))
        yield f"     {_rows(its[-1])}, {seconds}."


def _wrapped(text: str, first: str) -> list[str]:
    """Lines of a text, those after the first as far in as the first one's words."""
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _rows(took: Took) -> str:
    expected = "" if took.estimated is None else f" ({took.estimated:,} expected)"
    return f"{took.rows:,} row{'' if took.rows == 1 else 's'}{expected}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:,.1f} s"
