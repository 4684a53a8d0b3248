"""The page of the tables that a site may offer: columns, promises, helpers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from cohort_dsl.language.frames import EventFrame, Frame, PatientFrame
from cohort_dsl.language.literals import kind_name
from cohort_dsl.model.types import Column
from cohort_dsl.tables import contract, core

MODULES = (contract, core)
PRINTED = "<!-- Printed by `make manual` from cohort_dsl/tables: change it there. -->\n"


def page() -> str:
    """The whole page."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield PRINTED + "# The tables on offer"
    yield (
        "Any value may be missing where its column doesn't say otherwise. Made-up patients "
        "keep what a column promises; no answer depends on it."
    )
    for module in MODULES:
        yield f"## {module.__name__}"
        yield _opening(module)
        for table in _tables(module):
            yield from _table(table)


def _opening(module: ModuleType) -> str:
    return inspect.cleandoc(module.__doc__ or "").replace("``", "`")


def _tables(module: ModuleType) -> list[Frame]:
    return [value for value in vars(module).values() if isinstance(value, Frame)]


def _table(table: Frame) -> Iterator[str]:
    rows = "At most one row" if table.one_row_per_patient_ else "Any number of rows"
    yield f"### {table.title_()}"
    yield f"{_meaning(type(table))} {rows} a patient."
    columns = "\n".join(map(_column, table.node_.schema.columns))
    yield f"| column | values | promised | meaning |\n| --- | --- | --- | --- |\n{columns}"
    helpers = list(_helpers(type(table)))
    if helpers:
        yield "\n".join(helpers)


def _column(column: Column) -> str:
    cells = [
        f"`{column.name}`",
        kind_name(column.type),
        "; ".join(column.promised()),
        column.description,
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _helpers(cls: type[Any]) -> Iterator[str]:
    """What the table can be asked beside what every table can."""
    for name, value in vars(cls).items():
        if inspect.isfunction(value):
            told = [p for p in inspect.signature(value).parameters if p != "self"]
            yield f"- `{name}({', '.join(told)})`: {_meaning(value)}"


def _meaning(thing: object) -> str:
    told = inspect.getdoc(thing)
    own = told and told not in (EventFrame.__doc__, PatientFrame.__doc__)
    return " ".join(told.split()) if told and own else ""
