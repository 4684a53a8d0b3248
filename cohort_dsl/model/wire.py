"""A question as JSON: a flat list of nodes that refer to earlier ones by number.

Flat, so that no reader recurses however deep an author nests. Closed and versioned:
``query-v2.schema.json`` names every node and every field, and nothing else is read.
What a description says of a column is left out: it is no part of the question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NoReturn, get_type_hints

from cohort_dsl.errors import QueryError
from cohort_dsl.model import nodes, wire_questions, wire_schema
from cohort_dsl.model.nodes import Frame, Node, Series
from cohort_dsl.model.nodes.choice import Pairs
from cohort_dsl.model.nodes.derived import Cells
from cohort_dsl.model.promises import Promises
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import (
    Column,
    Kind,
    ModelError,
    Scalar,
    TableSchema,
    ValueType,
)

FORMAT, VERSION = "strongroom-query", 2
MAX_BYTES = 64 * 1024 * 1024


def concrete(cls: type[Node]) -> list[type[Node]]:
    """The classes at or below this one that have no class below them."""
    below = cls.__subclasses__()
    return [found for one in below for found in concrete(one)] if below else [cls]


NODES: Mapping[str, type[Node]] = MappingProxyType(
    {cls.__name__: cls for cls in concrete(Node)}
)


# Writing ---------------------------------------------------------------------------


def dumps(question: Question) -> bytes:
    """The question as canonical JSON: equal questions give equal bytes."""
    order = wire_questions.nodes_of(question)
    refs = {node: number for number, node in enumerate(order)}
    tables = list(dict.fromkeys(n.table for n in nodes.tables_in(order)))
    document = {
        "format": FORMAT,
        "version": VERSION,
        "tables": [_plain_table(table) for table in tables],
        "nodes": [_plain_node(node, refs, tables) for node in order],
        **wire_questions.plain(question, refs),
    }
    return _json(document).encode()


def query_hash(question: Question) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return sha256(dumps(question)).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain_table(table: TableSchema) -> dict[str, Any]:
    return {
        "name": table.name,
        "one_row_per_patient": table.one_row_per_patient,
        "columns": [
            {
                "name": column.name,
                "type": _plain(column.type, {}),
                "categories": list(column.categories),
                "not_null": column.not_null,
                "promises": column.promises.plain(),
            }
            for column in table.columns
        ],
    }


def _plain_node(
    node: Node, refs: Mapping[Node, int], tables: list[TableSchema]
) -> dict[str, Any]:
    fields = {
        name: tables.index(value) if isinstance(value, TableSchema) else _plain(value, refs)
        for name in node.parameter_names()
        for value in (getattr(node, name),)
    }
    return {type(node).__name__: fields}


def _plain(value: object, refs: Mapping[Node, int]) -> Any:
    if isinstance(value, Node):
        return refs[value]
    if isinstance(value, tuple):
        return [_plain(item, refs) for item in value]
    if isinstance(value, frozenset):
        return sorted((_plain(item, refs) for item in value), key=_json)
    if isinstance(value, ValueType):
        return f"{value.kind.value}:{value.system}" if value.system else value.kind.value
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


# Reading ---------------------------------------------------------------------------


def loads(data: bytes) -> Question:
    """The question that ``dumps`` wrote; QueryError for anything else.

    The bytes may come from anybody: they are held against the closed schema first, and
    every node is checked again as it is built.
    """
    document = _parse(data)
    _must_fit_schema(document)
    reader = _Reader([_table(one) for one in document["tables"]])
    for number, one in enumerate(document["nodes"]):
        reader.add(number, one)
    try:
        return wire_questions.read(document, reader.series)
    except ModelError as error:
        _refuse("as a whole", str(error))


def _refuse(place: str, problem: str) -> NoReturn:
    raise QueryError(
        problem,
        where=f"query, {place}",
        remedy="Evaluate the definition again with this version of Strongroom.",
    ) from None


def _parse(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        _refuse("as a whole", f"it is larger than {MAX_BYTES // 1024**2} MB")
    try:
        return json.loads(
            data.decode(), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        _refuse("as a whole", "it is not JSON that we wrote")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def schema() -> Any:
    """The JSON Schema of this version."""
    return wire_schema.schema(VERSION)


def _must_fit_schema(document: Any) -> None:
    for place, rule in wire_schema.broken(document, VERSION):
        _refuse(place, f"it breaks the schema's rule on {rule}")


def _table(data: Mapping[str, Any]) -> TableSchema:
    try:
        columns = tuple(
            Column(
                one["name"],
                _type(one["type"]),
                categories=tuple(one["categories"]),
                not_null=one["not_null"],
                promises=Promises.read(one["promises"]),
            )
            for one in data["columns"]
        )
        return TableSchema(data["name"], columns, data["one_row_per_patient"])
    except ModelError as error:
        _refuse(f"table {data['name']}", str(error))


def _type(text: str) -> ValueType:
    kind, _, system = text.partition(":")
    return ValueType(Kind(kind), system or None)


def _scalar(data: Any, value_type: ValueType) -> Any:
    """What isn't of the type comes back as it is, and the node refuses it."""
    if value_type.kind is not Kind.DATE or not isinstance(data, str):
        return data
    try:
        found = date.fromisoformat(data)
    except ValueError:
        return data
    return found if found.isoformat() == data else data


