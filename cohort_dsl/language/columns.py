"""How a table is declared: a class with typed columns becomes a frame to ask."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from cohort_dsl.codes import Code, MultiCodeString
from cohort_dsl.language import hints
from cohort_dsl.language.constraints import AnyConstraint, column_of, listed
from cohort_dsl.language.series import wrap
from cohort_dsl.model import types
from cohort_dsl.model.nodes import SelectColumn
from cohort_dsl.model.query import NAME
from cohort_dsl.model.types import Column, ModelError, TableSchema, ValueType

_TYPES: Mapping[object, ValueType] = MappingProxyType(
    {
        bool: types.BOOL,
        int: types.INT,
        float: types.FLOAT,
        str: types.STR,
        datetime.date: types.DATE,
    }
)


class Series:
    """One column of a table being declared: its type, and what is known of its values.

    ``type_`` is bool, int, float, str, datetime.date or a class of ``cohort_dsl.codes``.
    """

    def __init__(
        self,
        type_: type,
        description: str = "",
        constraints: Iterable[AnyConstraint] = (),
    ) -> None:
        self.value_type = _value_type(type_)
        self.description = " ".join(description.split())
        self.constraints = listed(constraints)
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, frame: Any, owner: type) -> Any:
        if frame is None:
            return self
        return wrap(SelectColumn(frame.node_, self.name))

    def __set__(self, frame: Any, value: object) -> None:
        raise hints.mistake(
            f"{self.name} is a column of {frame.title_()} and can't be replaced",
            "Give the new series a name that the table doesn't use.",
        )

    def column(self) -> Column:
        """What the model keeps of it."""
        return column_of(self.name, self.value_type, self.description, self.constraints)


def described(column: Column) -> Series:
    """The declaration of a column that the model has already."""
    found = Series.__new__(Series)
    found.name, found.value_type = column.name, column.type
    found.description, found.constraints = column.description, ()
    return found


def _value_type(type_: object) -> ValueType:
    if isinstance(type_, Series):
        raise hints.mistake(
            "a column's type is a column, because one above has the type's name",
            "Write `import datetime` and `Series(datetime.date)`.",
        )
    if type_ in _TYPES:
        return _TYPES[type_]
    is_code = isinstance(type_, type) and issubclass(type_, Code | MultiCodeString)
    if is_code and hasattr(type_, "system") and hasattr(type_, "value_type"):
        found = type_.value_type()
        assert isinstance(found, ValueType)
        return found
    raise hints.mistake(
        f"{getattr(type_, '__name__', type_)} is no type for a column",
        "Write bool, int, float, str, datetime.date or a class of cohort_dsl.codes.",
    )


def schema_of(cls: type, name: str, *, one_row_per_patient: bool) -> TableSchema:
    """The schema that a class declares, its parents' columns first."""
    found: dict[str, Series] = {}
    for parent in reversed(cls.__mro__):
        found.update({k: v for k, v in vars(parent).items() if isinstance(v, Series)})
    for column in found:
        if column == "patient_id" or not NAME.match(column):
            raise hints.mistake(
                f"{column} can't name a column of {name}",
                "Use letters, digits and _; patient_id goes without saying.",
            )
    try:
        columns = tuple(series.column() for series in found.values())
        return TableSchema(name, columns, one_row_per_patient)
    except ModelError as error:
        raise hints.mistake(
            f"table {name}: {error}", "Look at the constraints of its columns."
        ) from None
