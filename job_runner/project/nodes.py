"""What a file is made of, once YAML has been read: words, lists and mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from job_runner.project.mistakes import Place

NULL = re.compile(r"|~|null|Null|NULL")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.I
)


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
    """A list. ``whole``: nothing of it was left out because it couldn't be read."""

    place: Place
    items: tuple[Node, ...] = ()
    whole: bool = True


@dataclass(frozen=True)
class Table:
    """A mapping. Keys are told apart by their text. ``whole``: as of a list."""

    place: Place
    pairs: Mapping[str, tuple[Scalar, Node]] = field(default_factory=dict)
    whole: bool = True


Node = Scalar | Items | Table
