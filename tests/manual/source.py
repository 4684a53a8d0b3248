"""What an author would write for a rule, from the rule's own source."""

from __future__ import annotations

import ast
import functools
import inspect
import subprocess
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import ruff

from cohort_dsl.language.frames import Frame
from tests.manual.rules import Rule, Said
from tests.spec import conftest, tables

# So that pages name tables as a definition would, not by the examples' short names.
TABLES = {
    name: frame.node_.schema.name
    for name, frame in vars(tables).items()
    if isinstance(frame, Frame)
}
# How an author says what a rule hands to spec; other words stay as they are.
SPOKEN = {"ask": "dataset.answer = {}", "population": "dataset.define_population({})"}
ROOT = Path(conftest.__file__).parents[2]


def is_data(value: Any) -> bool:
    """Is it a table, written as text?"""
    return isinstance(value, str) and "|" in value.strip().partition("\n")[0]


def is_answer(word: str) -> bool:
    return word.startswith("expect")


def is_definition(word: str, value: Any) -> bool:
    """Whether the author writes it; the rest is data, and the answer."""
    return not (is_answer(word) or is_data(value))


def definition(rule: Rule, said: Said) -> str:
    """The lines of the definition, before they are laid out."""
    module, body = _parsed(rule.function)
    call = _call(body, said.line)
    words = {word.arg: word.value for word in call.keywords if word.arg}
    told = [word for word, value in said.told.items() if is_definition(word, value)]
    assert set(told) <= set(words), f"{rule.name}: write {told} into the call of spec"
    asked = {word: words[word] for word in told}
    lines = [
        *_needed(body, call, asked.values()),
        *(ast.parse(line).body[0] for line in _said(asked)),
    ]
    lines = [*_parameters(said, lines), *lines]
    return _written([*_of_the_module(module, lines), *lines])


def _parameters(said: Said, lines: list[ast.stmt]) -> list[ast.stmt]:
    """What pytest gave to the rule, as lines of their own."""
    names = {name for line in lines for name in _loaded(line)}
    return [
        ast.parse(f"{name} = {value!r}").body[0]
        for name, value in said.given.items()
        if name in names
    ]


def _parsed(function: Callable[..., None]) -> tuple[ModuleType, ast.FunctionDef]:
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    ast.increment_lineno(tree, first - 1)
    found = tree.body[0]
    assert isinstance(found, ast.FunctionDef)
    module = inspect.getmodule(function)
    assert module
    return module, found


def _call(body: ast.FunctionDef, line: int) -> ast.Call:
    """The call of spec that the line belongs to."""
    calls = [
        node
        for node in ast.walk(body)
        if isinstance(node, ast.Call)
        and node.lineno <= line <= (node.end_lineno or 0)
        and (isinstance(node.func, ast.Name) and node.func.id in vars(conftest))
    ]
    assert calls, f"{body.name} doesn't call spec itself, so the manual can't print it"
    return calls[0]


def _said(asked: dict[str, ast.expr]) -> list[str]:
    """A measure is defined in one line, whatever is said of it."""
    if "denominator" not in asked:
        said = [(word, node) for word, node in _in_order(asked) if word != "dataset"]
        return [_spoken(word, node) for word, node in said]  # a dataset is made above
    words = ", ".join(f"{word}=({ast.unparse(node)})" for word, node in asked.items())
    return [f'measures.define_measure("answer", {words})']


def _in_order(asked: dict[str, ast.expr]) -> list[tuple[str, ast.expr]]:
    """Who is in, before what is asked of them."""
    return sorted(asked.items(), key=lambda pair: pair[0] != "population")


def _spoken(word: str, node: ast.expr) -> str:
    return SPOKEN.get(word, word + " = {}").format(f"({ast.unparse(node)})")


def _needed(
    body: ast.FunctionDef, call: ast.Call, asked: Iterable[ast.expr]
) -> list[ast.stmt]:
    """The rule's lines above the call that the definition needs."""
    names = {name for node in asked for name in _loaded(node)}
    found = []
    for line in reversed(body.body):
        if line.lineno < call.lineno and _makes(line) & names and not _holds(line, call):
            found.append(line)
            names |= _loaded(line)
    return found[::-1]


def _makes(line: ast.stmt) -> set[str]:
    """The names that a line binds, or whose things it may change."""
    parts = list(ast.walk(line))
    found = {n.id for n in parts if isinstance(n, ast.Name) and _stored(n)}
    found |= {n.name for n in parts if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    changed = [n for n in parts if isinstance(n, ast.Attribute) and _stored(n)]
    called = [n.value for n in parts if isinstance(n, ast.Expr)]
    return found | {_root(n) for n in (*changed, *called)}


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes, items and calls begins with; else nothing."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ""
    return node.id


def _holds(line: ast.stmt, call: ast.Call) -> bool:
    return any(node is call for node in ast.walk(line))


def _stored(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _loaded(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _of_the_module(module: ModuleType, lines: list[ast.stmt]) -> list[ast.stmt]:
    """What the section sets up for several rules, as far as these lines need it."""
    known = _set_up(module)
    names = {name for line in lines for name in _loaded(line)}
    found: dict[str, ast.stmt] = {}
    left = sorted(names & set(known))
    while left:
        name = left.pop()
        if name not in found:
            found[name] = known[name]
            left += sorted(_loaded(known[name]) & set(known))
    return [line for name, line in known.items() if name in found]


@functools.cache
def _set_up(module: ModuleType) -> dict[str, ast.stmt]:
    """The section's own names, in the order of its lines; its data tables aside."""
    found: dict[str, ast.stmt] = {}
    for line in ast.parse(inspect.getsource(module)).body:
        if isinstance(line, ast.Assign):
            names = [t.id for t in line.targets if isinstance(t, ast.Name)]
            found |= {n: line for n in names if not is_data(getattr(module, n))}
        if isinstance(line, ast.FunctionDef) and not line.name.startswith("test_"):
            found[line.name] = line
    return found


class _Named(ast.NodeTransformer):
    """Tables under their own names; files beside the definition, not in a test's folder."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        folder = isinstance(node.left, ast.Name) and node.left.id == "tmp_path"
        if not (folder and isinstance(node.op, ast.Div)):
            return node
        return ast.Call(ast.Name("Path", ast.Load()), [node.right], [])

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(TABLES.get(node.id, node.id), node.ctx), node)


def _written(lines: list[ast.stmt]) -> str:
    return "\n".join(ast.unparse(_Named().visit(line)) for line in lines)


def laid_out(snippets: list[str]) -> list[str]:
    """Each as ruff formats it; all in one call, because starting it takes a while."""
    between = "#" * 40
    text = f"\n{between}\n".join(snippets)
    done = subprocess.run(
        [ruff.find_ruff_bin(), "format", "--stdin-filename=snippets.py", "-"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    return [part.strip() for part in done.stdout.split(between)]


def of_file(path: Path) -> str:
    """A file's classes, from the first one's decorator to the end of the last."""
    text = path.read_text(encoding="utf-8")
    classes = [n for n in ast.parse(text).body if isinstance(n, ast.ClassDef)]
    start = min([classes[0].lineno, *(d.lineno for d in classes[0].decorator_list)])
    return "\n".join(text.splitlines()[start - 1 : classes[-1].end_lineno])
