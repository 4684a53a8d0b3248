"""The words of an extraction's command, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TAKES_A_VALUE = frozenset(
    {"--output", "--dummy-data-file", "--dummy-tables", "--test-data-file"}
)
"""Options whose next word is theirs, so that it isn't taken for the definition."""


@dataclass(frozen=True)
class Words:
    """A command in parts. ``outputs`` holds every ``--output``, so that two show."""

    command: str
    positional: tuple[str, ...]
    outputs: tuple[str, ...]
    after_dashes: tuple[str, ...]
    unknown: tuple[str, ...]


def words(arguments: Sequence[str]) -> Words:
    """The parts of ``generate-dataset FILE --output PATH -- MORE``, in any order.

    Both spellings of a sub-command, with hyphen or underscore, give the hyphen's.
    """
    ours, after = _split(arguments[1:])
    positional: list[str] = []
    outputs: list[str] = []
    unknown: list[str] = []
    rest = iter(ours)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in TAKES_A_VALUE:
            value = value if equals else next(rest, "")
            if option == "--output":
                outputs.append(value)
        else:
            (unknown if word.startswith("-") else positional).append(word)
    command = arguments[0].replace("_", "-") if arguments else ""
    return Words(command, tuple(positional), tuple(outputs), after, tuple(unknown))


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    if "--" not in arguments:
        return arguments, ()
    at = list(arguments).index("--")
    return arguments[:at], tuple(arguments[at + 1 :])
