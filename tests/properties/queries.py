"""Any well-typed question over small, nasty tables.

A question grows from a pool: each step draws an operation and operands that suit it, so
that parts are shared and every operation meets every other. Floats whose sums are exact
in any order (``exact``) are kept apart, because engines add in different orders.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from cohort_dsl.model import nodes
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.nodes import (
    DatePart,
    DateUnit,
    Frame,
    IntervalEdge,
    Node,
    Position,
    Series,
    Table,
)
from cohort_dsl.model.query import Interval, Query
from cohort_dsl.model.types import (
    BOOL,
    DATE,
    FLOAT,
    INT,
    STR,
    Column,
    ModelError,
    TableSchema,
    ValueType,
    code,
    codes,
)
from tests.properties.frames_made import (
    a_union,
    an_as_of,
    an_inline_table,
    episodes,
    event_tables,
    found,
)

CODE = code("snomedct")
CODES = codes("snomedct")
TYPES = (BOOL, INT, FLOAT, STR, DATE, CODE, CODES)

VALUES: Mapping[ValueType, list[Any]] = {
    BOOL: [True, False],
    INT: [0, 1, -1, 2, 3, 7, -7, 12, 400, 2**63 - 1, -(2**63), 2**31, 2**53 + 1],
    FLOAT: [
        0.0,
        0.25,
        1.0,
        -1.5,
        2.5,
        -2.5,
        1e9,
        9.3e18,
        -9.3e18,
        1e308,
        1e-300,
        0.1,
        sys.float_info.max,
        5e-324,
    ],
    STR: [
        "",
        " ",
        "a",
        "A",
        "b%",
        "%",
        "_",
        "\\",
        "/",
        "é",
        "e\u0301",
        "🩺",
        "'",
        '"',
        "ab",
    ],
    DATE: [
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2023, 2, 28),
        date(2024, 3, 1),
        date(2023, 12, 31),
        date(2024, 1, 1),
        date(1900, 2, 28),
        date.min,
        date.max,
    ],
    CODES: ["||123456,999999", "123456", "", "999999 73211009 |%", "a\nb"],
    CODE: ["123456", "1234567", "999999", "73211009"],
}
# Values that no table here has, so many that a map of them isn't written out.
MORE: Mapping[ValueType, list[Any]] = {
    INT: [*range(1000, 1030)],
    FLOAT: [1000.5 + n for n in range(30)],
    STR: [f"text {n}" for n in range(30)],
    DATE: [date(1950 + n, 5, 5) for n in range(30)],
    CODES: [f"1000{n:02}|" for n in range(30)],
    CODE: [f"1000{n:02}" for n in range(30)],
}
EXACT = [0.0, 0.25, 1.0, -1.5, 2.5, 1024.0]

COLUMNS = (
    Column("yes", BOOL),
    Column("number", INT),
    Column("exact", FLOAT),
    Column("real", FLOAT),
    Column("text", STR),
    Column("day", DATE),
    Column("code", CODE),
    Column("codes", CODES),
)
PEOPLE = TableSchema("people", COLUMNS, one_row_per_patient=True)
EVENTS = TableSchema("events", COLUMNS, one_row_per_patient=False)
VISITS = TableSchema("visits", COLUMNS, one_row_per_patient=False)
SCHEMAS = (PEOPLE, EVENTS, VISITS)


def values(of: Column) -> st.SearchStrategy[Any]:
    """A missing value, an ordinary one (so that there are ties), or any one."""
    every = EXACT if of.name.startswith("exact") else VALUES[of.type]
    ordinary = st.sampled_from(every[:4])
    return st.one_of(st.none(), ordinary, ordinary, st.sampled_from(every))


def rows(schema: TableSchema) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of up to three patients: none, ties and duplicates come up."""
    one = {column.name: values(column) for column in schema.columns}
    row = st.fixed_dictionaries({"patient_id": st.integers(1, 3), **one})
    if schema.one_row_per_patient:
        return st.lists(row, max_size=3, unique_by=lambda r: r["patient_id"])
    some = st.lists(row, min_size=1, max_size=7)
    doubled = some.map(lambda held: [*held, held[0]])
    return st.one_of(st.just([]), some, some, some, doubled)


