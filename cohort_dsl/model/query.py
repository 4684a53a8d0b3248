"""A whole question: who is in the cohort, and what is asked about each of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from cohort_dsl.model.nodes import IntervalDate, Node, Series, Table, common_frame, walk
from cohort_dsl.model.types import BOOL, ModelError, TableSchema

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}\Z")


@dataclass(frozen=True, order=True)
class Interval:
    """A time from a first to a last day, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if type(self.start) is not date or type(self.end) is not date:
            raise ModelError("an interval is from a date to a date")
        if self.start > self.end:
            raise ModelError(f"an interval from {self.start} ends before, on {self.end}")


@dataclass(frozen=True)
class DummyData:
    """What the author wishes of made-up patients; no part of the answer on real ones.

    ``constraint``: beside the population's condition, what is true for all in it.
    """

    population_size: int
    constraint: Series | None = None

    def __post_init__(self) -> None:
        if type(self.population_size) is not int or self.population_size < 1:
            raise ModelError("dummy data has at least one patient")
        wished = self.constraint
        if wished is not None and (wished.frame is not None or wished.type != BOOL):
            raise ModelError("a constraint on dummy data is one yes or no a patient")

    def roots(self) -> Iterator[Series]:
        """The series that made-up patients are made for, beside what is asked."""
        if self.constraint is not None:
            yield self.constraint


@dataclass(frozen=True)
class Query:
    """A dataset: a population and named variables, one value of each a patient.

    The population is where ``population`` is exactly True, among the patients of the
    tables that it mentions. ``event_tables``: by name, columns with a value for each row
    of one frame. ``periods``: the dataset is asked for once in each of them.
    ``permissions``: what the author says that the study may use.
    """

    population: Series
    variables: Mapping[str, Series]
    event_tables: Mapping[str, Mapping[str, Series]] = field(default_factory=dict)
    periods: tuple[Interval, ...] = ()
    permissions: tuple[str, ...] = ()
    dummy_data: DummyData | None = None

    def __post_init__(self) -> None:
        tables = {n: MappingProxyType(dict(t)) for n, t in self.event_tables.items()}
        object.__setattr__(self, "variables", MappingProxyType(dict(self.variables)))
        object.__setattr__(self, "event_tables", MappingProxyType(tables))
        if self.population.frame is not None or self.population.type != BOOL:
            raise ModelError("a population is one yes or no a patient")
        self._check_variables()
        self._check_event_tables()
        must_be_permissions(self.permissions)
        if len(set(self.periods)) < len(self.periods):
            raise ModelError("a period is there twice")
        wished = self.dummy_data.roots() if self.dummy_data else ()
        found = walk([*self.roots(), *wished])
        tables_among(found)
        if not self.periods and any(isinstance(node, IntervalDate) for node in found):
            raise ModelError("INTERVAL is used, but there is no interval")

    def _check_variables(self) -> None:
        must_be_names(["patient_id", *self.variables], "columns of the cohort")
        for name, series in self.variables.items():
            if series.frame is not None:
                raise ModelError(f"variable {name} has many values a patient")

    def _check_event_tables(self) -> None:
        must_be_names(self.event_tables, "event tables")
        for name, columns in self.event_tables.items():
            must_be_names(["patient_id", *columns], f"columns of event table {name}")
            if common_frame(columns.values()) is None:
                raise ModelError(f"event table {name} has no column of many rows")

    def roots(self) -> Iterator[Series]:
        """The series that are asked for."""
        yield self.population
        yield from self.variables.values()
        for columns in self.event_tables.values():
            yield from columns.values()

    def nodes(self) -> list[Node]:
        """Every node once, parts before wholes."""
        return walk(self.roots())

    def tables(self) -> tuple[TableSchema, ...]:
        """The tables that the question mentions, each once, by name."""
        return tables_among(self.nodes())


def tables_among(nodes: Iterable[Node]) -> tuple[TableSchema, ...]:
    """The nodes' tables, each once, by name; ModelError if two have the same name."""
    tables = {n.table for n in nodes if isinstance(n, Table)}
    found = {table.name: table for table in tables}
    if len(found) != len(tables):
        raise ModelError("two different tables have the same name")
    return tuple(found[name] for name in sorted(found))


def must_be_names(names: Collection[str], of: str) -> None:
    """ModelError unless all are names, and no two the same.

    Several databases don't tell capitals from small letters in names.
    """
    for name in names:
        if not NAME.match(name):
            raise ModelError(f"{name} is no name for {of}")
    if len({name.casefold() for name in names}) < len(names):
        raise ModelError(f"two {of} have the same name")


def must_be_permissions(permissions: Collection[str]) -> None:
    """ModelError unless they are names, each once."""
    must_be_names(permissions, "permissions")
