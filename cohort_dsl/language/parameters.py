"""What a definition is given from outside, and what it claims to be allowed."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.literals import iso_date


@dataclass
class Asked:
    """What a running definition has asked for so far."""

    parameters: set[str] = field(default_factory=set)
    permissions: set[str] = field(default_factory=set)


_ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def collected() -> Iterator[Asked]:
    """All that definitions ask for meanwhile."""
    asked = Asked()
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def _asked() -> Asked:
    """Outside the loader nobody collects, and nothing is kept."""
    return _ASKED.get() or Asked()


_REQUIRED = object()


def _yes_or_no(text: str) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return known[text.lower()]


# bool("False") is True: authors mean what they write, not what Python makes of it.
_READERS: Mapping[Any, Callable[[str], Any]] = MappingProxyType(
    {bool: _yes_or_no, datetime.date: iso_date}
)


def get_parameter(
    name: str,
    default: Any = _REQUIRED,
    type: Any = None,  # noqa: A002  # ehrQL's word
) -> Any:
    """The value that was given to the definition as ``--name value``.

    Parameters stand after ``--`` on the command line and in a project file's run line.
    ``type`` (str, int, float, bool, datetime.date or any function of a text) reads the
    value; without it the type is the default's, or text. Without a default the parameter
    must be given.
    """
    option = _option(name)
    _asked().parameters.add(option)
    given = _given(sys.argv[1:]).get(option)
    if given is not None:
        return _read(given, type or _type_of(default), option)
    if default is _REQUIRED:
        raise _missing(option)
    return default


def _option(name: str) -> str:
    return "--" + name.removeprefix("--").replace("_", "-")


def _type_of(default: Any) -> Any:
    return str if default is None or default is _REQUIRED else default.__class__


def _given(arguments: Sequence[str]) -> dict[str, str]:
    """Each option's last value: who adds one to a long command line means that one."""
    found: dict[str, str] = {}
    words = [*arguments, "--"]
    for word, following in pairwise(words):
        key, equals, value = word.partition("=")
        if word.startswith("--"):
            found[_option(key)] = (
                value if equals else ("" if following.startswith("--") else following)
            )
    return found


def _read(text: str, wanted: Any, option: str) -> Any:
    if not text:
        raise mistake(f"{option} is given without a value", f"Write {option} VALUE.")
    try:
        return _READERS.get(wanted, wanted)(text)
    except (ValueError, KeyError, TypeError):
        raise mistake(
            f'{option} is "{text}", which is no {getattr(wanted, "__name__", "value")}',
            f"Give another value: {option} VALUE.",
        ) from None


def _missing(option: str) -> DefinitionError:
    file = hints.place().rpartition(" line ")[0]
    return mistake(
        f"the definition was given no {option}",
        f"Give it after two dashes: strongroom check {file} -- {option} VALUE, and at the "
        f"end of the run line in project.yaml: -- {option} VALUE. Or give it a default.",
    )


def unasked(asked: Asked, arguments: Sequence[str], where: str) -> DefinitionError | None:
    """The mistake of an option that nothing asked for, while something asked for others.

    Definitions that read ``sys.argv`` themselves ask for none, and are left alone.
    """
    for option in _given(arguments):
        if asked.parameters and option not in asked.parameters:
            near = hints.nearest(option, asked.parameters)
            there = ", ".join(sorted(asked.parameters))
            return DefinitionError(
                f"the definition was given {option}, which it doesn't ask for",
                where=where,
                remedy=f"Did you mean {near}?" if near else f"It asks for {there}.",
            )
    return None


# Permissions ------------------------------------------------------------------------

_PERMISSION = re.compile(r"[a-z][a-z0-9_]{0,63}")


def claim_permissions(*names: str) -> None:
    """Say which permissions the question needs: a site refuses those it didn't grant."""
    if not names:
        raise mistake("no permission is claimed", 'Write claim_permissions("name").')
    for name in names:
        if not isinstance(name, str) or not _PERMISSION.fullmatch(name):
            raise mistake(
                f"{hints.called(name)} can't name a permission",
                "Use small letters, digits and _, as the site's policy does.",
            )
    _asked().permissions.update(names)
