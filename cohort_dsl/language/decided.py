"""Which of Python's words asked for yes or no where the answer differs between patients.

`and`, `or`, `not`, `if`, `in`, chains such as a < b < c and built-ins such as max() all
end in the same question to a series. Python knows which expression it was evaluating, so
the author can be told about their own words.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints

Span: TypeAlias = tuple[int, int, int, int]
"""First and last line, then first and last column (in bytes), as Python counts them."""

LONGEST = 90
"""Characters of an expression that is worth writing out in a remedy."""

SIGNS = (
    "Write & for `and`, | for `or`, ~ for `not`, with parentheses round each comparison."
)
ANSWERS = "the answer differs between patients"
BUILT_INS = {
    "max": "Write maximum_of(a, b); for the rows of one column, maximum_for_patient().",
    "min": "Write minimum_of(a, b); for the rows of one column, minimum_for_patient().",
    "any": "Join the conditions with |, with parentheses round each comparison.",
    "all": "Join the conditions with &, with parentheses round each comparison.",
    "sorted": "Write frame.sort_by(frame.column).",
}


LOOPS = {
    "max": "Write column.maximum_for_patient() for a column's rows.",
    "min": "Write column.minimum_for_patient() for a column's rows.",
    "sum": "Write column.sum_for_patient() for a column's rows; a + b for several values.",
    "any": "Write column.any_for_patient() for a column's rows.",
    "all": "Write column.all_for_patient() for a column's rows.",
    "set": "Write column.count_distinct_for_patient() for how many there are.",
    "sorted": BUILT_INS["sorted"],
}


def mistake() -> DefinitionError:
    """What to tell the author whose line asked a series for a plain yes or no."""
    frame = hints.authors_frame()
    told = _told(frame) if frame is not None else None
    return hints.mistake(
        *told
        or (
            f"Python can't decide yes or no here: {ANSWERS}",
            "Write & for `and`, | for `or`, ~ for `not`, with parentheses round each "
            "comparison; split a < x < b in two; use case(when(...)...) for `if`.",
        )
    )


def looped(title: str) -> DefinitionError:
    """What to tell the author whose line asked a series for one value after the other."""
    remedy = "Say what is wanted of it with its methods; the values stay in the warehouse."
    frame = hints.authors_frame()
    call = None if frame is None else _calling(frame)
    return hints.mistake(
        f"{title} can't be looped over or unpacked: it holds no values yet",
        LOOPS.get(call or "", remedy),
    )


def _calling(frame: FrameType) -> str | None:
    """The built-in, if it is one that the author's line calls there."""
    span, tree = _span(frame), _tree(frame.f_code.co_filename)
    if span is None or tree is None or not _operation(frame).startswith("CALL"):
        return None
    node = list(_around(tree, span))[-1:]
    named = isinstance(node[0], ast.Call) and isinstance(node[0].func, ast.Name)
    return node[0].func.id if node and named else None  # type: ignore[attr-defined]  # named says so


def _told(frame: FrameType) -> tuple[str, str] | None:
    span = _span(frame)
    tree = _tree(frame.f_code.co_filename)
    if span is None or tree is None:
        return None
    chain = list(_around(tree, span))
    if _operation(frame).startswith("CALL"):
        return _call(chain[-1]) if chain else None
    return next((found for node in reversed(chain) if (found := _node(node))), None)


def _operation(frame: FrameType) -> str:
    return dis.opname[frame.f_code.co_code[frame.f_lasti]]


def _span(frame: FrameType) -> Span | None:
    """Where in the file the expression stands that is being evaluated."""
    found = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    line, last, column, end = found
    if line is None or last is None or column is None or end is None:
        return None
    return line, last, column, end


def _tree(filename: str) -> ast.Module | None:
    try:
        return ast.parse(Path(filename).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _around(tree: ast.Module, span: Span) -> Iterator[ast.AST]:
    """The nodes of the tree that hold the span, from the outermost to the innermost."""
    node: ast.AST | None = tree
    while node is not None:
        node = next((n for n in ast.iter_child_nodes(node) if _holds(n, span)), None)
        if node is not None:
            yield node


def _holds(node: ast.AST, span: Span) -> bool:
    if not isinstance(node, ast.expr | ast.stmt):
        return False
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    begins = (node.lineno, node.col_offset) <= (span[0], span[2])
    return begins and (node.end_lineno, node.end_col_offset) >= (span[1], span[3])


# What each of them is told ------------------------------------------------------------


def _node(node: ast.AST) -> tuple[str, str] | None:
    if isinstance(node, ast.BoolOp):
        return _and_or(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return f"`not` decides once, but {ANSWERS}", _write("~", _bracketed(node.operand))
    if isinstance(node, ast.Compare):
        return _compare(node)
    if isinstance(node, ast.IfExp):
        parts = [ast.unparse(part) for part in (node.test, node.body, node.orelse)]
        return _if("if", "when({}).then({}).otherwise({})".format(*parts))
    if isinstance(node, ast.If | ast.While | ast.Assert):
        return _if(type(node).__name__.lower(), "")
    return None


def _and_or(node: ast.BoolOp) -> tuple[str, str]:
    word, sign = ("and", "&") if isinstance(node.op, ast.And) else ("or", "|")
    joined = f" {sign} ".join(map(_bracketed, node.values))
    return f"`{word}` decides once, but {ANSWERS}", _write("", joined)


def _compare(node: ast.Compare) -> tuple[str, str] | None:
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        word, method = (
            ("in", "is_in") if isinstance(node.ops[0], ast.In) else ("not in", "is_not_in")
        )
        asked = f"{ast.unparse(node.left)}.{method}({ast.unparse(node.comparators[0])})"
        return f"`{word}` decides once, but {ANSWERS}", _write("", asked)
    if len(node.ops) < 2:
        return None
    sides = [node.left, *node.comparators]
    pairs = [
        _bracketed(ast.Compare(left, [op], [right]))
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
    ]
    return (
        f"two comparisons in one are decided once, but {ANSWERS}",
        _write("", " & ".join(pairs)),
    )


def _if(word: str, better: str) -> tuple[str, str]:
    usual = 'when(condition).then("a").otherwise("b")'
    shown = better if better and len(better) <= LONGEST else usual
    return (
        f"`{word}` decides once, but {ANSWERS}",
        f"Write {shown}, or filter rows with where(condition).",
    )


def _call(node: ast.AST) -> tuple[str, str] | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    name = node.func.id
    if name not in BUILT_INS:
        return None
    return f"Python's {name}() decides once, but {ANSWERS}", BUILT_INS[name]


def _bracketed(node: ast.expr) -> str:
    text = ast.unparse(node)
    plain = isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Constant)
    return text if plain else f"({text})"


def _write(sign: str, expression: str) -> str:
    if len(sign + expression) <= LONGEST:
        return f"Write {sign}{expression}."
    return SIGNS
