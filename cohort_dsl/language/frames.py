"""Frames as an author sees them: tables, and the rows left after filters and picks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, overload

from cohort_dsl.language.columns import schema_of
from cohort_dsl.model import nodes
from cohort_dsl.model.types import TableSchema


class Frame:
    """Rows of a table. Attributes ending in _ are ours, and so no column's name."""

    node_: nodes.Frame
    one_row_per_patient_: ClassVar[bool]

    def __init__(self, node: nodes.Frame) -> None:
        object.__setattr__(self, "node_", node)

    def title_(self) -> str:
        """What an error calls these rows."""
        return self.node_.schema.name


class PatientFrame(Frame):
    """At most one row a patient."""

    one_row_per_patient_ = True


class EventFrame(Frame):
    """Any number of rows a patient."""

    one_row_per_patient_ = False


F = TypeVar("F", bound=Frame)


@overload
def table(cls: type[F]) -> F: ...
@overload
def table(*, name: str) -> Callable[[type[F]], F]: ...
def table(cls: type[F] | None = None, *, name: str | None = None) -> Any:
    """Turn a class of columns into the table of its name, ready to be asked.

    ``name`` is for tables whose Python name is short for a longer one.
    """
    if cls is None:
        return lambda declared: _declare(declared, name or declared.__name__)
    return _declare(cls, name or cls.__name__)


def _declare(cls: type[F], name: str) -> F:
    schema = schema_of(cls, name, one_row_per_patient=cls.one_row_per_patient_)
    return cls(nodes.Table(schema))


def schemas_of(*tables: Any) -> dict[str, TableSchema]:
    """The schemas of declared tables, by name.

    Any, because type checkers don't see that a class decorator returns no class.
    """
    return {frame.node_.schema.name: frame.node_.schema for frame in tables}
