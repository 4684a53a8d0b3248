"""The steps of a plan. Each reads what it names, and leaves a table under its own name.

A step's result has ``patient_id`` and the columns of its ``outputs``. Steps stand in an
order in which each finds what it needs; the population's come first, so that all that
follow (``within_population``) look at its patients only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cohort_dsl.model.nodes import Frame, InlineTable, Pick, Series, Table
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import TableSchema
from cohort_dsl.plan.cuts import Bits
from cohort_dsl.plan.rows import Rows, base


@dataclass(frozen=True)
class Output:
    """A column of a step's result, and what it answers."""

    name: str
    node: Series


@dataclass(frozen=True)
class Given:
    """Where an answer lies. Without a column it is whether the patient is there at all.

    ``masks``: it is yes or no in each interval, told by the bits of so many columns, of
    which ``column`` is the name before a number.
    """

    step: str
    column: str | None
    masks: int = 0


@dataclass(frozen=True)
class Step:
    name: str

    def scans(self) -> tuple[str, ...]:
        """The warehouse's tables that it reads, each as often as it reads it."""
        return ()

    def computes(self) -> tuple[Series, ...]:
        """What it works out row by row, or patient by patient."""
        return ()


@dataclass(frozen=True)
class Hits:
    """Which rows a pass keeps: those whose ``column`` is in lists of a map.

    ``every``: these are all lists of the map. ``ranked``: of the column itself only the
    order is kept, as a number that the map has for each value.
    """

    map: str
    column: str
    numbers: tuple[int, ...]
    every: bool
    ranked: bool


@dataclass(frozen=True)
class Keep(Step):
    """One pass over a table's rows, for all the steps that then read what it has kept.

    With ``hits`` a row is kept once for each list that it is in, beside the list's number,
    and the rows of one list lie together; without, every row is kept.
    """

    rows: Frame
    columns: tuple[str, ...]
    hits: Hits | None
    within_population: bool

    def scans(self) -> tuple[str, ...]:
        return _scan(self.rows)


@dataclass(frozen=True)
class _Reading(Step):
    within_population: bool


@dataclass(frozen=True)
class Inline(Step):
    """The rows of a table that comes with the question."""

    table: InlineTable


@dataclass(frozen=True)
class Source(_Reading):
    """One set of rows that a frame's rows are made from.

    ``frame``: whose rows; ``series``: what is worked out on them beside its conditions.
    """

    frame: Frame
    rows: Rows
    series: tuple[Series, ...] = ()

    def scans(self) -> tuple[str, ...]:
        return _scan(base(self.rows.frame))

    def computes(self) -> tuple[Series, ...]:
        return self.rows.conditions + self.rows.keys + self.series


@dataclass(frozen=True)
class Make(_Reading):
    """The rows of a frame that has its own: a union's, episodes, what a look-up finds.

    They are worked out once, and then read like a table's.
    """

    frame: Frame
    columns: tuple[str, ...]
    sources: tuple[Source, ...]

    def scans(self) -> tuple[str, ...]:
        return tuple(table for source in self.sources for table in source.scans())

    def computes(self) -> tuple[Series, ...]:
        return tuple(series for source in self.sources for series in source.computes())


@dataclass(frozen=True)
class Asked:
    """What is asked of a table on offer: columns of its rows.

    ``among``: of the rows for which any of these is True; None: of all.
    """

    table: TableSchema
    columns: tuple[str, ...]
    among: tuple[Series, ...] | None


@dataclass(frozen=True)
class Gather(_Reading):
    """One reading of a physical table, ``shared`` by the tables that have rows there.

    Whoever reads one of these tables afterwards, of the same patients, reads what this
    has kept.
    """

    shared: str
    asked: tuple[Asked, ...]

    def scans(self) -> tuple[str, ...]:
        return (self.shared,)

    def computes(self) -> tuple[Series, ...]:
        return tuple(series for one in self.asked for series in one.among or ())


@dataclass(frozen=True)
class Columns(_Reading):
    """The asked columns of a table of one row a patient."""

    outputs: tuple[Output, ...]
    table: Table | InlineTable

    def scans(self) -> tuple[str, ...]:
        return _scan(self.table)


