"""YAML read strictly, with the line of everything, all mistakes told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.nearest import meant


@dataclass
class Problems:
    """What is wrong in one file, collected while it is read."""

    file: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, problem: str) -> None:
        self.found.append((line, problem))

    def demand_none(self) -> None:
        """WarehouseError with all of them, by line, if there are any."""
        if self.found:
            told = [f"line {line}: {problem}" for line, problem in sorted(set(self.found))]
            raise WarehouseError(
                "\n  ".join(told),
                where=f"mapping {self.file}",
                remedy="Correct the mapping; docs/mapping.md lists all words.",
            )


@dataclass(frozen=True)
class Entry:
    """One value of the file."""

    node: yaml.Node | None
    line: int
    name: str
    problems: Problems = field(repr=False)

    def scalar(self) -> object:
        """The text, number or None that stands here; a problem, and None, if none does."""
        if self.node is None or isinstance(self.node, yaml.ScalarNode):
            return None if self.node is None else self._plain(self.node)
        self.wrong("a single value")
        return None

    def _plain(self, node: yaml.ScalarNode) -> object:
        """The scalar as YAML means it."""
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError):
            self.wrong("in quotes: it looks like something else and is none")
            return None

    def text(self) -> str:
        """The text that must stand here."""
        value = self.scalar()
        if isinstance(value, str) and value.strip():
            return value.strip()
        if self.node is None or isinstance(self.node, yaml.ScalarNode):
            self.wrong("a text")
        return ""

    def written(self) -> tuple[str, ...]:
        """What a database may hold that is meant by the text, number or yes that stands
        here: as it is written, whatever YAML makes of it; yes also as ``true``.

        Nothing where ``null`` stands; a problem where an empty text does.
        """
        value = self.scalar()
        if value is None or not isinstance(self.node, yaml.ScalarNode):
            return ()
        text = self.node.value
        if not text.strip():
            self.wrong("a text; null stands for nothing there")
        plain = {text, str(value).lower()} if isinstance(value, bool) else {text}
        return tuple(sorted(plain))

    def items(self) -> Iterator[Entry]:
        """What the list that must stand here holds."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.wrong("a list")
            return
        for number, node in enumerate(self.node.value, start=1):
            name = f"{self.name}, item {number}"
            yield Entry(node, node.start_mark.line + 1, name, self.problems)

    def is_section(self) -> bool:
        """Do 'key: value' lines stand here?"""
        return isinstance(self.node, yaml.MappingNode)

    def section(self) -> dict[str, Entry]:
        """What the mapping of keys that must stand here holds. No key may come twice."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("'key: value' lines")
            return {}
        found: dict[str, Entry] = {}
        for key, node in self.node.value:
            line, word = key.start_mark.line + 1, str(getattr(key, "value", ""))
            if word in found:
                self.problems.add(line, f"'{word}' is there twice")
            found[word] = Entry(node, line, f"'{word}'", self.problems)
        return found

    def keys(self, required: tuple[str, ...], optional: tuple[str, ...]) -> Keys:
        """The section, in which these keys may stand and no others."""
        held = self.section()
        known = (*required, *optional)
        for word in held.keys() - set(known):
            told = f"there is no '{word}' in {self.name}{meant(word, known)}; it may hold "
            told += ", ".join(known)
            self.problems.add(held[word].line, told)
        if isinstance(self.node, yaml.MappingNode):
            for word in required:
                if word not in held:
                    self.problems.add(self.line, f"{self.name} has no '{word}'")
        return Keys(held, self)

    def wrong(self, wanted: str) -> None:
        self.problems.add(self.line, f"{self.name} must be {wanted}")


@dataclass(frozen=True)
class Keys:
    """A section's entries; one that isn't there is an empty value."""

    held: Mapping[str, Entry]
    section: Entry

    def __getitem__(self, word: str) -> Entry:
        absent = Entry(None, self.section.line, f"'{word}'", self.section.problems)
        return self.held.get(word, absent)

    def __contains__(self, word: str) -> bool:
        return word in self.held


def read(text: str, problems: Problems) -> Entry:
    """The whole file; WarehouseError where it is no plain YAML."""
    try:
        _refuse_aliases(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it can't be read"
        if "mapping values" in reason:
            reason = (
                "what holds ': ' stands in double quotes, or below '>-'; or does a key "
                "just before lack its ':'?"
            )
        problems.add(1 if mark is None else mark.line + 1, f"no plain YAML: {reason}")
        problems.demand_none()
        raise
    return Entry(node, 1, "the file", problems)


def _refuse_aliases(text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases aren't read here")
