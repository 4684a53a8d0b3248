"""The rules of the manual as values: chapters, sections, and what each rule tells."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from tests.spec import conftest

SPEC = Path(conftest.__file__).parent
# In the order of reading; a chapter that isn't named here comes after these.
ORDER = (
    *("population", "rows", "aggregates", "together", "logic", "choices", "numbers"),
    *("dates", "text_and_codes", "measures"),
)
CONTRACTIONS = re.compile(r"\b(is|are|was|do|does|has|have|ca|did|wo)nt\b")
CAPITALS = re.compile(r"\b(sql|null|march|january|february)\b")
CODE = re.compile(r"(as_int|as_float|is_in|is_not_in|is_null|starts_with)(?= |_|$)")


@dataclass(frozen=True)
class Said:
    """One call of ``spec``: its line in the rule's file, what it was told, and with what
    parameters the rule was called."""

    line: int
    told: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A sentence, why it is so, and the function that shows it."""

    function: Callable[..., None]

    @property
    def name(self) -> str:
        return self.function.__name__.removeprefix("test_")

    @property
    def sentence(self) -> str:
        """The name as people write it; a word of the language that begins it stays one."""
        word = CODE.match(self.name)
        code = f"`{word[1]}`" if word else ""
        rest = self.name[word.end() :] if word else self.name
        text = rest.replace("_s_", "'s_").replace("_", " ")
        text = CAPITALS.sub(_capital, CONTRACTIONS.sub(r"\1n't", text))
        return code + text if word else text[0].upper() + text[1:]

    @property
    def why(self) -> str:
        assert self.function.__doc__, f"{self.name}: say why"
        return inspect.cleandoc(self.function.__doc__)

    @functools.cached_property
    def said(self) -> tuple[Said, ...]:
        """What the rule tells ``spec``, without any engine."""
        found = tuple(listen(self.function))
        assert found, f"{self.name} tells spec nothing"
        return found


def _capital(word: re.Match[str]) -> str:
    return word[0].upper() if word[0] in ("sql", "null") else word[0].title()


@dataclass(frozen=True)
class Section:
    """A file of rules about one thing."""

    module: ModuleType

    @property
    def title(self) -> str:
        return str(self.module.title)

    @property
    def introduction(self) -> str:
        """What its docstring says below the first line."""
        return inspect.cleandoc(self.module.__doc__ or "").partition("\n\n")[2]

    @functools.cached_property
    def rules(self) -> tuple[Rule, ...]:
        named = vars(self.module).items()
        return tuple(Rule(found) for name, found in named if name.startswith("test_"))


@dataclass(frozen=True)
class Chapter:
    """A folder of sections: one page."""

    module: ModuleType
    sections: tuple[Section, ...]

    @property
    def page(self) -> str:
        return self.module.__name__.rpartition(".")[2].replace("_", "-") + ".md"

    @property
    def title(self) -> str:
        return str(self.module.title)

    @property
    def introduction(self) -> str:
        return inspect.cleandoc(self.module.__doc__ or "")

    @property
    def rules(self) -> list[Rule]:
        return [rule for section in self.sections for rule in section.rules]


@functools.cache
def chapters() -> tuple[Chapter, ...]:
    """All that there is, in the order of reading."""
    names = {path.parent.name for path in SPEC.glob("*/test_*.py")}
    known = [name for name in ORDER if name in names]
    return tuple(_chapter(name) for name in [*known, *sorted(names - set(known))])


def _chapter(name: str) -> Chapter:
    """Its sections are in the order of its ``first``, the others by the alphabet."""
    module = importlib.import_module(f"tests.spec.{name}")
    first = [f"test_{stem}" for stem in getattr(module, "first", ())]
    others = sorted({path.stem for path in (SPEC / name).glob("test_*.py")} - set(first))
    files = [f"tests.spec.{name}.{stem}" for stem in [*first, *others]]
    return Chapter(module, tuple(Section(importlib.import_module(f)) for f in files))


def rules() -> list[Rule]:
    return [rule for chapter in chapters() for rule in chapter.rules]


# Listening -------------------------------------------------------------------------


def listen(function: Callable[..., None]) -> list[Said]:
    """Call a rule with fixtures that only listen."""
    heard: list[Said] = []
    with tempfile.TemporaryDirectory() as folder:
        for given in _parameters(function):

            def spec(_given: Any = given, **told: Any) -> None:
                line = _line_in(function, sys._getframe(1))
                heard.append(Said(line, told, _given))

            named = {name: _fixture(name, spec, folder, given) for name in _wants(function)}
            function(**named)
    return heard


def _line_in(function: Callable[..., None], frame: FrameType | None) -> int:
    """The rule's own line that is running, below whatever helps it."""
    while frame is not None and frame.f_code is not function.__code__:
        frame = frame.f_back
    assert frame is not None
    return frame.f_lineno


def _wants(function: Callable[..., None]) -> list[str]:
    return list(inspect.signature(function).parameters)


def _fixture(name: str, spec: Any, folder: str, given: Mapping[str, Any]) -> Any:
    if name in given:
        return given[name]
    if name == "tmp_path":
        return Path(folder)
    assert name in vars(conftest), f"the manual has no {name} to give to a rule"
    return spec


def _parameters(function: Callable[..., None]) -> list[dict[str, Any]]:
    """What ``pytest.mark.parametrize`` gives to it, each time."""
    found: list[dict[str, Any]] = [{}]
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names = mark.args[0]
            names = names.split(",") if isinstance(names, str) else names
            rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
            found = [
                known | dict(zip(map(str.strip, names), row, strict=True))
                for known in found
                for row in rows
            ]
    return found