@dataclass(frozen=True)
class Part:
    """Answers from one set of rows. ``there``: a column that says whether there are any.

    ``bits``: they are several columns, which say in which intervals there are any for
    which these conditions hold, too; ``masks``: so many.
    """

    rows: Rows
    outputs: tuple[Output, ...]
    there: str | None = None
    bits: tuple[Bits, ...] = ()
    masks: int = 0

    def computes(self) -> tuple[Series, ...]:
        sources = (getattr(output.node, "source", None) for output in self.outputs)
        found = tuple(s for s in sources if isinstance(s, Series))
        return (*self.rows.conditions, *found, *(one.column for one in self.bits))


@dataclass(frozen=True)
class Aggregate(_Reading):
    """All that is counted and summed over sets of the same table's rows, in one pass.

    The result has the patients of the only part; of several, whoever has any row read.
    ``times``: the table of intervals for each of which this is done.
    """

    parts: tuple[Part, ...]
    kept: str | None
    times: str | None = None

    @property
    def rows(self) -> Frame:
        """Where all its rows come from."""
        return base(self.parts[0].rows.frame)

    @property
    def outputs(self) -> tuple[Output, ...]:
        return tuple(output for part in self.parts for output in part.outputs)

    def scans(self) -> tuple[str, ...]:
        return () if self.kept else _scan(self.rows)

    def computes(self) -> tuple[Series, ...]:
        return tuple(series for part in self.parts for series in part.computes())


@dataclass(frozen=True)
class Choose(_Reading):
    """One row a patient: the one picked of sorted rows. ``times``: as of an aggregate."""

    outputs: tuple[Output, ...]
    pick: Pick
    rows: Rows
    kept: str | None
    times: str | None = None

    def scans(self) -> tuple[str, ...]:
        return () if self.kept else _scan(base(self.pick))

    def computes(self) -> tuple[Series, ...]:
        return self.rows.conditions + self.rows.keys


@dataclass(frozen=True)
class Members(_Reading):
    """Each patient's different non-NULL values of a series over rows."""

    series: Series
    rows: Rows
    kept: str | None

    def scans(self) -> tuple[str, ...]:
        return () if self.kept else _scan(base(self.rows.frame))

    def computes(self) -> tuple[Series, ...]:
        return (*self.rows.conditions, self.series)


@dataclass(frozen=True)
class Population(Step):
    """Who the condition is True for, among the patients of tables and earlier steps."""

    condition: Series
    tables: tuple[TableSchema, ...]
    steps: tuple[str, ...]

    def scans(self) -> tuple[str, ...]:
        return tuple(table.name for table in self.tables)

    def computes(self) -> tuple[Series, ...]:
        return (self.condition,)


@dataclass(frozen=True)
class Assembly(Step):
    """The population with all its variables, by ``patient_id``."""

    variables: tuple[Output, ...]

    def computes(self) -> tuple[Series, ...]:
        return tuple(output.node for output in self.variables)


@dataclass(frozen=True)
class EventTable(_Reading):
    """The population's rows of a frame, with an event table's columns."""

    outputs: tuple[Output, ...]
    rows: Rows

    def scans(self) -> tuple[str, ...]:
        return _scan(base(self.rows.frame))

    def computes(self) -> tuple[Series, ...]:
        return self.rows.conditions + tuple(output.node for output in self.outputs)


@dataclass(frozen=True)
class Plan:
    """Steps in order, and where to find what they have answered."""

    query: Query
    steps: tuple[Step, ...]
    givens: Mapping[Series, Given]
    event_tables: Mapping[str, EventTable] = field(default_factory=dict)

    def scans(self) -> Counter[str]:
        """How often each of the warehouse's tables is read."""
        every = (*self.steps, *self.event_tables.values())
        return Counter(table for step in every for table in self.read_by(step))

    def read_by(self, step: Step) -> tuple[str, ...]:
        """The warehouse's tables that a step reads, but for what was gathered before."""
        within = is_within(step)
        return tuple(t for t in step.scans() if (t, within) not in self.gathered)

    @cached_property
    def gathered(self) -> Mapping[tuple[str, bool], str]:
        """By table, and whether it's of the population only: the step that has its rows."""
        return {
            (asked.table.name, step.within_population): step.name
            for step in self.steps
            if isinstance(step, Gather)
            for asked in step.asked
        }

    @cached_property
    def population(self) -> Population:
        (step,) = (s for s in self.steps if isinstance(s, Population))
        return step


def is_within(step: Step) -> bool:
    """Does it look at the population's patients only?"""
    return isinstance(step, _Reading | Keep) and step.within_population


def _scan(rows: Frame) -> tuple[str, ...]:
    return (rows.table.name,) if isinstance(rows, Table) else ()
