"""What one mistake is: the author's lines, and the error they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from types import MappingProxyType

FILE = "analysis/definition.py"

HEADER = """\
from cohort_dsl import *
from cohort_dsl.tables.contract import patients, diagnoses as events, lab_results as labs
dataset = create_dataset()
is_there = patients.date_of_birth.is_not_null()
first = events.sort_by(events.date).first_for_patient()
"""
"""What stands above the lines of every mistake that doesn't say otherwise."""

CODELISTS: Mapping[str, str] = MappingProxyType(
    {"codelists/asthma.csv": "code,term\nJ45,asthma\nJ46,status asthmaticus\n"}
)
"""Files that are there."""


@dataclass(frozen=True)
class Mistake:
    """``title``: what the author did. ``lines``: how. ``problem``, ``remedy``: the answer.

    ``line`` is where it is told, counted in the whole file; None is the last of ``lines``.
    """

    title: str
    lines: str
    problem: str
    remedy: str
    line: int | None = None
    header: str = HEADER
    files: Mapping[str, str] = field(default_factory=lambda: CODELISTS)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", dedent(self.lines).strip("\n") + "\n")
        assert self.title
        assert self.problem
        assert self.remedy

    @property
    def file(self) -> str:
        """The author's whole file."""
        return self.header + self.lines

    @property
    def where(self) -> str:
        """The place that the error names."""
        if self.line == 0:
            return FILE
        return f"{FILE} line {self.line or self.file.count(chr(10))}"


@dataclass(frozen=True)
class Chapter:
    """Mistakes of one sort."""

    title: str
    mistakes: tuple[Mistake, ...]
