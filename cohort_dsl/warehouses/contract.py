"""What every warehouse can do, whichever engine it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql import Catalog, Dialect, Statement
from cohort_dsl.sql.ranges import Range
from cohort_dsl.warehouses.explaining import Clock, Tried
from cohort_dsl.warehouses.rows import Answer, Rows

OnStep: TypeAlias = Callable[[int, int], None]
"""Told after each statement that prepares an answer: how many are done, and of how many."""


def silent(done: int, of: int) -> None:
    """Told, and says nothing."""


class Warehouse(Protocol):
    """Open from construction to the end of its ``with`` block."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def catalog(self) -> Catalog: ...

    def ask(self, query: Query, on_step: OnStep = silent) -> AbstractContextManager[Answer]:
        """The cohort: patient_id and the variables, sorted by patient_id.

        And each event table: patient_id and its columns, sorted by all of them, NULL first.
        Nothing is left in the warehouse afterwards. WarehouseError if it has no such
        tables or refuses.
        """
        ...

    def measure(self, measures: Measures) -> Rows:
        """The measures: the columns of ``model.measures.ROW``, then the groups.

        Ordered as ``reference.answer_measures`` says. WarehouseError as above.
        """
        ...

    def explain(self, question: Query | Measures, clock: Clock) -> Tried:
        """What it takes to answer; the answer is thrown away, and nothing is left.

        The query is of one time. Rows are counted exactly: this is for the operator of
        the warehouse, who sees them anyway. WarehouseError as above.
        """
        ...

    def resumable(self, query: Query) -> Resumable | None:
        """By which the question may be gone on with in another session; None where the
        engine, or what the account may, doesn't let us go back to how data were.
        WarehouseError as above."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Resumable(Protocol):
    """A warehouse that can show again, to any session, how its data were.

    SnapshotLost where it can't any more. WarehouseError as above.
    """

    def moment(self) -> str:
        """A name for how they are now."""
        ...

    def starts(self, moment: str) -> tuple[Scalar, ...]:
        """The first patient of each piece of a long answer, in order; of those then."""
        ...

    def within(self, held: Range, moment: str) -> Warehouse:
        """The warehouse as it was then, with these patients alone. It isn't closed."""
        ...


class Database(Warehouse, Protocol):
    """A warehouse's own database, which can be counted in too."""

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """All rows of a statement of our own. WarehouseError if the engine refuses."""
        ...

    def stop(self) -> None:
        """Break off what another thread is asking here."""
        ...


class UntilClosed(ABC):
    """Open until the end of its ``with`` block."""

    @abstractmethod
    def close(self) -> None: ...

    def stop(self) -> None:
        """Break off what another thread is asking here, as drivers' connections can."""
        cancel = getattr(getattr(self, "_connection", None), "cancel", None)
        if cancel is not None:
            cancel()

    def resumable(self, query: Query) -> Resumable | None:
        """None: few engines can."""
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def refused(engine: str, error: Exception) -> WarehouseError:
    """Told by its kind alone: an engine's message may quote a person's value."""
    return WarehouseError(
        f"{engine} refused ({type(error).__name__})",
        where="the warehouse",
        remedy="Run `strongroom warehouse check` to compare the mapping with the database.",
    )
