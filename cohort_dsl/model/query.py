"""A whole question: who is in the cohort, and what is asked about each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cohort_dsl.model.nodes import Node, Series, Table, walk
from cohort_dsl.model.types import BOOL, ModelError, TableSchema

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}\Z")


@dataclass(frozen=True)
class DummyData:
    """What the author wishes of made-up patients; no part of the answer on real ones."""

    population_size: int

    def __post_init__(self) -> None:
        if type(self.population_size) is not int or self.population_size < 1:
            raise ModelError("dummy data has at least one patient")


@dataclass(frozen=True)
class Query:
    """A population and named variables, one value of each a patient.

    The population is where ``population`` is exactly True, among the patients of the
    tables that it mentions.
    """

    population: Series
    variables: Mapping[str, Series]
    dummy_data: DummyData | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", MappingProxyType(dict(self.variables)))
        if self.population.frame is not None or self.population.type != BOOL:
            raise ModelError("a population is one yes or no a patient")
        for name, series in self.variables.items():
            if not NAME.match(name):
                raise ModelError(f"{name} can't name a variable")
            if series.frame is not None:
                raise ModelError(f"variable {name} has many values a patient")
        # Several databases don't tell capitals from small letters in names.
        names = ["patient_id", *(name.casefold() for name in self.variables)]
        if len(names) != len(set(names)):
            raise ModelError("two columns of the cohort have the same name")
        self.tables()

    def nodes(self) -> list[Node]:
        """Every node once, parts before wholes."""
        return walk([self.population, *self.variables.values()])

    def tables(self) -> tuple[TableSchema, ...]:
        """The tables that the question mentions, each once, by name."""
        tables = {n.table for n in self.nodes() if isinstance(n, Table)}
        found = {table.name: table for table in tables}
        if len(found) != len(tables):
            raise ModelError("two different tables have the same name")
        return tuple(found[name] for name in sorted(found))
