"""From a parser's events to nodes, by a stack of our own."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from job_runner.project.mistakes import Mistakes, Place, shown
from job_runner.project.nodes import Items, Node, Scalar, Table
from job_runner.project.yaml_told import place_of

MOST_DEPTH = 20
MOST_SIZE = 4_000_000
NODE = 25
"""What a node counts for, beside its characters."""

MERGE = "<<"
"""The key whose value is a mapping, or several, to take the missing keys from."""


class Stop(Exception):
    """The rest can't be read."""

    def __init__(self, place: Place, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.place, self.problem, self.remedy = place, problem, remedy


@dataclass
class _Open:
    """A list or mapping that isn't at its end. ``size``: of it with all that is in it."""

    place: Place
    is_table: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    merged: list[Table] = field(default_factory=list)
    key: Node | None = None
    whole: bool = True
    size: int = NODE
    depth: int = 1

    def node(self) -> Node:
        if not self.is_table:
            return Items(self.place, tuple(self.items), self.whole)
        for table in self.merged:
            for name, pair in table.pairs.items():
                self.pairs.setdefault(name, pair)
            self.whole = self.whole and table.whole
        return Table(self.place, self.pairs, self.whole)


@dataclass(frozen=True)
class _Named:
    """What an anchor stands for."""

    node: Node
    size: int
    depth: int


class Builder:
    """The tree so far. ``cut``: lines of names whose values were left out of the text."""

    def __init__(self, mistakes: Mistakes, cut: frozenset[int] = frozenset()) -> None:
        self.root: Node | None = None
        self._mistakes, self._cut = mistakes, cut
        self._open: list[_Open] = []
        self._named: dict[str, _Named] = {}
        self._size = 0

    def take(self, event: yaml.Event) -> None:
        """Stop where a bound is reached, or the document isn't the only one."""
        place = place_of(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise Stop(place, "a second document begins", "Keep one; drop the `---` line.")
        if isinstance(event, yaml.AliasEvent):
            self._alias(event, place)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, place)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()

    def as_far_as_it_goes(self) -> Node | None:
        """The tree without its end: what is open is closed, and isn't whole."""
        while self._open:
            self._open[-1].whole = False
            self._end()
        return self.root

    def _begin(self, event: yaml.CollectionStartEvent, place: Place) -> None:
        self._refuse_tag(event, place)
        self._count(NODE, place)
        is_table = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(place, is_table, event.anchor))
        self._bound_depth(0, place)

    def _end(self) -> None:
        done = self._open.pop()
        found = _Named(done.node(), done.size, done.depth)
        if done.anchor is not None:
            self._named[done.anchor] = found
        self._put(found)

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        self._refuse_tag(event, place)
        size = NODE + len(event.value)
        self._count(size, place)
        found = _Named(Scalar(place, event.value, event.implicit[0]), size, 0)
        if event.anchor is not None:
            self._named[event.anchor] = found
        self._put(found)

    def _alias(self, event: yaml.AliasEvent, place: Place) -> None:
        """Counts as all that it stands for, so that a few lines can't unfold to many."""
        found = self._named.get(event.anchor or "")
        if found is None:
            problem = f"{shown(f'*{event.anchor}')} stands for nothing that was said above"
            remedy = f"Write {shown(f'&{event.anchor}')} before it, or quotes around it."
            self._mistakes.add(place, problem, remedy)
            self._leave_out(place)
            return
        self._count(found.size, place)
        self._bound_depth(found.depth, place)
        self._put(found)

    def _count(self, size: int, place: Place) -> None:
        self._size += size
        if self._size > MOST_SIZE:
            self.root, self._open = None, []
            problem = "the file says more than a project file may"
            raise Stop(place, problem, "Split the study into several projects.")

    def _bound_depth(self, below: int, place: Place) -> None:
        if len(self._open) + below > MOST_DEPTH:
            self.root, self._open = None, []
            problem = f"this is nested more than {MOST_DEPTH} deep"
            raise Stop(
                place, problem, "A project file needs five levels; write it flatter."
            )

    def _put(self, found: _Named) -> None:
        if not self._open:
            self.root = found.node
            return
        parent = self._open[-1]
        parent.size += found.size
        parent.depth = max(parent.depth, found.depth + 1)
        if not parent.is_table:
            parent.items.append(found.node)
        elif parent.key is None:
            parent.key = found.node
        else:
            key, parent.key = parent.key, None
            self._pair(parent, key, found.node)

    def _leave_out(self, place: Place) -> None:
        """Nothing where a node should be: as a value it takes its key along."""
        if not self._open:
            return
        parent = self._open[-1]
        parent.whole = False
        if parent.is_table:
            parent.key = Items(place) if parent.key is None else None

    def _pair(self, parent: _Open, key: Node, node: Node) -> None:
        if not isinstance(key, Scalar):
            self._mistakes.add(key.place, "a key must be a word", "Write `key: value`.")
            parent.whole = False
        elif key.plain and key.text == MERGE:
            self._merge(parent, key, node)
        elif key.text in parent.pairs:
            first = parent.pairs[key.text][0].place.line
            said = f"{shown(key.text)} is here a second time; the first is on line {first}"
            self._mistakes.add(key.place, said, "Keep one, or give one another name.")
        else:
            if key.place.line in self._cut and isinstance(node, Scalar) and node.is_null:
                node = Table(key.place, whole=False)
            parent.pairs[key.text] = (key, node)

    def _merge(self, parent: _Open, key: Scalar, node: Node) -> None:
        tables = node.items if isinstance(node, Items) else (node,)
        for table in tables:
            if isinstance(table, Table):
                parent.merged.append(table)
            else:
                said = f"`{MERGE}` takes keys from mappings, and this is none"
                self._mistakes.add(key.place, said, f"Write `{MERGE}: *name`.")

    def _refuse_tag(self, event: yaml.NodeEvent, place: Place) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            remedy = "Write the plain value, in quotes if it is text."
            self._mistakes.add(place, f"the tag {shown(tag)} isn't read", remedy)
