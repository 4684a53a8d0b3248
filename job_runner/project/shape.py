"""From nodes to drafts: every key known, every value of its type."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field

from job_runner.project.mistakes import Mistakes, Place, listed, shown
from job_runner.project.model import Level, OutputPattern
from job_runner.project.nodes import FALSE, INTEGER, TRUE, Items, Node, Scalar, Table
from job_runner.project.patterns import acts_on_a_screen

PROJECT_KEYS = ("version", "actions", "expectations")
ACTION_KEYS = ("run", "needs", "outputs", "config", "dummy_data_file")
EXPECTATION_KEYS = ("population_size",)
LEVELS = tuple(level.value for level in Level)
MOST_NAME = 200


@dataclass(frozen=True)
class Said:
    """A text and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True)
class DraftOutput:
    """An output as written, not yet known to be a good path."""

    output: OutputPattern
    place: Place


@dataclass(frozen=True)
class Draft:
    """An action whose parts have the right types; ``run`` is None where it hasn't."""

    name: str
    place: Place
    run: Said | None = None
    needs: tuple[Said, ...] = ()
    outputs: tuple[DraftOutput, ...] = ()
    config: dict[str, object] | None = None
    dummy_data_file: Said | None = None


@dataclass(frozen=True)
class DraftProject:
    """A file. ``version`` is None where it is missing or isn't one.

    ``whole``: nothing was left out, so that what isn't here isn't in the file.
    """

    version: int | None
    place: Place
    actions: dict[str, Draft] = field(default_factory=dict)
    expectations: Place | None = None
    has_population: bool = False
    whole: bool = True


