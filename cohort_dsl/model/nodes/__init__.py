"""What a question means: a graph of frozen nodes, each checked when it is built.

A *frame* is a set of rows (a table, a filtered table, a pick); a *series* is one
value for each row of a frame, or one for each patient. A node knows

- ``digest``: its identity. Two nodes that mean the same, built apart, are equal.
  It is made from the digests of the parts, so nothing here recurses, however
  deep an author nests.
- ``depth``: how many nodes lie below it on the longest path.
- for a series ``type`` (its ValueType) and ``frame``: the many-rows frame whose
  rows it has values for, or None where it has one value a patient.

The rules of meaning are the tables of ``tests/spec``. Errors here are ModelError in the
model's words; ``cohort_dsl.language`` retells them in the author's.
"""

from __future__ import annotations

from cohort_dsl.model.nodes.aggregations import (
    Aggregation,
    AllTrue,
    AnyTrue,
    Count,
    CountDistinct,
    Exists,
    Maximum,
    Mean,
    Minimum,
    Percentile,
    Sum,
)
from cohort_dsl.model.nodes.choice import Case, MapValues, MaximumOf, MinimumOf
from cohort_dsl.model.nodes.dates import (
    AddDuration,
    DateDifference,
    DatePart,
    DateUnit,
    ExtractPart,
    ToFirstOf,
)
from cohort_dsl.model.nodes.derived import (
    AsOf,
    Episodes,
    Found,
    InlineTable,
    Union,
    tables_below,
    tables_in,
)
from cohort_dsl.model.nodes.frames import (
    Filter,
    Pick,
    Position,
    Sort,
    Table,
    bottom,
    is_sorted,
)
from cohort_dsl.model.nodes.identity import Node, walk
from cohort_dsl.model.nodes.intervals import IntervalDate, IntervalEdge
from cohort_dsl.model.nodes.kinds import (
    Frame,
    Series,
    common_frame,
    is_ancestor_or_same,
    lineage,
    rows_of,
)
from cohort_dsl.model.nodes.logic import (
    And,
    Equal,
    IsIn,
    IsInSeries,
    IsNull,
    Less,
    LessOrEqual,
    Not,
    Or,
)
from cohort_dsl.model.nodes.numbers import (
    Absolute,
    Add,
    CastToFloat,
    CastToInt,
    Divide,
    FloorDivide,
    Multiply,
    Negate,
    Power,
    Subtract,
)
from cohort_dsl.model.nodes.strings import Contains, ContainsAny, Prefix, StartsWith
from cohort_dsl.model.nodes.values import Null, SelectColumn, Value

__all__ = [
    "Absolute",
    "Add",
    "AddDuration",
    "Aggregation",
    "AllTrue",
    "And",
    "AnyTrue",
    "AsOf",
    "Case",
    "CastToFloat",
    "CastToInt",
    "Contains",
    "ContainsAny",
    "Count",
    "CountDistinct",
    "DateDifference",
    "DatePart",
    "DateUnit",
    "Divide",
    "Episodes",
    "Equal",
    "Exists",
    "ExtractPart",
    "Filter",
    "FloorDivide",
    "Found",
    "Frame",
    "InlineTable",
    "IntervalDate",
    "IntervalEdge",
    "IsIn",
    "IsInSeries",
    "IsNull",
    "Less",
    "LessOrEqual",
    "MapValues",
    "Maximum",
    "MaximumOf",
    "Mean",
    "Minimum",
    "MinimumOf",
    "Multiply",
    "Negate",
    "Node",
    "Not",
    "Null",
    "Or",
    "Percentile",
    "Pick",
    "Position",
    "Power",
    "Prefix",
    "SelectColumn",
    "Series",
    "Sort",
    "StartsWith",
    "Subtract",
    "Sum",
    "Table",
    "ToFirstOf",
    "Union",
    "Value",
    "bottom",
    "common_frame",
    "is_ancestor_or_same",
    "is_sorted",
    "lineage",
    "rows_of",
    "tables_below",
    "tables_in",
    "walk",
]
