"""What can be wrong, told to the person who can put it right."""

from __future__ import annotations


class StrongroomError(Exception):
    """A mistake with its place, the problem and the remedy, all in the reader's words.

    Shown without a traceback. Never carries a value that is a person's.
    """

    def __init__(self, problem: str, *, where: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.where, self.remedy = problem, where, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}\n  {self.remedy}"


class DefinitionError(StrongroomError):
    """The cohort definition asks for something that has no meaning."""


class QueryError(StrongroomError):
    """A serialised query isn't one that this version reads."""


class WarehouseError(StrongroomError):
    """The warehouse isn't there, isn't as its mapping says, or refused."""


class WarehouseAway(WarehouseError):
    """The warehouse isn't there now, or went away in the middle: it may be asked again."""


class LoginRefused(WarehouseError):
    """The warehouse doesn't let us in: asking again may lock the account."""


class NotServed(WarehouseError):
    """The question asks for what the warehouse hasn't: it won't by being asked again."""


class SnapshotLost(WarehouseError):
    """The warehouse can't show any more how its data were when a question began."""
