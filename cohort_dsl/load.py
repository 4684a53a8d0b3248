"""From an author's Python file to the question it asks.

The file is *executed* here: at a site only ever inside a box without network, data or
secrets, where a query is all that can come out.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType
from typing import Any

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import accidents, dataset, expected, hints, measures, parameters
from cohort_dsl.model.question import Question

# Definitions written for ehrQL import these; the rest of ehrql isn't there.
ALIASES = ("", ".codes", ".tables", ".tables.contract", ".tables.core")

# The name under which the definition runs; dataclasses look their module up by name.
RUNS_AS = "__definition__"


def definition(
    path: Path, arguments: Sequence[str] = (), kind: str | None = None
) -> Question:
    """The question that the definition at ``path`` asks; DefinitionError for any mistake.

    ``kind``: whether its ``dataset`` or its ``measures`` are wanted. Without it measures,
    if there are any: their definitions often import a dataset, but not the other way round.

    The author's code sees ``sys.argv`` with the arguments, can import files beside it,
    and its prints go to stderr. The working directory stays the caller's, which is the
    study's own folder.
    """
    names, permissions = _run(path, arguments)
    question = question_of(_asked_in(names, path, kind or _kind_in(names)))
    return replace(question, permissions=permissions)


def with_tests(
    path: Path, arguments: Sequence[str] = ()
) -> tuple[Question, dict[str, Any]]:
    """The dataset of a file of test data, and the data as JSON values.

    The file makes ``test_data``, and imports its ``dataset`` from a definition beside it.
    DefinitionError for any mistake.
    """
    names, permissions = _run(path, arguments)
    question = question_of(_asked_in(names, path, "dataset"))
    data = expected.plain(names.get("test_data"), str(path))
    return replace(question, permissions=permissions), data


def _run(path: Path, arguments: Sequence[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The names that the author's code leaves, and the permissions that it claims."""
    code = _compiled(path)
    with _run_as_authors(path, arguments), parameters.collected() as asked:
        try:
            names = _executed(code, path)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # theirs may be anything
            raise accidents.retold(error, str(path)) from None
    wrong = parameters.unasked(asked, arguments, str(path))
    if wrong is not None:
        raise wrong
    return names, tuple(sorted(asked.permissions))


def question_of(asked: object) -> Question:
    """What a dataset, or measures, ask; DefinitionError if it is unfinished or neither."""
    if isinstance(asked, measures.Measures):
        return measures.measures_of(asked)
    if not isinstance(asked, dataset.Dataset):
        raise hints.mistake(
            f"a {type(asked).__name__} is no dataset",
            "Make one with create_dataset(), or measures with create_measures().",
        )
    return dataset.query_of(asked)


def _compiled(path: Path) -> CodeType:
    try:
        return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except FileNotFoundError:
        raise DefinitionError(
            "there is no such file",
            where=str(path),
            remedy="Give the definition's path from the study's own folder.",
        ) from None
    except (SyntaxError, OSError) as error:
        raise accidents.retold(error, str(path)) from None
    except ValueError:  # NUL bytes
        raise DefinitionError(
            "this is no Python file",
            where=str(path),
            remedy="Save the definition as text in UTF-8.",
        ) from None


def _executed(code: CodeType, path: Path) -> dict[str, Any]:
    module = ModuleType(RUNS_AS)
    module.__file__ = str(path)
    sys.modules[RUNS_AS] = module
    # Running the author's code is the purpose; the box around this process contains it.
    exec(code, vars(module))  # noqa: S102
    return vars(module)


CLASSES: Mapping[str, type[Any]] = MappingProxyType(
    {"dataset": dataset.Dataset, "measures": measures.Measures}
)
"""What a definition may ask for, under the name that it has to give it."""

FINISH = {
    "dataset": "Write dataset = create_dataset(), and define its population.",
    "measures": "Write measures = create_measures(), and define one.",
}


def _kind_in(names: Mapping[str, Any]) -> str:
    there = [kind for kind, cls in CLASSES.items() if isinstance(names.get(kind), cls)]
    if there:
        return there[-1]
    made = {kind for kind in CLASSES for value in names.values() if _is(value, kind)}
    return "measures" if made == {"measures"} else "dataset"


def _is(value: object, kind: str) -> bool:
    return isinstance(value, CLASSES[kind])


def _asked_in(names: Mapping[str, Any], path: Path, kind: str) -> object:
    found = names.get(kind)
    if _is(found, kind):
        return found
    others = [n for n, value in names.items() if _is(value, kind)]
    some = "a dataset" if kind == "dataset" else "measures"
    if found is not None:
        problem = f"{kind} is a {type(found).__name__}, not {some}"
    else:
        problem = f"the definition makes no {kind}"
    remedy = f"Call it {kind} instead of {others[0]}." if others else FINISH[kind]
    raise DefinitionError(problem, where=str(path), remedy=remedy)


# The world as the author's code finds it ----------------------------------------------


@contextlib.contextmanager
def _run_as_authors(path: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Everything is put back afterwards, also the modules that the code imported."""
    folder = path.resolve().parent
    kept = sys.argv, sys.path, sys.meta_path, sys.dont_write_bytecode
    entries = sys.path[:], sys.meta_path[:]
    modules = dict(sys.modules)
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(folder))
    sys.meta_path.insert(0, _NoOtherEhrql())
    sys.dont_write_bytecode = True
    for name in list(sys.modules):
        if name.partition(".")[0] == "ehrql":
            del sys.modules[name]
    for name in ALIASES:
        sys.modules[f"ehrql{name}"] = importlib.import_module(f"cohort_dsl{name}")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.argv, sys.path, sys.meta_path, sys.dont_write_bytecode = kept
        sys.path[:], sys.meta_path[:] = entries
        for name in [n for n in sys.modules if _was_authors(n, folder, modules)]:
            del sys.modules[name]
        sys.modules.update({n: m for n, m in modules.items() if n.startswith("ehrql")})


def _was_authors(name: str, folder: Path, before: dict[str, ModuleType]) -> bool:
    """Two studies may each have a codelists.py: the second must not see the first's."""
    if name == RUNS_AS or name.partition(".")[0] == "ehrql":
        return True
    file = getattr(sys.modules[name], "__file__", None)
    if name in before or file is None or not hints.is_authors(file):
        return False
    return Path(file).is_relative_to(folder)


class _NoOtherEhrql(MetaPathFinder):
    """Without this, Python would load our files a second time under ehrql's name."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] == "ehrql":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None
