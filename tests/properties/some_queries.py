"""Any query at all: nodes of every kind, put together wherever they have a meaning."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cohort_dsl.model import nodes, types, wire
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import Frame, Node, Series
from cohort_dsl.model.query import DummyData, Interval, Query
from cohort_dsl.model.types import Column, Kind, ModelError, TableSchema, ValueType

COLUMNS = (
    Column("b", types.BOOL),
    Column("c", types.code("atc")),
    Column("cs", types.codes("atc")),
    Column("d", types.DATE, not_null=True),
    Column("f", types.FLOAT),
    Column("i", types.INT),
    Column("s", types.STR, categories=("x", "y")),
)
TABLES = (
    TableSchema("events", COLUMNS, one_row_per_patient=False),
    TableSchema("other.events", COLUMNS, one_row_per_patient=False),
    TableSchema("people", COLUMNS, one_row_per_patient=True),
)
TYPES = tuple(column.type for column in COLUMNS)

VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.BOOL: st.booleans(),
    Kind.INT: st.integers(-(2**63), 2**63 - 1),
    Kind.FLOAT: st.floats(allow_nan=False, allow_infinity=False),
    Kind.STR: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    Kind.DATE: st.dates(),
    Kind.CODES: st.sampled_from(["", "||A10,B01AC06", "A1"]),
    Kind.CODE: st.sampled_from(["A10", "B01AC06"]),
}


def start() -> list[Node]:
    """A column of each type from each table, so that everything has something to ask."""
    tables = [nodes.Table(table) for table in TABLES]
    columns = [nodes.SelectColumn(t, c.name) for t in tables for c in COLUMNS]
    return [
        *tables,
        *columns,
        *(nodes.Sort(t, nodes.SelectColumn(t, "d")) for t in tables[:2]),
    ]


@st.composite
def node_lists(draw: st.DrawFn, steps: int = 30) -> list[Node]:
    """Nodes of all kinds; those drawn without a meaning are left out."""
    found = start()
    for _ in range(draw(st.integers(0, steps))):
        cls = draw(st.sampled_from(list(wire.NODES.values())))
        try:
            found.append(a_node(draw, cls, found))
        except ModelError:
            continue
    return found


def a_node(draw: st.DrawFn, cls: type[Node], found: list[Node]) -> Node:
    series = [node for node in found if isinstance(node, Series)]
    frames = [node for node in found if isinstance(node, Frame)]
    # Parts of one type are what most kinds want.
    alike = st.sampled_from(_of_one_type(draw, series))
    any_series = st.one_of(alike, st.sampled_from(series))
    makers: dict[Any, st.SearchStrategy[Any]] = {
        Series: any_series,
        Frame: st.sampled_from(frames),
        tuple[Frame, ...]: st.lists(st.sampled_from(frames), min_size=2, max_size=3).map(
            tuple
        ),
        int: st.integers(0, 400),
        TableSchema: st.sampled_from(TABLES),
        tuple[Series, ...]: st.lists(alike, min_size=1, max_size=4).map(tuple),
        tuple[tuple[Series, Series], ...]: st.lists(
            st.tuples(st.sampled_from(_of_type(series, types.BOOL)), alike), max_size=3
        ).map(tuple),
        ValueType: st.sampled_from(TYPES),
        nodes.Position: st.sampled_from(nodes.Position),
        nodes.DatePart: st.sampled_from(nodes.DatePart),
        nodes.DateUnit: st.sampled_from(nodes.DateUnit),
        nodes.IntervalEdge: st.sampled_from(nodes.IntervalEdge),
        frozenset[str]: st.frozensets(VALUES[Kind.STR]),
        float: st.floats(0, 100),
        str: st.sampled_from([column.name for column in COLUMNS]),
    }
    fields: dict[str, Any] = {}
    for name, hint in wire.fields_of(cls).items():
        if hint in makers:
            fields[name] = draw(makers[hint])
    if cls is nodes.Value:
        fields["value"] = draw(VALUES[fields["value_type"].kind])
    if cls is nodes.InlineTable:
        fields["cells"] = draw(_cells(fields["table"]))
    if cls is nodes.IsIn:
        fields["values"] = draw(st.frozensets(VALUES[fields["operand"].type.kind]))
    if cls is nodes.MapValues:
        keys, values = (VALUES[fields[n].type.kind] for n in ("operand", "default"))
        pairs = st.dictionaries(keys, st.none() | values, max_size=4)
        fields["pairs"] = tuple(draw(pairs).items())
    return cls(**fields)


def _cells(table: TableSchema) -> st.SearchStrategy[Any]:
    """Rows of different patients, so that they suit any table."""
    values = [st.none() | VALUES[column.type.kind] for column in table.columns]
    row = st.tuples(st.integers(-(2**63), 2**63 - 1), *values)
    return st.lists(row, max_size=3, unique_by=lambda cells: cells[0]).map(tuple)


def _of_type(series: list[Series], wanted: ValueType) -> list[Series]:
    return [one for one in series if one.type == wanted]


def _of_one_type(draw: st.DrawFn, series: list[Series]) -> list[Series]:
    return _of_type(series, draw(st.sampled_from(TYPES)))


INTERVALS = st.lists(
    st.tuples(st.dates(), st.dates()).map(lambda days: Interval(min(days), max(days))),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """A dataset with up to five variables and two event tables, about anything."""
    found = draw(node_lists())
    one = [n for n in found if isinstance(n, Series) and n.frame is None]
    return Query(
        draw(st.sampled_from(_of_type(one, types.BOOL))),
        {name: draw(st.sampled_from(one)) for name in draw(NAMES)},
        {name: _columns(draw, found) for name in draw(NAMES)[:2]},
        draw(INTERVALS),
        tuple(draw(NAMES)),
        draw(st.none() | st.integers(1, 10**6).map(DummyData)),
    )


def _columns(draw: st.DrawFn, found: list[Node]) -> dict[str, Series]:
    """Columns of one frame, and of the patient."""
    series = [n for n in found if isinstance(n, Series)]
    first = draw(st.sampled_from([s for s in series if s.frame is not None]))
    alike = [s for s in series if s.frame in (first.frame, None)]
    return {"first": first} | {name: draw(st.sampled_from(alike)) for name in draw(NAMES)}


@st.composite
def all_measures(draw: st.DrawFn) -> Measures:
    """Up to three measures, about anything."""
    found = draw(node_lists())
    one = [n for n in found if isinstance(n, Series) and n.frame is None]
    counts = st.sampled_from(_of_type(one, types.BOOL) + _of_type(one, types.INT))
    groups = {name: draw(st.sampled_from(one)) for name in draw(NAMES)}
    names = draw(st.lists(st.sampled_from("xyz"), unique=True, min_size=1))
    return Measures(
        tuple(
            Measure(name, draw(counts), draw(counts), groups, draw(INTERVALS))
            for name in names
        ),
        draw(st.booleans()),
        tuple(draw(NAMES)),
        draw(st.none() | st.integers(1, 10**6).map(DummyData)),
    )
