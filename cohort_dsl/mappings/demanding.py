"""May a question be asked here? Told alike at a site and, by its description, at home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from cohort_dsl.errors import NotServed
from cohort_dsl.mappings import asked_codes
from cohort_dsl.mappings.asked_codes import Has
from cohort_dsl.model import nodes
from cohort_dsl.model.question import Question


class State(Enum):
    """How a table or column is served."""

    SERVED = "served"
    DECLARED_EMPTY = "declared empty"  # by the site's settings
    NOT_IN_MODEL = "not in the model"  # by the mapping
    MISSING = "missing"  # mapped, but not there: nobody may ask for it


@dataclass(frozen=True)
class Served:
    """A table or column of the contract: how it is served.

    Where it is missing, ``problem`` tells what isn't there, and ``declare`` what a site
    that has nothing of it declares empty, if that is a remedy.
    """

    state: State
    problem: str = ""
    declare: str = ""


class Offer(Protocol):
    """What is served."""

    def served(self, table: str, column: str = "") -> Served:
        """Of what no contract has, SERVED: that is for the catalog to refuse."""
        ...


def demand(question: Question, offer: Offer, has: Has) -> None:
    """NotServed, with all that is missing, unless the question can be asked.

    ``has``: what codes there are.
    """
    _must_be_served(question, offer)
    wrong = asked_codes.problems(question, has)
    if wrong:
        raise NotServed(
            "; ".join(wrong),
            where="the codes that the definition asks for",
            remedy="Ask for codes of what is there: nothing would be found. What a site "
            "has is in its description (strongroom warehouse describe); what it really has "
            "none of, it names among its empty_tables.",
        )


def _must_be_served(question: Question, offer: Offer) -> None:
    tables = [(table.name, "") for table in question.tables()]
    asked = [*tables, *sorted(_columns_of(question))]
    wrong = {
        f"{name}.{column}" if column else name: served
        for name, column in asked
        if (served := offer.served(name, column)).state is State.MISSING
    }
    whole = [name for name, column in tables if name in wrong]
    told = {n: p for n, p in wrong.items() if n in whole or not _within(n, whole)}
    if told:
        raise NotServed(
            "; ".join(f"{n} isn't served: {one.problem}" for n, one in told.items()),
            where="the tables that the definition asks for",
            remedy=_remedy(sorted({one.declare for one in told.values()} - {""})),
        )


def _remedy(declared: Sequence[str]) -> str:
    """``declared``: what would be declared empty by a site that has nothing of it."""
    if not declared:
        return "Correct the warehouse or its mapping."
    return (
        "Correct the warehouse or its mapping; where the site really has nothing of it, "
        f"name {' and '.join(declared)} among its empty_tables."
    )


def _within(name: str, tables: Iterable[str]) -> bool:
    return any(name.startswith(f"{table}.") for table in tables)


def _columns_of(question: Question) -> set[tuple[str, str]]:
    """The columns that the question reads, with their tables."""
    selected = [n for n in question.nodes() if isinstance(n, nodes.SelectColumn)]
    return {
        (below.table.name, column.name)
        for column in selected
        for below in nodes.tables_below(column.source)
    }