TABLES = st.fixed_dictionaries({schema.name: rows(schema) for schema in SCHEMAS})


@dataclass
class Pool:
    """What has been built so far."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    frames: list[Frame] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    exact: set[Series] = field(default_factory=set)
    has_intervals: bool = False
    schemas: tuple[TableSchema, ...] = SCHEMAS

    def pick(self, wanted: Callable[[Series], bool]) -> Series:
        """A series that suits, from the pool; ModelError if there is none."""
        return self.recent([one for one in self.series if wanted(one)])

    def recent(self, choices: list[Any]) -> Any:
        """More often than not one of the last built, so that questions grow deep."""
        late = self.draw(st.integers(0, 3)) > 0
        return self.one_of(choices[-4:] if late else choices)

    def one_of(self, choices: list[Any]) -> Any:
        if not choices:
            raise ModelError("nothing suits")
        return self.draw(st.sampled_from(choices))

    def of(self, *types: ValueType) -> Series:
        return self.pick(lambda s: s.type in types)

    def same(self, other: Series) -> Series:
        return self.pick(lambda s: s.type == other.type)

    def several(self, *types: ValueType) -> tuple[Series, ...]:
        first = self.of(*types)
        more = self.draw(st.integers(1, 2))
        return (first, *(self.same(first) for _ in range(more)))

    def many(self) -> Frame:
        own = [f for f in self.frames if f.beside is None and not f.one_row_per_patient]
        frame: Frame = self.recent(own)
        return frame

    def sorted(self) -> Frame:
        many = [f for f in self.frames if f.beside is None and not f.one_row_per_patient]
        frame: Frame = self.recent([f for f in many if nodes.is_sorted(f)])
        return frame

    def ordered(self) -> Series:
        return self.of(INT, FLOAT, DATE)

    def number(self) -> Series:
        return self.of(INT, FLOAT)

    def on_rows(self, wanted: Callable[[Series], bool]) -> Series:
        return self.pick(lambda s: s.frame is not None and wanted(s))

    def summable(self) -> Series:
        return self.on_rows(lambda s: s.type == INT or s in self.exact)

    def add(self, node: Node) -> None:
        if isinstance(node, Frame):
            self.frames.append(node)
        if isinstance(node, Series):
            self.series.append(node)
            if is_exact(node, self.exact):
                self.exact.add(node)


def is_exact(node: Series, exact: set[Series]) -> bool:
    if isinstance(node, nodes.SelectColumn):
        return node.name.startswith("exact")
    keeping = (nodes.Add, nodes.Subtract, nodes.Negate, nodes.Absolute)
    return isinstance(node, keeping) and all(part in exact for part in node.parts())


def a_value(pool: Pool) -> Node:
    kind = pool.one_of(list(TYPES))
    return nodes.Value(pool.one_of(VALUES[kind]), kind)


def a_column(pool: Pool) -> Node:
    frame = pool.recent(pool.frames)
    return nodes.SelectColumn(frame, pool.one_of([c.name for c in frame.schema.columns]))


def an_interval_date(pool: Pool) -> Node:
    if not pool.has_intervals:
        raise ModelError("there is no interval")
    return nodes.IntervalDate(pool.one_of(list(IntervalEdge)))


def a_filter(pool: Pool) -> Node:
    return nodes.Filter(pool.many(), pool.of(BOOL))


def a_sort(pool: Pool) -> Node:
    return nodes.Sort(pool.many(), pool.on_rows(lambda s: True))


def a_case(pool: Pool) -> Node:
    otherwise = pool.of(*TYPES)
    count = pool.draw(st.integers(1, 3))
    return nodes.Case(
        tuple((pool.of(BOOL), pool.same(otherwise)) for _ in range(count)), otherwise
    )


def a_map(pool: Pool) -> Node:
    """Of few values, or of so many that they are a table."""
    operand, default = pool.of(*TYPES), pool.of(*TYPES)
    results = st.one_of(st.none(), st.sampled_from(VALUES[default.type]))
    keys = st.sampled_from(VALUES[operand.type])
    some = pool.draw(st.dictionaries(keys, results, min_size=1, max_size=4))
    many = MORE.get(operand.type, []) if pool.draw(st.booleans()) else []
    found = some | dict.fromkeys(many, VALUES[default.type][0])
    return nodes.MapValues(operand, tuple(found.items()), default)


def an_is_in(pool: Pool) -> Node:
    operand = pool.of(*TYPES)
    values = pool.draw(st.frozensets(st.sampled_from(VALUES[operand.type]), max_size=4))
    return nodes.IsIn(operand, values)


def an_is_in_series(pool: Pool) -> Node:
    among = pool.on_rows(lambda s: True)
    return nodes.IsInSeries(pool.same(among), among)


def a_contains(pool: Pool) -> Node:
    """Text in text, or a code in text of several."""
    left = pool.of(STR, CODES)
    return nodes.Contains(left, pool.of(STR, *([CODE] if left.type == CODES else [])))


def a_contains_any(pool: Pool) -> Node:
    sought = st.sampled_from(
        [*VALUES[STR], *VALUES[CODE], "99", "|", "a\nb", "(", "^", "$"]
    )
    return nodes.ContainsAny(
        pool.of(STR, CODES), pool.draw(st.frozensets(sought, max_size=5))
    )


def pair(kind: type[Any], choose: Callable[[Pool], Series]) -> Callable[[Pool], Node]:
    def make(pool: Pool) -> Node:
        left = choose(pool)
        return kind(left, pool.same(left))  # type: ignore[no-any-return]

    return make


MAKERS: Mapping[type[Node], Callable[[Pool], Node]] = {
    nodes.Table: lambda pool: Table(pool.one_of(list(pool.schemas))),
    nodes.Filter: a_filter,
    nodes.Sort: a_sort,
    nodes.Pick: lambda pool: nodes.Pick(
        pool.sorted(), pool.one_of(list(Position)), pool.one_of([1, 1, 2, 3])
    ),
    nodes.Union: a_union,
    nodes.Episodes: episodes,
    nodes.AsOf: an_as_of,
    nodes.Found: found,
    nodes.InlineTable: an_inline_table(rows),
    nodes.Value: a_value,
    nodes.IntervalDate: an_interval_date,
    nodes.Null: lambda pool: nodes.Null(pool.one_of(list(TYPES))),
    nodes.SelectColumn: a_column,
    nodes.Exists: lambda pool: nodes.Exists(pool.recent(pool.frames)),
    nodes.Count: lambda pool: nodes.Count(pool.recent(pool.frames)),
    nodes.CountDistinct: lambda pool: nodes.CountDistinct(pool.on_rows(lambda s: True)),
    nodes.Minimum: lambda pool: nodes.Minimum(
        pool.on_rows(lambda s: s.type.is_ordered or s.type == STR)
    ),
    nodes.Maximum: lambda pool: nodes.Maximum(
        pool.on_rows(lambda s: s.type.is_ordered or s.type == STR)
    ),
    nodes.Sum: lambda pool: nodes.Sum(pool.summable()),
    nodes.Mean: lambda pool: nodes.Mean(pool.summable()),
    nodes.Percentile: lambda pool: nodes.Percentile(
        pool.on_rows(lambda s: s.type.is_number),
        pool.one_of([0.0, 50.0, 90.0, 100.0, 100 / 3, 1e-9, 66.6]),
    ),
    nodes.AnyTrue: lambda pool: nodes.AnyTrue(pool.on_rows(lambda s: s.type == BOOL)),
    nodes.AllTrue: lambda pool: nodes.AllTrue(pool.on_rows(lambda s: s.type == BOOL)),
    nodes.And: lambda pool: nodes.And(pool.several(BOOL)),
    nodes.Or: lambda pool: nodes.Or(pool.several(BOOL)),
    nodes.Not: lambda pool: nodes.Not(pool.of(BOOL)),
    nodes.IsNull: lambda pool: nodes.IsNull(pool.of(*TYPES)),
    nodes.Equal: pair(nodes.Equal, lambda pool: pool.of(*TYPES)),
    nodes.Less: pair(nodes.Less, Pool.ordered),
    nodes.LessOrEqual: pair(nodes.LessOrEqual, Pool.ordered),
    nodes.IsIn: an_is_in,
    nodes.IsInSeries: an_is_in_series,
    nodes.Add: pair(nodes.Add, Pool.number),
    nodes.Subtract: pair(nodes.Subtract, Pool.number),
    nodes.Multiply: pair(nodes.Multiply, Pool.number),
    nodes.Divide: pair(nodes.Divide, Pool.number),
    nodes.FloorDivide: pair(nodes.FloorDivide, Pool.number),
    nodes.Power: pair(nodes.Power, Pool.number),
    nodes.Negate: lambda pool: nodes.Negate(pool.number()),
    nodes.Absolute: lambda pool: nodes.Absolute(pool.number()),
    nodes.CastToFloat: lambda pool: nodes.CastToFloat(pool.number()),
    nodes.CastToInt: lambda pool: nodes.CastToInt(pool.of(BOOL, INT, FLOAT)),
    nodes.Contains: a_contains,
    nodes.ContainsAny: a_contains_any,
    nodes.StartsWith: lambda pool: nodes.StartsWith(pool.of(STR, CODE), pool.of(STR)),
    nodes.Prefix: lambda pool: nodes.Prefix(
        pool.of(STR, CODE), pool.draw(st.integers(0, 3))
    ),
    nodes.ExtractPart: lambda pool: nodes.ExtractPart(
        pool.of(DATE), pool.one_of(list(DatePart))
    ),
    nodes.ToFirstOf: lambda pool: nodes.ToFirstOf(
        pool.of(DATE), pool.one_of([DateUnit.MONTHS, DateUnit.YEARS])
    ),
    nodes.AddDuration: lambda pool: nodes.AddDuration(
        pool.of(DATE), pool.of(INT), pool.one_of(list(DateUnit))
    ),
    nodes.DateDifference: lambda pool: nodes.DateDifference(
        pool.of(DATE), pool.of(DATE), pool.one_of(list(DateUnit))
    ),
    nodes.Case: a_case,
    nodes.MapValues: a_map,
    nodes.MinimumOf: lambda pool: nodes.MinimumOf(pool.several(INT, FLOAT, DATE)),
    nodes.MaximumOf: lambda pool: nodes.MaximumOf(pool.several(INT, FLOAT, DATE)),
}


# What makes rows and conditions is drawn more often, because all else hangs on it.
ROWS = [nodes.Filter, nodes.Sort, nodes.Pick, nodes.SelectColumn]
CONDITIONS = [nodes.Not, nodes.IsNull, nodes.Equal, nodes.Less, nodes.And, nodes.Or]
KINDS = [*MAKERS, *3 * ROWS, *CONDITIONS]


def grown(pool: Pool) -> list[Series]:
    """The pool grown from the tables' columns; its series that aren't columns, the last."""
    for schema in pool.schemas:
        table = Table(schema)
        pool.add(table)
        for column in schema.columns:
            pool.add(nodes.SelectColumn(table, column.name))
    for kind in pool.draw(st.lists(st.sampled_from(KINDS), min_size=20, max_size=80)):
        try:
            pool.add(MAKERS[kind](pool))
        except ModelError:
            continue  # nothing in the pool suits, or frames don't combine
    single = [one for one in pool.series if one.frame is None]
    plain = (nodes.SelectColumn, nodes.Value, nodes.Null)
    return [s for s in single if not isinstance(s, plain) or s.depth > 2][-8:]


# Words of SQL, names that our own statements give, capitals: whatever an author may choose.
NAMES = ["date", "select", "group", "Order", "value", "owner", "member", "rows", "x1"]
NAMES += ["a1", "population", "place_of_row", "Day", "list", "patients", "interval"]
EXACT_NAMES = ["exact", "exact_sum"]


@st.composite
def a_schema(draw: Any, name: str) -> TableSchema:
    """A table of up to eight columns of any kinds and names."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    kinds = [draw(st.sampled_from([BOOL, INT, STR, DATE, CODE])) for _ in names]
    floats = draw(st.lists(st.sampled_from([*EXACT_NAMES, "real"]), unique=True))
    columns = [*map(Column, names, kinds), *(Column(one, FLOAT) for one in floats)]
    return TableSchema(name, tuple(columns), draw(st.booleans()))


