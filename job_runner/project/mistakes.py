"""What is wrong with a project file: gathered while it is read, told all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from job_runner.errors import ProjectError

MOST_TOLD = 100
"""Mistakes told of one file; more would only hide the first."""

MOST_SUGGESTIONS = 20
"""Searches for a near name in one file; each looks at every action."""


@dataclass(frozen=True, order=True)
class Place:
    """Line and column of the file, both from 1."""

    line: int
    column: int


class Mistake(ProjectError):
    """One mistake, with the place to put it right."""

    def __init__(self, problem: str, *, where: str, remedy: str, place: Place) -> None:
        at = f"{where}, line {place.line}, column {place.column}"
        super().__init__(problem, where=at, remedy=remedy)
        self.line, self.column = place.line, place.column


class ProjectErrors(ProjectError):
    """Every mistake of one project file, in the order of the file."""

    def __init__(self, errors: Iterable[Mistake], *, where: str) -> None:
        found = sorted(errors, key=lambda e: (e.line, e.column))
        self.count = len(found)
        self.errors = tuple(found[:MOST_TOLD])
        problem = self.errors[0].problem if self.count == 1 else f"{self.count} mistakes"
        remedy = "\n  ".join(e.remedy for e in self.errors)
        super().__init__(problem, where=where, remedy=remedy)

    def __str__(self) -> str:
        told = [str(error) for error in self.errors]
        if self.count > len(told):
            told.append(f"... and {self.count - len(told)} more mistakes")
        return "\n".join(told)


class Mistakes:
    """The mistakes so far of the file named ``where``."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.found: list[Mistake] = []
        self._told: set[tuple[Place, str]] = set()
        self._suggestions = 0

    def add(self, place: Place, problem: str, remedy: str) -> None:
        """Once only: what stands behind an alias is looked at wherever it is used."""
        if (place, problem) in self._told:
            return
        self._told.add((place, problem))
        self.found.append(Mistake(problem, where=self.where, remedy=remedy, place=place))

    def near(self, word: str, known: Iterable[str]) -> str | None:
        """The known name that was probably meant, if one is near."""
        self._suggestions += 1
        if self._suggestions > MOST_SUGGESTIONS or len(word) > 80:
            return None
        close = difflib.get_close_matches(word, [k for k in known if len(k) <= 80], n=1)
        return close[0] if close else None

    def raise_if_any(self) -> None:
        if self.found:
            raise ProjectErrors(self.found, where=self.where)


def shown(text: str) -> str:
    """The author's own words in a message: short, and nothing in them acts on a screen."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)
