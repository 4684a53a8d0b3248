"""Identity: what makes two nodes the same, and every node below some others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from hashlib import blake2b


def _token(value: object) -> bytes:
    """What a field contributes to its node's digest."""
    if isinstance(value, Node):
        return value.digest
    if isinstance(value, tuple):
        return b"(" + b"".join(_token(item) for item in value) + b")"
    if isinstance(value, frozenset):
        return b"{" + b"".join(sorted(_token(item) for item in value)) + b"}"
    text = f"{type(value).__name__}:{value!r}".encode()
    return str(len(text)).encode() + b":" + text


@dataclass(frozen=True, eq=False, repr=False)
class Node:
    """A part of a question. ``below``: its parts, found once, when it is built."""

    digest: bytes = field(init=False)
    depth: int = field(init=False)
    below: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        below = tuple(self.find_parts())
        object.__setattr__(self, "below", below)
        self.check()
        own = b"".join(_token(getattr(self, name)) for name in self.parameter_names())
        digest = blake2b(type(self).__name__.encode() + b"|" + own, digest_size=16)
        object.__setattr__(self, "digest", digest.digest())
        depth = 1 + max((part.depth for part in below), default=0)
        object.__setattr__(self, "depth", depth)

    def check(self) -> None:
        """Raise ModelError where this node would have no meaning."""

    @classmethod
    @cache
    def parameter_names(cls) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cls) if f.init)

    def parts(self) -> tuple[Node, ...]:
        """The nodes right below this one, in the order of the fields."""
        return self.below

    def find_parts(self) -> Iterator[Node]:
        """The same, looked for among the fields."""
        for name in self.parameter_names():
            yield from _nodes_in(getattr(self, name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.digest.hex()[:8]}>"


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def walk(roots: Iterable[Node]) -> list[Node]:
    """Every node below the roots once, parts before wholes, in a stable order."""
    done: dict[bytes, Node] = {}  # by digest: to hash a node is to call Python
    stack = list(roots)[::-1]
    while stack:
        node = stack.pop()
        if node.digest in done:
            continue
        waits_for = [part for part in node.below if part.digest not in done]
        if waits_for:
            stack.append(node)
            stack += reversed(waits_for)
        else:
            done[node.digest] = node
    return list(done.values())
