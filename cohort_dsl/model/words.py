"""A series or frame in words near those it was written in, for messages."""

from __future__ import annotations

from typing import Any

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame, Node, Series, lineage

DEEPEST = 12
INFIX = {
    nodes.Equal: "==",
    nodes.Less: "<",
    nodes.LessOrEqual: "<=",
    nodes.Add: "+",
    nodes.Subtract: "-",
    nodes.Multiply: "*",
    nodes.Divide: "/",
    nodes.FloorDivide: "//",
    nodes.Power: "**",
    nodes.Contains: "contains",
    nodes.StartsWith: "starts with",
}


def words(node: Node, depth: int = 0) -> str:
    """The series or frame in words; what lies deep is left out."""
    if depth > DEEPEST:
        return "…"
    if isinstance(node, Frame):
        return _frame(node)
    if isinstance(node, nodes.SelectColumn):
        return f"{_frame(node.source)}.{node.name}"
    if isinstance(node, nodes.Value):
        return str(node.value)
    if type(node) in INFIX:
        left, right = [words(part, depth + 1) for part in node.parts()]
        return f"{left} {INFIX[type(node)]} {right}"  # type: ignore[index]
    return _called(node, depth)


def _called(node: Any, depth: int) -> str:
    if isinstance(node, nodes.IsIn):
        few = sorted(map(str, node.values))[:3]
        more = ", …" if len(node.values) > len(few) else ""
        return f"{words(node.operand, depth + 1)} is in [{', '.join(few)}{more}]"
    if isinstance(node, nodes.MapValues):
        told = ", ".join(f"{key} to {value}" for key, value in node.pairs[:3])
        more = ", …" if len(node.pairs) > 3 else ""
        return f"{words(node.operand, depth + 1)} mapped [{told}{more}]"
    if isinstance(node, nodes.ContainsAny):
        some = ", ".join(sorted(node.parts_sought)[:3])
        return f"{words(node.operand, depth + 1)} contains any of [{some}, …]"
    if isinstance(node, nodes.Percentile):
        return f"percentile {node.percent:g} of {words(node.source, depth + 1)}"
    if isinstance(node, nodes.Prefix):
        return f"first {node.length} characters of {words(node.operand, depth + 1)}"
    if isinstance(node, nodes.DateDifference):
        end, start = words(node.end, depth + 1), words(node.start, depth + 1)
        return f"({end} - {start}).{node.unit.value}"
    if isinstance(node, nodes.AddDuration):
        start, amount = words(node.operand, depth + 1), words(node.amount, depth + 1)
        return f"{start} + {node.unit.value}({amount})"
    if isinstance(node, nodes.IntervalDate):
        return f"INTERVAL.{node.edge.value}_date"
    if isinstance(node, nodes.Exists):
        return f"{_frame(node.source)} exists"
    if isinstance(node, nodes.Found):
        return f"{_frame(node.source)} is found"
    inner = ", ".join(words(part, depth + 1) for part in node.parts())
    return f"{_verb(node)}({inner})"


def _verb(node: Series) -> str:
    name = type(node).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _frame(frame: Frame) -> str:
    if isinstance(frame, nodes.Pick):
        number = "" if frame.number == 1 else f" but {frame.number - 1}"
        return f"{frame.position.value}{number} of {_frame(frame.source)}"
    if isinstance(frame, nodes.AsOf):
        return f"{_frame(frame.source)} as of a row's date"
    filtered = any(isinstance(step, nodes.Filter) for step in lineage(frame))
    return f"{frame.schema.name}{'.where(…)' if filtered else ''}"
