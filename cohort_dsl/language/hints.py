"""Mistakes retold in the author's words: where they are, what is wrong, what to write."""

from __future__ import annotations

import inspect
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from cohort_dsl.errors import DefinitionError

# Files below these are ours or Python's own: never where a mistake is.
NOT_THE_AUTHORS = (
    "<",
    str(Path(__file__).resolve().parent.parent) + os.sep,
    str(Path(os.__file__).parent) + os.sep,
)
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class NoSuchName(DefinitionError, AttributeError):
    """Also an AttributeError, so that ``hasattr`` and its like keep their meaning."""


def mistake(problem: str, remedy: str) -> DefinitionError:
    """The error to raise for what the author's current line asks."""
    return DefinitionError(problem, where=place(), remedy=remedy)


def called(value: object) -> str:
    """How an error calls a value of Python's that stands in the author's file."""
    if isinstance(value, bool | int | float | type(None)):
        return repr(value)
    if isinstance(value, str):
        return f'"{value if len(value) < 40 else value[:37] + "..."}"'
    if hasattr(type(value), "title_"):  # a series or a frame has a name of its own
        return str(value.title_())  # type: ignore[attr-defined]
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def written(title: str) -> str:
    """What stands for rows in code that we propose: their table's name, if any."""
    short = title.rpartition(".")[2]
    return short if title.replace(".", "").isidentifier() else "frame"


def plain_name(name: str) -> str | None:
    """What would name a column and looks most like this: without accents and blanks."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    found = re.sub(r"[^A-Za-z0-9]+", "_", bare).strip("_")
    return found if found[:1].isalpha() else None


def no_name(name: object, what: str) -> DefinitionError:
    """For what can't name a column, a measure or the like."""
    near = plain_name(name) if isinstance(name, str) else None
    meant = f" Did you mean {near}?" if near else ""
    return mistake(
        f"{name if isinstance(name, str) else called(name)} can't name {what}",
        f"Use letters without accents, digits and _, and begin with a letter.{meant}",
    )


def place() -> str:
    """The line of the author's that is being run, as "file.py line N"."""
    frame = authors_frame()
    if frame is None:
        return "the definition"
    return at(frame.f_code.co_filename, frame.f_lineno)


def authors_frame() -> FrameType | None:
    """Where the author's code stands now."""
    return next((f for f in _callers() if is_authors(f.f_code.co_filename)), None)


def _callers() -> Iterator[FrameType]:
    frame = inspect.currentframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


@lru_cache(maxsize=1000)  # each line of an author's asks it of all our files below
def is_authors(filename: str) -> bool:
    """Is this file of a traceback the author's, rather than machinery?"""
    installed = any(folder in filename for folder in INSTALLED)
    return not installed and not filename.startswith(NOT_THE_AUTHORS)


def at(filename: str, line: int | None) -> str:
    """A place as the author would say it: a path from where the study is."""
    path = _from(os.getcwd(), filename)
    return f"{path} line {line}" if line else path


@lru_cache(maxsize=1000)
def _from(folder: str, filename: str) -> str:
    path = Path(filename)
    if path.is_absolute() and path.is_relative_to(folder):
        path = path.relative_to(folder)
    return str(path)


AGGREGATION = "_for_patient"


def nearest(name: str, options: Iterable[str]) -> str | None:
    """The option that the author most likely meant, if any is near.

    Tried in turn: spelling, initials (dob), a shared word (birth_date). Aggregations all
    end alike, so that only what stands before that is looked at, or its beginning (max).
    """
    choices = sorted({o for o in options if not o.startswith("_")})
    stems = {o.removesuffix(AGGREGATION): o for o in choices if o.endswith(AGGREGATION)}
    if name.endswith(AGGREGATION) and stems:
        stem = name.removesuffix(AGGREGATION)
        begun = [one for one in stems if stem and one.startswith(stem)]
        near = [*begun, *get_close_matches(stem, stems, n=1, cutoff=0.6)]
        return stems[near[0]] if near else None
    lowered = {o.lower(): o for o in reversed(choices)}
    wanted = name.lower()
    for close in get_close_matches(wanted, lowered, n=1, cutoff=0.7):
        return lowered[close]
    for option in choices:
        if wanted == "".join(word[:1] for word in option.lower().split("_")):
            return option
    words = set(wanted.split("_"))
    shared = [(len(words & set(o.lower().split("_"))), o) for o in choices]
    best, option = max(shared, key=lambda pair: pair[0], default=(0, ""))
    if best:
        return option
    return next(
        (lowered[o] for o in get_close_matches(wanted, lowered, n=1, cutoff=0.6)), None
    )


def one_of(value: str, categories: Sequence[str]) -> str:
    """What to write of a column that has these values only."""
    if not value:
        return "To ask whether it is missing, write .is_null() or .is_not_null()."
    near = get_close_matches(value.lower(), categories, n=1, cutoff=0.4)
    meant = f'Did you mean "{near[0]}"? ' if near else ""
    return f"{meant}It is one of: {', '.join(categories)}."


def below(cls: type[Any]) -> Iterator[type[Any]]:
    """All classes that are made of this one."""
    for one in cls.__subclasses__():
        yield one
        yield from below(one)


def no_such_name(name: str, owner: str, options: Iterable[str], what: str) -> NoSuchName:
    """For a misspelt column, method or variable."""
    options = sorted({o for o in options if not o.startswith("_")})
    near = nearest(name, options)
    remedy = (
        f"Did you mean {near}?" if near else f"There are: {', '.join(options) or 'none'}."
    )
    return NoSuchName(f"{owner} has no {what} {name}", where=place(), remedy=remedy)


def no_column(file: str, name: str, there: Sequence[str]) -> DefinitionError:
    """For a column that the first line of a file doesn't name."""
    near = nearest(name, there)
    also = f" Did you mean {near}?" if near else ""
    return mistake(
        f"{file} has no column {name}",
        f"Its columns are: {', '.join(there) or 'none, the file is empty'}.{also}",
    )