class Shape:
    """Reads the nodes of a file; says in ``mistakes`` what it can't, and leaves it out."""

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes

    def project(self, root: Node) -> DraftProject:
        if not isinstance(root, Table):
            remedy = "Begin with `version: 5` and `actions:`."
            self._mistakes.add(root.place, "a project file must be a mapping", remedy)
            return DraftProject(None, root.place)
        parts = self._parts(root, PROJECT_KEYS, required=("version", "actions"))
        expected = parts.get("expectations")
        return DraftProject(
            version=self._version(parts["version"]) if "version" in parts else None,
            place=root.place,
            actions=self._actions(parts["actions"]) if "actions" in parts else {},
            expectations=expected.place if expected else None,
            has_population=self._has_population(expected) if expected else False,
            whole=root.whole and all(_is_whole(part) for part in parts.values()),
        )

    def _version(self, node: Node) -> int | None:
        text = node.text if isinstance(node, Scalar) else ""
        digits = text.removesuffix(".0")
        if digits in {"1", "2", "3", "4", "5"}:
            return int(digits)
        problem = f"{shown(text)} isn't a version" if text else "a version must be a number"
        self._mistakes.add(node.place, problem, "Write `version: 5`; versions are 1 to 5.")
        return None

    def _has_population(self, node: Node) -> bool:
        table = self._table(node, "`expectations`")
        size = (
            self._parts(table, EXPECTATION_KEYS).get("population_size") if table else None
        )
        if size is None:
            return False
        if not (isinstance(size, Scalar) and size.text.isascii() and size.text.isdigit()):
            remedy = "Write a whole number, for example `population_size: 1000`."
            self._mistakes.add(
                size.place, "`population_size` must be a whole number", remedy
            )
        return True

    def _actions(self, node: Node) -> dict[str, Draft]:
        table = self._table(node, "`actions`")
        if table is None:
            return {}
        return {
            key.text: self._action(key, body)
            for key, body in table.pairs.values()
            if self._is_name(key, "an action's name")
        }

    def _action(self, key: Scalar, body: Node) -> Draft:
        table = self._table(body, f"the action {shown(key.text)}")
        if table is None:
            return Draft(key.text, key.place)
        parts = self._parts(table, ACTION_KEYS, required=("run", "outputs"), at=key.place)
        get = parts.get
        return Draft(
            key.text,
            key.place,
            run=self._text(parts["run"], "`run`") if "run" in parts else None,
            needs=self._needs(get("needs")),
            outputs=self._outputs(parts["outputs"]) if "outputs" in parts else (),
            config=self._config(get("config")),
            dummy_data_file=self._optional_text(
                get("dummy_data_file"), "`dummy_data_file`"
            ),
        )

    def _needs(self, node: Node | None) -> tuple[Said, ...]:
        if node is None:
            return ()
        if not isinstance(node, Items):
            remedy = "Write `needs: [first_action, second_action]`."
            self._mistakes.add(node.place, "`needs` must be a list of actions", remedy)
            return ()
        said = [self._text(item, "an action in `needs`") for item in node.items]
        return tuple(name for name in said if name is not None)

    def _outputs(self, node: Node) -> tuple[DraftOutput, ...]:
        table = self._table(node, "`outputs`")
        if table is None:
            return ()
        before = len(self._mistakes.found)
        levels = self._parts(table, LEVELS)
        found = [o for name in levels for o in self._labels(Level(name), levels[name])]
        whole = table.whole and all(map(_is_whole, levels.values()))
        if whole and not found and len(self._mistakes.found) == before:
            remedy = f"Name at least one file under {listed(LEVELS)}."
            self._mistakes.add(node.place, "the action has no outputs", remedy)
        return tuple(found)

    def _labels(self, level: Level, node: Node) -> list[DraftOutput]:
        table = self._table(node, f"`{level.value}`")
        found = []
        for key, value in table.pairs.values() if table else ():
            said = self._text(value, f"the output {shown(key.text)}")
            if said and self._is_name(Scalar(key.place, key.text, False), "a label"):
                output = OutputPattern(level, key.text, said.text)
                found.append(DraftOutput(output, said.place))
        return found

    def _config(self, node: Node | None) -> dict[str, object] | None:
        if node is None:
            return None
        table = self._table(node, "`config`")
        return {k: self._plain(v) for k, (_, v) in table.pairs.items()} if table else None

    def _plain(self, node: Node) -> object:
        """As JSON says it. Goes as deep as the reader let the file go."""
        if isinstance(node, Table):
            return {key: self._plain(value) for key, (_, value) in node.pairs.items()}
        if isinstance(node, Items):
            return [self._plain(item) for item in node.items]
        return self._scalar(node)

    def _scalar(self, node: Scalar) -> object:
        if node.is_text:
            return node.text
        if node.is_null:
            return None
        if TRUE.fullmatch(node.text) or FALSE.fullmatch(node.text):
            return TRUE.fullmatch(node.text) is not None
        return self._number(node)

    def _number(self, node: Scalar) -> int | float:
        if INTEGER.fullmatch(node.text):
            return int(node.text)
        try:
            number = float(node.text)
        except ValueError:  # YAML's .inf and .nan
            number = math.inf
        if not math.isfinite(number) or node.text.lstrip("+-").isdigit():
            remedy = "Put it in quotes, so that it travels as text."
            problem = f"{shown(node.text)} isn't a number that JSON keeps"
            self._mistakes.add(node.place, problem, remedy)
        return number

    def _table(self, node: Node, what: str) -> Table | None:
        if isinstance(node, Table):
            return node
        if _is_whole(node):
            remedy = "Write `name: value` lines below it."
            self._mistakes.add(node.place, f"{what} must be a mapping", remedy)
        return None

    def _parts(
        self,
        table: Table,
        known: Collection[str],
        required: Collection[str] = (),
        at: Place | None = None,
    ) -> dict[str, Node]:
        """The known keys that say something; ``key:`` alone says nothing."""
        for name, (key, _) in table.pairs.items():
            if name not in known:
                self._unknown(key, known)
        parts = {
            k: v for k, (_, v) in table.pairs.items() if k in known and not _is_null(v)
        }
        for name in required if table.whole else ():
            if name not in parts:
                self._mistakes.add(
                    at or table.place,
                    f"`{name}` is missing",
                    f"Add `{name}:` with a value.",
                )
        return parts

    def _unknown(self, key: Scalar, known: Collection[str]) -> None:
        near = self._mistakes.near(key.text, known)
        remedy = f"Did you mean `{near}`? " if near else ""
        self._mistakes.add(
            key.place,
            f"{shown(key.text)} isn't known here",
            f"{remedy}Known: {listed(known)}.",
        )

    def _optional_text(self, node: Node | None, what: str) -> Said | None:
        return None if node is None else self._text(node, what)

    def _text(self, node: Node, what: str) -> Said | None:
        if not (isinstance(node, Scalar) and node.is_text):
            self._mistakes.add(node.place, f"{what} must be a text", "Write it in quotes.")
            return None
        if acts_on_a_screen(node.text, allowed="\n\t"):
            problem = f"{what} has a control character: {shown(node.text)}"
            self._mistakes.add(node.place, problem, "Take it away.")
            return None
        return Said(node.text, node.place)

    def _is_name(self, key: Scalar, what: str) -> bool:
        """Names of actions and labels end up in lists, logs and folders."""
        if self._text(key, what) is None:
            return False
        text = key.text
        if text.strip() and len(text) <= MOST_NAME and not set("/\\\n\t") & set(text):
            return True
        problem = f"{shown(text)} can't be {what}"
        remedy = f"Use at most {MOST_NAME} letters, digits, `-` and `_`."
        self._mistakes.add(key.place, problem, remedy)
        return False


def _is_whole(node: Node) -> bool:
    return isinstance(node, Scalar) or node.whole


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null