def _row(cells: list[Any], table: TableSchema) -> tuple[Any, ...]:
    """Cells too many or too few come back as they are, too."""
    if len(cells) != len(table.columns) + 1:
        return tuple(cells)
    pairs = zip(cells[1:], table.columns, strict=True)
    return (cells[0], *(_scalar(cell, column.type) for cell, column in pairs))


class _Reader:
    """The nodes read so far."""

    def __init__(self, tables: list[TableSchema]) -> None:
        self.tables = tables
        self.nodes: list[Node] = []

    def add(self, number: int, data: Mapping[str, Any]) -> None:
        [(name, fields)] = data.items()
        try:
            self.nodes.append(self._node(NODES[name], fields))
        except ModelError as error:
            _refuse(f"node {number} ({name})", str(error))

    def _node(self, cls: type[Node], fields: Mapping[str, Any]) -> Node:
        found = {
            name: READERS[hint](self, fields[name]) for name, hint in fields_of(cls).items()
        }
        if cls is nodes.Value:
            found["value"] = _scalar(found["value"], found["value_type"])
        if cls is nodes.IsIn:
            kind = found["operand"].type
            found["values"] = frozenset(_scalar(v, kind) for v in found["values"])
        if cls is nodes.MapValues:
            keys, values = found["operand"].type, found["default"].type
            found["pairs"] = tuple(
                (_scalar(key, keys), _scalar(value, values))
                for key, value in found["pairs"]
            )
        if cls is nodes.InlineTable:
            found["cells"] = tuple(_row(cells, found["table"]) for cells in found["cells"])
        return cls(**found)

    def series(self, ref: Any) -> Series:
        return self._ref(ref, Series)  # type: ignore[return-value]  # _ref checks it

    def frame(self, ref: Any) -> Frame:
        return self._ref(ref, Frame)  # type: ignore[return-value]  # _ref checks it

    def _ref(self, ref: Any, wanted: type[Node]) -> Node:
        if type(ref) is not int or not 0 <= ref < len(self.nodes):
            raise ModelError(f"it refers to {ref}, which isn't there before it")
        if not isinstance(self.nodes[ref], wanted):
            raise ModelError(f"it refers to {ref}, which is no {wanted.__name__.lower()}")
        return self.nodes[ref]

    def table(self, ref: Any) -> TableSchema:
        if type(ref) is not int or not 0 <= ref < len(self.tables):
            raise ModelError(f"it refers to table {ref}, which isn't there")
        return self.tables[ref]


def fields_of(cls: type[Node]) -> Mapping[str, Any]:
    """A node's fields and their types, as its class declares them."""
    return _fields_of(cls.__name__)


@cache
def _fields_of(kind: str) -> Mapping[str, Any]:
    cls = NODES[kind]
    hints = get_type_hints(cls)
    return MappingProxyType({name: hints[name] for name in cls.parameter_names()})


READERS: Mapping[Any, Callable[[_Reader, Any], Any]] = MappingProxyType(
    {
        Series: _Reader.series,
        Frame: _Reader.frame,
        TableSchema: _Reader.table,
        tuple[Frame, ...]: lambda reader, refs: tuple(map(reader.frame, refs)),
        tuple[Series, ...]: lambda reader, refs: tuple(map(reader.series, refs)),
        tuple[tuple[Series, Series], ...]: lambda reader, pairs: tuple(
            (reader.series(a), reader.series(b)) for a, b in pairs
        ),
        ValueType: lambda reader, text: _type(text),
        nodes.Position: lambda reader, text: nodes.Position(text),
        nodes.DatePart: lambda reader, text: nodes.DatePart(text),
        nodes.DateUnit: lambda reader, text: nodes.DateUnit(text),
        nodes.IntervalEdge: lambda reader, text: nodes.IntervalEdge(text),
        str: lambda reader, text: text,
        float: lambda reader, number: number,
        int: lambda reader, number: number,
        Pairs: lambda reader, pairs: pairs,
        tuple[Cells, ...]: lambda reader, rows: rows,
        Scalar: lambda reader, value: value,
        frozenset[str]: lambda reader, values: frozenset(values),
        frozenset[Scalar]: lambda reader, values: values,
    }
)
