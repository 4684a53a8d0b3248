"""A settings file, read strictly: plain YAML with the line of every value.

No aliases, no tags, no key twice. What a file may say is up to the caller, who asks a
``Section`` for each key it knows; ``close`` then reports those that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

from job_runner.errors import PlatformError

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Problem:
    """One mistake in the file."""

    line: int
    problem: str
    remedy: str


class SettingsError(PlatformError):
    """A settings file with mistakes: all of them, each with its line."""

    def __init__(self, where: str, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            first.problem, where=f"{where}, line {first.line}", remedy=first.remedy
        )
        self.file, self.problems = where, problems

    def __str__(self) -> str:
        return "\n".join(
            f"{self.file}, line {p.line}: {p.problem}\n  {p.remedy}" for p in self.problems
        )


class _Strict(yaml.SafeLoader):
    """SafeLoader without aliases; its nodes are read by ``Section``, never constructed."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(
                None,
                None,
                "aliases aren't read here",
                self.peek_event().start_mark,  # type: ignore[no-untyped-call]
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "a whole number": (int,),
    "a number": (int, float),
    "a number or text": (int, str),
}


@dataclass
class Section:
    """A mapping of the file. ``name`` is how errors call it."""

    name: str
    line: int
    nodes: dict[str, tuple[int, yaml.Node]]
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def complain(self, line: int, problem: str, remedy: str) -> None:
        self.problems.append(Problem(line, problem, remedy))

    def line_of(self, key: str) -> int:
        return self.nodes[key][0] if key in self.nodes else self.line

    def keys(self) -> Iterator[str]:
        return iter(self.nodes)

    def _node(self, key: str, required: bool) -> yaml.Node | None:
        self.asked.add(key)
        if key in self.nodes:
            return self.nodes[key][1]
        if required:
            self.complain(
                self.line, f"{self.name} has no '{key}'", f"add '{key}:' to {self.name}"
            )
        return None

    def value(self, key: str, kind: str, *, required: bool = True) -> object | None:
        """The scalar under ``key`` if it is of the kind; otherwise None and a problem."""
        node = self._node(key, required)
        if node is None:
            return None
        value = _plain(node)
        if isinstance(value, _TYPES[kind]) and not isinstance(value, bool):
            return value
        self.complain(
            self.line_of(key), f"'{key}' isn't {kind}", f"write {kind} after '{key}:'"
        )
        return None

    def text(self, key: str, *, required: bool = True) -> str:
        value = self.value(key, "text", required=required)
        return value if isinstance(value, str) else ""

    def written(self, key: str) -> str | None:
        """The scalar under ``key`` as it is written, whatever YAML takes it for."""
        node = self._node(key, required=True)
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def whole(self, key: str, default: int, *, required: bool = True) -> int:
        value = self.value(key, "a whole number", required=required)
        if isinstance(value, int) and value >= 1:
            return value
        if value is not None:
            self.complain(self.line_of(key), f"'{key}' is less than 1", "write 1 or more")
        return default

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of one or more texts."""
        node = self._node(key, required)
        values = None if node is None else _plain(node)
        if isinstance(values, list) and values and all(isinstance(v, str) for v in values):
            return tuple(values)
        if node is not None:
            self.complain(
                self.line_of(key),
                f"'{key}' isn't a list of texts",
                "write a list with at least one text, such as [one, two]",
            )
        return ()

    def section(self, key: str, *, required: bool = True) -> Section | None:
        """The mapping under ``key``."""
        node = self._node(key, required)
        if node is None:
            return None
        if isinstance(node, yaml.MappingNode):
            return _section(f"'{key}'", self.line_of(key), node, self.problems)
        self.complain(
            self.line_of(key),
            f"'{key}' isn't a section",
            f"write indented 'key: value' lines below '{key}:'",
        )
        return None

    def opaque(self, key: str) -> dict[str, object]:
        """The mapping under ``key`` as it is: someone else knows its keys."""
        section = self.section(key)
        return (
            {} if section is None else {k: _plain(n) for k, (_, n) in section.nodes.items()}
        )

    def close(self) -> None:
        """Every key that nobody asked for is a problem."""
        known = ", ".join(sorted(self.asked))
        for key in self.nodes.keys() - self.asked:
            self.complain(
                self.line_of(key),
                f"{self.name} has no setting '{key}'",
                f"it may hold: {known}",
            )


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(_plain(k)): _plain(v) for k, v in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except ValueError:
        raise yaml.MarkedYAMLError(
            problem=f"'{node.value}' looks like a date or a number and is none",
            problem_mark=node.start_mark,
        ) from None


def _section(
    name: str, line: int, node: yaml.MappingNode, problems: list[Problem]
) -> Section:
    nodes: dict[str, tuple[int, yaml.Node]] = {}
    for key, value in node.value:
        at, word = key.start_mark.line + 1, str(getattr(key, "value", ""))
        if word in nodes:
            problems.append(
                Problem(at, f"'{word}' is there twice", f"keep one '{word}' in {name}")
            )
        nodes[word] = (at, value)
    return Section(name, line, nodes, problems)


def read(text: str, where: str, understand: Callable[[Section], Settings]) -> Settings:
    """What ``understand`` makes of the file; SettingsError with all that is wrong."""
    problems: list[Problem] = []
    try:
        root = yaml.compose(text, Loader=_Strict)
        if not isinstance(root, yaml.MappingNode):
            raise SettingsError(where, (_NOT_A_MAPPING,))
        settings = understand(_section("the file", 1, root, problems))
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError(where, (*problems, _unreadable(error))) from None
    if problems:
        raise SettingsError(where, tuple(sorted(problems, key=lambda p: p.line)))
    return settings


_NOT_A_MAPPING = Problem(1, "this isn't a settings file", "write 'key: value' lines")


def _unreadable(error: yaml.YAMLError | RecursionError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = 1 if mark is None else mark.line + 1
    reason = getattr(error, "problem", None) or "this isn't plain YAML"
    remedy = "look at indentation, colons and quotes here"
    return Problem(line, f"the YAML can't be read: {reason}", remedy)
