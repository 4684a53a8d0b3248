"""A file that says how it differs from a mapping that comes along, and its parameters.

``parameters`` at the head of a file are lists of texts (or texts) with names; where
``$name`` stands as a value, they are meant. A file that is ``like`` another one may name
other values for that one's parameters, and put tables of its own in place of its.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from cohort_dsl.mappings.nearest import meant
from cohort_dsl.mappings.yaml_lines import Entry, Keys, Problems

MARK = "$"
NEEDED = ("people", "tables")


@dataclass(frozen=True)
class Whole:
    """A file's entries, with those of the one that it is like, parameters filled in."""

    keys: Keys
    tables: Mapping[str, Entry]


def whole(
    file: Entry, base: Entry | None, known: tuple[str, ...], problems: Problems
) -> Whole:
    """The file over its base. ``known``: the keys that may stand at a file's head."""
    first = ("format", "version", "name")
    own = file.keys(first if base else (*first, *NEEDED), (*known, "like", *NEEDED))
    under = base.keys((), (*first, *known, *NEEDED)) if base else Keys({}, file)
    filling = _Filling(_parameters(own, under, problems), problems)
    held = {
        name: filling.filled(entry)
        for keys in (under, own)
        for name, entry in keys.held.items()
        if name not in ("parameters", "tables")
    }
    tables = {
        name: filling.filled(entry)
        for keys in (under, own)
        for name, entry in (keys["tables"].section() if "tables" in keys else {}).items()
    }
    filling.all_used(own)
    return Whole(Keys(held, file), tables)


def _parameters(own: Keys, under: Keys, problems: Problems) -> dict[str, Entry]:
    base = under["parameters"].section() if "parameters" in under else {}
    mine = own["parameters"].section() if "parameters" in own else {}
    if under.held:
        for name in mine.keys() - base.keys():
            told = f"there is no parameter {name} to give a value to{meant(name, base)}"
            problems.add(mine[name].line, told)
    return base | mine


class _Filling:
    """Puts parameters where they are meant."""

    def __init__(self, parameters: Mapping[str, Entry], problems: Problems) -> None:
        self.parameters, self.problems = parameters, problems
        self.used: set[str] = set()

    def filled(self, entry: Entry) -> Entry:
        if entry.node is None:
            return entry
        node = self._node(entry.node)
        return Entry(node, entry.line, entry.name, self.problems)

    def _node(self, node: yaml.Node) -> yaml.Node:
        if isinstance(node, yaml.MappingNode):
            node.value = [(key, self._node(value)) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            node.value = [self._node(value) for value in node.value]
        elif isinstance(node, yaml.ScalarNode) and node.value.startswith(MARK):
            return self._meant(node)
        return node

    def _meant(self, node: yaml.ScalarNode) -> yaml.Node:
        name = node.value.removeprefix(MARK)
        found = self.parameters.get(name)
        if found is None or found.node is None:
            told = f"there is no parameter {name} at the head of the file"
            self.problems.add(node.start_mark.line + 1, told)
            return node
        self.used.add(name)
        return found.node

    def all_used(self, own: Keys) -> None:
        """A parameter that nothing means is a mistake."""
        mine = own["parameters"].section() if "parameters" in own else {}
        for name in mine.keys() & self.parameters.keys() - self.used:
            self.problems.add(mine[name].line, f"nothing means the parameter {name}")
