"""Tables whose rows come with the definition: written in it, or in a file beside it."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints, literals
from cohort_dsl.language.columns import Series
from cohort_dsl.language.frames import PatientFrame, declared_schema
from cohort_dsl.language.hints import mistake
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes.derived import Cells
from cohort_dsl.model.types import Kind, ModelError, TableSchema, ValueType

MOST_BYTES = 4 * 1024 * 1024
"""Of a table that travels with the question. More belongs into the warehouse."""

ROWS = "Write rows as [(1, 7.5), (2, None)], patient_id first, or as dicts by column."


def table_from_rows(cls_or_rows: Any, rows: Any = None) -> Any:
    """The table that a class declares, with these rows instead of the warehouse's.

    ``table_from_rows(cls, rows)``, or ``@table_from_rows(rows)`` above the class. Each row
    is a tuple (patient_id, then the columns in their order; None is NULL) or a dict by
    column. For small look-up tables and an author's tests: the rows travel with the
    question, some 4 MB of them at most.
    """
    if rows is None:
        return lambda cls: table_from_rows(cls, cls_or_rows)
    schema = declared_schema(cls_or_rows, cls_or_rows.__name__)
    held = _listed(rows)
    cells = tuple(_cells(schema, number, row) for number, row in enumerate(held, start=1))
    _must_be_small(sum(len(str(cell)) + 1 for row in cells for cell in row), schema.name)
    return _table(cls_or_rows, schema, cells)


def table_from_file(path: str | Path, columns: Mapping[str, type] | None = None) -> Any:
    """The table that a class declares, with the rows of a CSV file of the study.

    ``@table_from_file("lookups/areas.csv")`` above a class of PatientFrame or EventFrame;
    or, with ``columns`` as a dictionary from names to types, at once a table of one row a
    patient. The file is .csv or .csv.gz, in UTF-8, with patient_id and the columns named
    in its first line, others are passed over. An empty field is NULL; yes and no are T
    and F (or true and false, 1 and 0); dates are ISO. patient_id is read as a whole
    number where every one is. Some 4 MB at most: the rows travel with the question.
    """
    if columns is None:
        return lambda cls: _from_file(cls, Path(path))
    declared = {name: Series(kind) for name, kind in columns.items()}
    return _from_file(type(_stem(Path(path)), (PatientFrame,), declared), Path(path))


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv")


def _table(cls: type, schema: TableSchema, cells: tuple[Cells, ...]) -> Any:
    try:
        return cls(nodes.InlineTable(schema, cells))
    except ModelError as error:
        raise mistake(f"table {schema.name}: {error}", ROWS) from None


def _must_be_small(size: int, name: str) -> None:
    if size > MOST_BYTES:
        raise mistake(
            f"the rows of {name} are too large to travel with the question",
            f"Stay below {MOST_BYTES // 1024**2} MB; ask the site to load larger tables.",
        )


# Rows in the definition ----------------------------------------------------------------


def _listed(rows: Any) -> list[Any]:
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        raise mistake(f"rows are a list, not a {type(rows).__name__}", ROWS)
    return list(rows)


def _cells(schema: TableSchema, number: int, row: Any) -> Cells:
    names = ["patient_id", *(column.name for column in schema.columns)]
    if isinstance(row, Mapping):
        held = _in_order(schema, number, row, names)
    elif isinstance(row, tuple | list) and len(row) == len(names):
        held = list(row)
    else:
        raise mistake(
            f"row {number} of {schema.name} doesn't have {len(names)} values",
            f"They are, in this order: {', '.join(names)}.",
        )
    where = f"row {number} of {schema.name}"
    pairs = zip(held[1:], schema.columns, strict=True)
    values = (_value(f"{where}, {c.name}", v, c.type) for v, c in pairs)
    return (_id(schema, number, held[0]), *values)


def _in_order(
    schema: TableSchema, number: int, row: Mapping[Any, Any], names: Sequence[str]
) -> list[Any]:
    for name in row:
        if name not in names:
            raise hints.no_such_name(
                str(name), f"table {schema.name} (row {number})", names, "column"
            )
    return [row.get(name) for name in names]


def _value(where: str, value: Any, kind: ValueType) -> Any:
    try:
        return None if value is None else literals.scalar(value, kind)
    except DefinitionError as error:
        raise mistake(f"{where}: {error.problem}", error.remedy) from None


def _id(schema: TableSchema, number: int, value: Any) -> int | str:
    if type(value) in (int, str):
        found: int | str = value
        return found
    raise mistake(
        f"row {number} of {schema.name} has no patient_id",
        "Give each row a whole number or text, as the warehouse's patients have.",
    )


# Rows in a file ------------------------------------------------------------------------


def _from_file(cls: type, path: Path) -> Any:
    schema = declared_schema(cls, cls.__name__)
    lines = _lines(path)
    names = [name.strip() for name in lines[0]] if lines else []
    for name in ("patient_id", *(column.name for column in schema.columns)):
        if name not in names:
            raise hints.no_column(str(path), name, names)
    at = {name: number for number, name in enumerate(names)}
    rows = [(n, line) for n, line in enumerate(lines[1:], start=2) if any(line)]
    ids = _ids(path, [(n, _field(path, n, line, at["patient_id"])) for n, line in rows])
    columns = [
        [
            _read(f"{path}, line {n}, {c.name}", _field(path, n, line, at[c.name]), c.type)
            for n, line in rows
        ]
        for c in schema.columns
    ]
    return _table(cls, schema, tuple(zip(ids, *columns, strict=True)))


def _field(path: Path, number: int, line: list[str], at: int) -> str:
    if at < len(line):
        return line[at].strip()
    raise mistake(f"{path}, line {number}: it has too few fields", "Complete the line.")


def _ids(path: Path, told: list[tuple[int, str]]) -> list[int | str]:
    for number, text in told:
        if not text:
            raise mistake(f"{path}, line {number}: no patient_id", "Complete the line.")
    texts = [text for _, text in told]
    whole = all(text.isdecimal() and str(int(text)) == text for text in texts)
    return [int(text) for text in texts] if whole else list(texts)


_YES_NO: Mapping[str, bool] = MappingProxyType(
    {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
)
_READERS: Mapping[Kind, Callable[[str], Any]] = MappingProxyType(
    {Kind.BOOL: lambda text: _YES_NO[text.lower()], Kind.INT: int, Kind.FLOAT: float}
)


def _read(where: str, text: str, kind: ValueType) -> Any:
    try:
        value = _READERS.get(kind.kind, str)(text) if text else None
    except (ValueError, KeyError):
        problem = f"{where}: no value among {literals.kind_name(kind)}"
        raise mistake(problem, "Correct the file.") from None
    return _value(where, value, kind)


def _lines(path: Path) -> list[list[str]]:
    try:
        return list(csv.reader(_text(path).splitlines(), strict=True))
    except csv.Error:
        raise mistake(f"{path} is no CSV file", "Save it as CSV UTF-8.") from None


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise mistake(
            f"there is no file {path}", "Paths count from the study's own folder."
        ) from None
    except (UnicodeDecodeError, OSError, EOFError, zlib.error, ValueError):
        raise mistake(
            f"{path} can't be read as CSV in UTF-8",
            "Give the name of a .csv or .csv.gz file of the study.",
        ) from None


def _bytes(path: Path) -> bytes:
    """No more than is allowed, however much a compressed file says it holds."""
    if not path.name.endswith((".csv", ".csv.gz")):
        raise mistake(f"{path} is no CSV file", "Save it as .csv or .csv.gz.")
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        found: bytes = file.read(MOST_BYTES + 1)
    _must_be_small(len(found), str(path))
    return found
