"""The steps of a plan. Each reads what it names, and leaves a table under its own name.

A step's result has ``patient_id`` and the columns of its ``outputs``. Steps stand in an
order in which each finds what it needs; the population's come first, so that all that
follow (``within_population``) look at its patients only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from cohort_dsl.model.nodes import Filter, Frame, Pick, Series, Sort, Table, lineage
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar, TableSchema, ValueType


@dataclass(frozen=True)
class Output:
    """A column of a step's result, and what it answers."""

    name: str
    node: Series


@dataclass(frozen=True)
class Given:
    """Where an answer lies. Without a column it is whether the patient is there at all."""

    step: str
    column: str | None


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
class CodeList(Step):
    """A long list of constants, as a table to join."""

    values: frozenset[Scalar]
    type: ValueType


@dataclass(frozen=True)
class _Reading(Step):
    outputs: tuple[Output, ...]
    within_population: bool


@dataclass(frozen=True)
class Columns(_Reading):
    """The asked columns of a table of one row a patient."""

    table: TableSchema

    def scans(self) -> tuple[str, ...]:
        return (self.table.name,)


@dataclass(frozen=True)
class Aggregate(_Reading):
    """All that is counted and summed over the same rows, in one scan."""

    rows: Frame

    def scans(self) -> tuple[str, ...]:
        return (base(self.rows).name,)

    def computes(self) -> tuple[Series, ...]:
        sources = (getattr(output.node, "source", None) for output in self.outputs)
        return conditions(self.rows) + tuple(s for s in sources if isinstance(s, Series))


@dataclass(frozen=True)
class Choose(_Reading):
    """One row a patient: the first or last of sorted rows."""

    pick: Pick

    def scans(self) -> tuple[str, ...]:
        return (base(self.pick).name,)

    def computes(self) -> tuple[Series, ...]:
        return conditions(self.pick.source) + sort_keys(self.pick.source)


@dataclass(frozen=True)
class Members(Step):
    """Each patient's different non-NULL values of a series over rows."""

    series: Series
    within_population: bool

    @property
    def rows(self) -> Frame:
        assert self.series.frame is not None
        return self.series.frame

    def scans(self) -> tuple[str, ...]:
        return (base(self.rows).name,)

    def computes(self) -> tuple[Series, ...]:
        return (*conditions(self.rows), self.series)


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
class Plan:
    """Steps in order, and where to find what they have answered."""

    query: Query
    steps: tuple[Step, ...]
    givens: Mapping[Series, Given]
    lists: Mapping[frozenset[Scalar], str]

    def scans(self) -> Counter[str]:
        """How often each of the warehouse's tables is read."""
        return Counter(table for step in self.steps for table in step.scans())

    @property
    def population(self) -> Population:
        (step,) = (s for s in self.steps if isinstance(s, Population))
        return step


# What frames are made of ---------------------------------------------------------


def base(frame: Frame) -> TableSchema:
    """The table that the frame's rows come from."""
    *_, last = lineage(frame.source if isinstance(frame, Pick) else frame)
    assert isinstance(last, Table)
    return last.table


def conditions(frame: Frame) -> tuple[Series, ...]:
    """What the frame's filters demand, the earliest first."""
    found = [f.condition for f in lineage(frame) if isinstance(f, Filter)]
    return tuple(reversed(found))


def sort_keys(frame: Frame) -> tuple[Series, ...]:
    """What the frame is sorted by, the key that counts most first."""
    return tuple(f.key for f in lineage(frame) if isinstance(f, Sort))
