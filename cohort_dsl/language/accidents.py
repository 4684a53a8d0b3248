"""What goes wrong in the author's own Python, retold like any other mistake."""

from __future__ import annotations

import errno
import keyword
import re
import sys
from collections.abc import Iterator
from types import ModuleType, TracebackType

import cohort_dsl
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import attributes, calls, habits, hints

OFFERED = (
    "Python's standard library, cohort_dsl and the files beside the definition are there."
)


TEXTS = re.compile(r"""(["']).*?\1""")


def retold(error: BaseException, definition: str) -> DefinitionError:
    """The error as the author should read it: its place in their file, no traceback."""
    if isinstance(error, DefinitionError):
        return error
    where = _place(error, definition)
    if isinstance(error, SyntaxError):
        where = hints.at(error.filename or definition, error.lineno)
    problem, remedy = _told(error)
    return DefinitionError(problem, where=where, remedy=remedy)


def _place(error: BaseException, definition: str) -> str:
    """The last of the author's own lines that the error passed through."""
    where = definition
    for filename, line in _lines(error.__traceback__):
        if hints.is_authors(filename):
            where = hints.at(filename, line)
    return where


def _lines(traceback: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next


def _told(error: BaseException) -> tuple[str, str]:
    """The problem and the remedy. The order matters: special kinds come first."""
    if isinstance(error, SyntaxError):
        return _syntax(error)
    if isinstance(error, ModuleNotFoundError):
        return _no_module(error.name or "")
    if isinstance(error, ImportError):
        return _no_such_import(error)
    if isinstance(error, NameError):
        return _no_such_name(error)
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        return _not_in_module(error.obj, error.name or "")
    if isinstance(error, AttributeError) and (found := attributes.told(error)):
        return found
    if isinstance(error, OSError):
        return _outside_world(error)
    if isinstance(error, RecursionError):
        return (
            "functions call each other without an end",
            "Look at that line: the function that it is in calls itself again.",
        )
    if isinstance(error, TypeError) and (found := calls.told(error)):
        return found
    if isinstance(error, SystemExit):
        return (
            f"the definition ended itself (exit {error.code})",
            "Let it run to its end; if it reads arguments, check those that it was given.",
        )
    return (
        f"{type(error).__name__}: {error}",
        "The definition's own Python raised this; put that line right.",
    )


def _syntax(error: SyntaxError) -> tuple[str, str]:
    line = (error.text or "").strip()
    if "invalid character" in error.msg and any(sign in line for sign in habits.QUOTES):
        return (
            "quotation marks of a word processor are no Python's",
            'Write straight ones: "female".',
        )
    code = re.sub(r"#.*", "", TEXTS.sub('""', line)).replace("!=", "==")
    if sign := next((one for one in habits.SIGNS if one in code), None):
        return f"{sign.strip()} means nothing to Python here", habits.SIGNS[sign]
    named = re.search(r"\.(\w+)\s*=[^=]", line)
    if named and keyword.iskeyword(named[1]):
        return (
            f"{named[1]} is a word of Python's, and can name nothing",
            f"Write {named[1]}_ or another name.",
        )
    shown = f"Look at: {line}" if line else "Look at that line and the one before it."
    return f"this is no Python: {error.msg}", shown


def _no_module(name: str) -> tuple[str, str]:
    problem = f"there is no module {name} where definitions run"
    top = name.partition(".")[0]
    if top in ("ehrql", "cohort_dsl"):
        return problem, (
            "On offer are cohort_dsl, cohort_dsl.codes, cohort_dsl.tables, "
            "cohort_dsl.tables.core and cohort_dsl.tables.contract (or ehrql.…)."
        )
    near = hints.nearest(top, sys.stdlib_module_names)
    return problem, f"Did you mean {near}? {OFFERED}" if near else OFFERED


def _no_such_import(error: ImportError) -> tuple[str, str]:
    found = re.match(r"cannot import name '(\w+)'", str(error))
    module = sys.modules.get(error.name or "")
    if found is None or module is None:
        return str(error), OFFERED
    return _not_in_module(module, found[1])


def _not_in_module(module: ModuleType, name: str) -> tuple[str, str]:
    problem = f"{module.__name__} has no {name}"
    offered = getattr(module, "__all__", None) or dir(module)
    found = attributes.module_of(name)
    if found and module.__name__.startswith("cohort_dsl"):
        return problem, f"Write from {found} import {name}."
    tables = attributes.tables_of(module)
    near = hints.nearest(name, tables) or (None if tables else hints.nearest(name, offered))
    if near:
        return problem, f"Did you mean {near}?"
    if module.__name__.startswith("cohort_dsl") and tables:
        return problem, f"Its tables are: {', '.join(tables)}."
    if module.__name__.startswith("cohort_dsl"):
        there = sorted(word for word in offered if not word.startswith("_"))
        return problem, f"It has: {', '.join(there)}."
    return problem, "Look up what the module offers."


def _no_such_name(error: NameError) -> tuple[str, str]:
    name = error.name or ""
    problem = f"{name} isn't defined here"
    if name in cohort_dsl.__all__:
        return problem, f"Write at the top: from cohort_dsl import {name}."
    there = _names_there(error.__traceback__)
    if owners := attributes.frames_with(name, there):
        also = ' For a day write "2024-01-31".' if name == "date" else ""
        return problem, f"It is a column: write {' or '.join(owners)}.{also}"
    if name in sys.stdlib_module_names:
        return problem, f"Write at the top: import {name}."
    if name in habits.IN_ENGLISH:
        return problem, f"Write {habits.IN_ENGLISH[name]}."
    near = hints.nearest(name, [*cohort_dsl.__all__, *there])
    return problem, f"Did you mean {near}?" if near else "Define or import it first."


def _names_there(traceback: TracebackType | None) -> dict[str, object]:
    names: dict[str, object] = {}
    while traceback is not None:
        if hints.is_authors(traceback.tb_frame.f_code.co_filename):
            names = {**traceback.tb_frame.f_globals, **traceback.tb_frame.f_locals}
        traceback = traceback.tb_next
    return names


def _outside_world(error: OSError) -> tuple[str, str]:
    """A file has a name; what else the system refuses here is the network, or a disc."""
    what = error.strerror or str(error) or type(error).__name__
    if error.filename is not None:
        return (
            f"{error.filename}: {what}",
            "A definition may read files of the study, named from the study's own folder.",
        )
    if error.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG):
        return f"a file can't be written: {what}", "A definition needs to write no files."
    return (
        f"the outside world can't be reached: {what}",
        "A definition runs with no network and no data; put what it needs into the study.",
    )
