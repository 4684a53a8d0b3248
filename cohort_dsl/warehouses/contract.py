"""What every warehouse can do, whichever engine it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from cohort_dsl.model.query import Query
from cohort_dsl.sql import Catalog, Dialect
from cohort_dsl.warehouses.rows import Rows


class Warehouse(Protocol):
    """Open from construction to the end of its ``with`` block."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def catalog(self) -> Catalog: ...

    def ask(self, query: Query) -> AbstractContextManager[Rows]:
        """The cohort: patient_id and the variables, sorted by patient_id.

        Nothing is left in the warehouse afterwards. WarehouseError if it has no such
        tables or refuses.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
