"""Measures: shares of patients, counted for each of many intervals and each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from cohort_dsl.model.nodes import Node, Series, walk
from cohort_dsl.model.query import (
    DummyData,
    Interval,
    must_be_names,
    must_be_permissions,
    tables_among,
)
from cohort_dsl.model.types import BOOL, INT, ModelError, TableSchema

COLUMNS = (
    "measure",
    "interval_start",
    "interval_end",
    "ratio",
    "numerator",
    "denominator",
)
"""The columns that every answer has, before those that patients are grouped by."""

PATIENTS = ("numerator_patients", "denominator_patients")
"""How many patients each of the two numbers is made from: those who add anything to it.
What is shown is decided by them, and they aren't shown."""

ROW = (*COLUMNS, *PATIENTS)
"""The columns of an answer as a warehouse gives it, before the groups."""

MOST_ROUNDS = 50_000
"""Measures times intervals: 50 measures in each week of 19 years."""


@dataclass(frozen=True)
class Measure:
    """A share of patients, in each interval and group.

    Of the patients for whom ``denominator`` is true, or a number above 0, its sum and
    that of ``numerator``; True is 1, and NULL is 0. Patients are looked for in the tables
    that the denominator mentions.
    """

    name: str
    numerator: Series
    denominator: Series
    group_by: Mapping[str, Series]
    intervals: tuple[Interval, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "group_by", MappingProxyType(dict(self.group_by)))
        must_be_names([self.name], "measures")
        must_be_names([*ROW, *self.group_by], f"columns of measure {self.name}")
        for what, series in (
            ("numerator", self.numerator),
            ("denominator", self.denominator),
        ):
            if series.frame is not None or series.type not in (BOOL, INT):
                raise ModelError(
                    f"the {what} of {self.name} is no yes or no, or count, a patient"
                )
        for name, series in self.group_by.items():
            if series.frame is not None:
                raise ModelError(f"{name} of measure {self.name} has many values a patient")
        if not self.intervals:
            raise ModelError(f"measure {self.name} has no interval")
        if len(set(self.intervals)) < len(self.intervals):
            raise ModelError(f"measure {self.name} has an interval twice")

    def roots(self) -> tuple[Series, ...]:
        """The series that it is made from."""
        return (self.numerator, self.denominator, *self.group_by.values())


@dataclass(frozen=True)
class Measures:
    """Measures that are asked for together.

    ``disclosure_control``: whether small numbers are to be hidden and others rounded, as
    the site's policy says. A site may refuse to do without.
    """

    measures: tuple[Measure, ...]
    disclosure_control: bool = True
    permissions: tuple[str, ...] = ()
    dummy_data: DummyData | None = None

    def __post_init__(self) -> None:
        must_be_permissions(self.permissions)
        if not self.measures:
            raise ModelError("there is no measure")
        must_be_names([measure.name for measure in self.measures], "measures")
        if sum(len(measure.intervals) for measure in self.measures) > MOST_ROUNDS:
            raise ModelError(f"measures times intervals are more than {MOST_ROUNDS}")
        groups = dict(chain.from_iterable(m.group_by.items() for m in self.measures))
        must_be_names(groups, "columns that measures are grouped by")
        for measure in self.measures:
            for name, series in measure.group_by.items():
                if series.type != groups[name].type:
                    raise ModelError(f"{name} has two types, in different measures")
        self.tables()

    def group_columns(self) -> dict[str, Series]:
        """The columns that any measure is grouped by, in the order of their first use."""
        found: dict[str, Series] = {}
        for measure in self.measures:
            for name, series in measure.group_by.items():
                found.setdefault(name, series)
        return found

    def intervals(self) -> tuple[Interval, ...]:
        """Each interval of any measure once, in order."""
        return tuple(
            sorted({one for measure in self.measures for one in measure.intervals})
        )

    def roots(self) -> Iterable[Series]:
        return chain.from_iterable(measure.roots() for measure in self.measures)

    def nodes(self) -> list[Node]:
        """Every node once, parts before wholes."""
        return walk(self.roots())

    def tables(self) -> tuple[TableSchema, ...]:
        """The tables that the measures mention, each once, by name."""
        return tables_among(self.nodes())