@st.composite
def some_schemas(draw: Any) -> tuple[TableSchema, ...]:
    """One to three tables, at least one of them with many rows a patient."""
    names = draw(st.sampled_from([["one"], ["one", "Two"], ["one", "Two", "order"]]))
    found = tuple(draw(a_schema(name)) for name in names)
    return (replace(found[0], one_row_per_patient=False), *found[1:])


@st.composite
def worlds(draw: Any) -> tuple[Query, dict[str, Any]]:
    """A question, and its tables' rows: the tables above, or any others."""
    schemas = draw(st.just(SCHEMAS) | some_schemas())
    query = draw(queries(schemas))
    return query, {schema.name: draw(rows(schema)) for schema in query.tables()}


@st.composite
def queries(draw: Any, schemas: tuple[TableSchema, ...] = SCHEMAS) -> Query:
    """A question of many parts; its variables are the last of them that aren't columns."""
    pool = Pool(draw, schemas=schemas)
    variables = {f"v{number}": one for number, one in enumerate(grown(pool))}
    return Query(draw(populations(pool)), variables, event_tables(pool))


INTERVALS = [
    Interval(start, end) for start in VALUES[DATE] for end in VALUES[DATE] if start <= end
]


@st.composite
def all_measures(draw: Any) -> Measures:
    """One or two measures, in one or two intervals, by up to two groupings."""
    pool = Pool(draw, has_intervals=True)
    pool.add(nodes.IntervalDate(IntervalEdge.START))
    built = grown(pool)
    single = [one for one in pool.series if one.frame is None]
    counts = [one for one in built if one.type in (BOOL, INT)]
    counts += [s for s in single if s.type in (BOOL, INT)]
    names = draw(st.sampled_from([["m"], ["m", "n"]]))
    return Measures(tuple(a_measure(draw, name, pool, counts, single) for name in names))


def a_measure(
    draw: Any, name: str, pool: Pool, counts: list[Series], single: list[Series]
) -> Measure:
    many = st.sampled_from(counts)
    by = draw(st.lists(st.sampled_from(single), max_size=2, unique=True))
    return Measure(
        name,
        numerator=draw(many),
        denominator=draw(st.one_of(populations(pool), many)),
        group_by={f"{one.type.kind.value}_{n}": one for n, one in enumerate(by)},
        intervals=tuple(
            draw(st.lists(st.sampled_from(INTERVALS), min_size=1, max_size=2, unique=True))
        ),
    )


def populations(pool: Pool) -> st.SearchStrategy[Series]:
    """Whoever is in a table, or in one of two, or whoever something built holds for."""
    exist: list[Series] = [nodes.Exists(Table(schema)) for schema in pool.schemas]
    either: list[Series] = [nodes.Or((exist[0], one)) for one in exist[1:]]
    built = [s for s in pool.series if s.frame is None and s.type == BOOL]
    own = (f for f in pool.frames if f.beside is None and not isinstance(f, Table))
    some = [nodes.Exists(frame) for frame in own]
    return st.sampled_from(exist + either) | st.sampled_from(
        [*exist, *built[-6:], *some[-6:]]
    )
