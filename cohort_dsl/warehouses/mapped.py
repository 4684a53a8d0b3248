"""A warehouse whose own tables a mapping explains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from cohort_dsl.mappings import check, coverage
from cohort_dsl.mappings.binding import Bound
from cohort_dsl.mappings.coverage import Coverage
from cohort_dsl.mappings.present_codes import Present
from cohort_dsl.mappings.report import Report
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.warehouses.contract import (
    Database,
    OnStep,
    Resumable,
    UntilClosed,
    silent,
)
from cohort_dsl.warehouses.explaining import Clock, Tried
from cohort_dsl.warehouses.rows import Answer, Rows


class MappedWarehouse(UntilClosed):
    """An engine's warehouse, which is asked only for what its mapping really serves."""

    def __init__(self, engine: Database, bound: Bound, mapping: str) -> None:
        self._engine, self.bound, self.mapping = engine, bound, mapping
        self._present = Present(bound, engine.dialect, engine.run)

    def __repr__(self) -> str:
        return f"<warehouse mapped as {self.mapping}>"

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    @property
    def catalog(self) -> Catalog:
        return self._engine.catalog

    @contextmanager
    def ask(self, query: Query, on_step: OnStep = silent) -> Iterator[Answer]:
        """The cohort, sorted by patient_id. WarehouseError for what isn't served."""
        self.bound.demand(query, self._present.has)
        with self._engine.ask(query, on_step) as answer:
            yield answer

    def measure(self, measures: Measures) -> Rows:
        """The measures. WarehouseError for what isn't served."""
        self.bound.demand(measures, self._present.has)
        return self._engine.measure(measures)

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer. WarehouseError for what isn't served."""
        self.bound.demand(question, self._present.has)
        return self._engine.explain(question, clock)

    def resumable(self, query: Query) -> Resumable | None:
        """Where the engine can go back. WarehouseError for what isn't served."""
        self.bound.demand(query, self._present.has)
        return self._engine.resumable(query)

    def check(self, today: date | None = None) -> Report:
        """The contract's tables against the database: counts and shares, nobody's values.

        ``today``: later dates are told; without it those after the year 2099.
        """
        return check.check(self.mapping, self.bound, self.dialect, self._engine.run, today)

    def coverage(self, today: date) -> dict[str, Coverage]:
        """How many patients the served tables have: exact numbers, to be protected.

        WarehouseError where nobody's rows are served: that is nothing to be published.
        """
        self.bound.demand_somebody()
        return coverage.coverage(self.bound, self.dialect, self._engine.run, today)

    def close(self) -> None:
        self._engine.close()
