"""All that is wrong with a study's codelists, told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job_runner.errors import CodelistError

MOST_TOLD = 100


@dataclass(frozen=True)
class Wrong:
    """One thing: where, what, and what to do."""

    where: str
    problem: str
    remedy: str


class CodelistErrors(CodelistError):
    """Several at once."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.errors = tuple(
            CodelistError(one.problem, where=one.where, remedy=one.remedy)
            for one in wrong[:MOST_TOLD]
        )
        self.count = len(wrong)
        alone = self.count == 1
        super().__init__(
            self.errors[0].problem if alone else f"{self.count} things are wrong",
            where=self.errors[0].where if alone else "codelists",
            remedy="\n  ".join(dict.fromkeys(one.remedy for one in self.errors)),
        )

    def __str__(self) -> str:
        told = [str(error) for error in self.errors]
        if self.count > len(told):
            told.append(f"... and {self.count - len(told)} more")
        return "\n".join(told)


def refuse_all(wrong: Sequence[Wrong]) -> None:
    """Raises what is wrong, if anything is."""
    if wrong:
        raise CodelistErrors(wrong)


def shown(text: str) -> str:
    """Somebody else's words in a message: short, and nothing in them acts on a screen."""
    return ascii(text if len(text) <= 80 else f"{text[:77]}...")
