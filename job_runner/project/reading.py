"""From text to a tree of nodes that know their places, within bounds.

YAML can say more than a project file may: a few hundred bytes of aliases unfold to
gigabytes, tags build objects, deep nesting exhausts a stack. So nothing is built from the
events of the parser but three kinds of node, without recursion, and what could grow is
bounded. Words that are neither quoted nor a number, ``true``, ``false`` or ``null`` are
text, as in YAML 1.2: ``no`` and ``on`` are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from job_runner.project.mistakes import Mistakes, Place, shown

MOST_CHARACTERS = 2_000_000
MOST_DEPTH = 20
MOST_NODES = 200_000

NULL = re.compile(r"|~|null|Null|NULL")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.I
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: 2,500 actions in a tenth of the time."""


@dataclass(frozen=True)
class Scalar:
    """A word or a text. ``plain`` if unquoted, so that it may be a number or nothing."""

    place: Place
    text: str
    plain: bool

    @property
    def is_null(self) -> bool:
        return self.plain and NULL.fullmatch(self.text) is not None

    @property
    def is_text(self) -> bool:
        others = (NULL, TRUE, FALSE, NUMBER)
        return not (self.plain and any(kind.fullmatch(self.text) for kind in others))


@dataclass(frozen=True)
class Items:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """A mapping. Keys are told apart by their text."""

    place: Place
    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)


Node = Scalar | Items | Table


class _Stop(Exception):
    """The rest can't be read."""

    def __init__(self, place: Place, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.place, self.problem, self.remedy = place, problem, remedy


def read(text: str, mistakes: Mistakes) -> Node | None:
    """The file's one document, or None after saying in ``mistakes`` why there is none."""
    try:
        _check_text(text)
        return _tree(_events(text), mistakes)
    except _Stop as stop:
        mistakes.add(stop.place, stop.problem, stop.remedy)
        return None


def _check_text(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        problem = (
            f"the file has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read"
        )
        raise _Stop(Place(1, 1), problem, "Split the study into several projects.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise _Stop(
            Place(line, 1), "a character is broken", "Save the file as UTF-8."
        ) from None


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = _place(mark) if mark else Place(1, 1)
        said = getattr(error, "problem", None) or getattr(error, "reason", "unreadable")
        raise _Stop(
            place,
            f"this isn't YAML: {said}",
            "Look at indentation, colons and quotes here.",
        ) from None


def _place(mark: Any) -> Place:
    """From a mark of PyYAML's or of libyaml's; they count from 0."""
    return Place(mark.line + 1, mark.column + 1)


def _tree(events: Iterator[yaml.Event], mistakes: Mistakes) -> Node:
    """One node from the events, by a stack of our own."""
    builder = _Builder(mistakes)
    for event in events:
        builder.take(event)
    if builder.root is None:
        raise _Stop(
            Place(1, 1), "the file is empty", "Begin with `version: 5` and `actions:`."
        )
    return builder.root


class _Builder:
    """The tree so far: open collections on a stack, and the key each mapping waits with."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.root: Node | None = None
        self._mistakes = mistakes
        self._open: list[tuple[Items | Table, list[Scalar]]] = []
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        place = _place(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise _Stop(place, "a second document begins", "Keep one; drop the `---` line.")
        if isinstance(event, yaml.NodeEvent):
            _refuse_machinery(event, place)
            self._begin(event, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _begin(self, event: yaml.NodeEvent, place: Place) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            problem = f"the file says more than {MOST_NODES:,} things"
            raise _Stop(place, problem, "Split the study into several projects.")
        if isinstance(event, yaml.ScalarEvent):
            self._place_in_parent(Scalar(place, event.value, event.implicit[0]))
            return
        node = Table(place) if isinstance(event, yaml.MappingStartEvent) else Items(place)
        self._place_in_parent(node)
        self._open.append((node, []))
        if len(self._open) > MOST_DEPTH:
            problem = f"this is nested more than {MOST_DEPTH} deep"
            raise _Stop(
                place, problem, "A project file needs five levels; write it flatter."
            )

    def _place_in_parent(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent, keys = self._open[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif keys:
            key = keys.pop()
            self._pair(parent, key, node)
        elif isinstance(node, Scalar):
            keys.append(node)
        else:
            raise _Stop(node.place, "a key must be a word", "Write `key: value`.")

    def _pair(self, parent: Table, key: Scalar, node: Node) -> None:
        if key.text in parent.pairs:
            first = parent.pairs[key.text][0].place.line
            problem = (
                f"{shown(key.text)} is here a second time; the first is on line {first}"
            )
            self._mistakes.add(key.place, problem, "Keep one, or give one another name.")
        else:
            parent.pairs[key.text] = (key, node)


def _refuse_machinery(event: yaml.NodeEvent, place: Place) -> None:
    """Anchors, aliases and tags: a project file that needs them hides what it does."""
    if event.anchor is not None:
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
        problem = f"`{sign}{event.anchor}`: anchors and aliases aren't read"
        raise _Stop(place, problem, "Write the text out where it is used.")
    tag = getattr(event, "tag", None)
    if tag is not None:
        problem = f"the tag {shown(tag)} isn't read"
        raise _Stop(place, problem, "Write the plain value, in quotes if it is text.")
