"""Codes that a question asks for, held against the vocabularies that a site has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from cohort_dsl.codes import SYSTEMS
from cohort_dsl.mappings import coding
from cohort_dsl.mappings.expressions import Choose, Constant, Expression, First
from cohort_dsl.mappings.model import Part
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Node, Series
from cohort_dsl.model.question import Question

Vocabularies: TypeAlias = Callable[[str, str], frozenset[str] | None]
"""From a table and a column with codes to what these are; None where nobody knows."""


def named(parts: Iterable[Part], column: str) -> frozenset[str] | None:
    """The texts that a mapping itself writes into a column; None where it writes others."""
    found: set[str] = set()
    for part in parts:
        said = _said(part.columns.get(column))
        if said is None:
            return None
        found |= said
    return frozenset(found) or None


def _said(expression: Expression | None) -> set[str] | None:
    match expression:
        case None | Constant(None):
            return set()
        case Constant(value):
            return {str(value)}
        case Choose(_, cases, otherwise):
            return _all([*(value for _, value in cases), otherwise])
        case First(options):
            return _all(options)
    return None


def _all(every: Iterable[Expression]) -> set[str] | None:
    each = [_said(one) for one in every]
    return None if None in each else {text for one in each for text in one or ()}


def vocabulary_column(column: str) -> str | None:
    """The column that names the vocabulary of the codes in this one, by their names."""
    return f"{column[:-4]}vocabulary" if column.endswith("code") else None


@dataclass(frozen=True)
class Asked:
    """Codes, or with ``begun`` beginnings of codes, that are looked for in a column."""

    table: str
    column: str
    codes: frozenset[str]
    begun: bool = False

    def are_of(self, vocabularies: Collection[str]) -> bool:
        """Could any of them be such a code? Doubt says yes."""
        systems = [coding.system(one) for one in vocabularies]
        if not self.codes or None in systems:
            return True
        return any(
            coding.looks_like(one, code, begun=self.begun)
            for one in systems
            if one is not None
            for code in self.codes
        )


def problems(question: Question, vocabularies: Vocabularies) -> list[str]:
    """Each column that has no codes of the kind that it is asked for, in a sentence.

    Where one list among alternatives is of a kind that is there, the others are no mistake:
    so a definition can be asked at several sites.
    """
    found: dict[str, None] = {}
    fine = _alternatives(question, vocabularies)
    for node in _asking(question):
        for one in _asked(node):
            here = vocabularies(one.table, one.column)
            if here is None or one in fine or one.are_of(here):
                continue
            found[_problem(one, here)] = None
    return list(found)


def _problem(one: Asked, here: Collection[str]) -> str:
    whole = () if one.begun else SYSTEMS.values()
    fits = [
        system.title
        for system in whole
        if all(coding.looks_like(system, code) for code in one.codes)
    ]
    like = f"codes that look like {' or '.join(fits)}" if fits else "other codes"
    known = [system for name in sorted(here) if (system := coding.system(name))]
    looks = "; ".join(dict.fromkeys(system.looks_like for system in known))
    names = " and ".join(sorted(here))
    return f"{one.table}.{one.column} has {names} codes ({looks}), and is asked for {like}"


def _asking(question: Question) -> Iterator[Node]:
    """What is asked for; not what is asked to be otherwise."""
    every = list(question.nodes())
    denied = {
        below
        for node in every
        if isinstance(node, nodes.Not)
        for below in nodes.walk([node.operand])
    }
    yield from (node for node in every if node not in denied)


def _alternatives(question: Question, vocabularies: Vocabularies) -> set[Asked]:
    """What stands beside a list that the same column may well have codes of."""
    fine: set[Asked] = set()
    for node in question.nodes():
        if not isinstance(node, nodes.Or):
            continue
        every = [one for operand in node.operands for one in _asked(operand)]
        served = {
            (one.table, one.column)
            for one in every
            if (here := vocabularies(one.table, one.column)) and one.are_of(here)
        }
        fine |= {one for one in every if (one.table, one.column) in served}
    return fine


def _asked(node: Node) -> Iterator[Asked]:
    match node:
        case nodes.IsIn(operand, values):
            yield from _of(operand, values)
        case nodes.Equal(left, nodes.Value(value)):
            yield from _of(left, [value])
        case nodes.StartsWith(left, nodes.Value(value)):
            yield from _of(left, [value], begun=True)
        case nodes.MapValues(operand, pairs):
            yield from _of(operand, (key for key, _ in pairs))


def _of(
    operand: Series, values: Iterable[object], *, begun: bool = False
) -> Iterator[Asked]:
    if isinstance(operand, nodes.Prefix):
        operand, begun = operand.operand, True
    if not isinstance(operand, nodes.SelectColumn):
        return
    codes = frozenset(value for value in values if isinstance(value, str))
    for below in nodes.tables_below(operand.source):
        yield Asked(below.table.name, operand.name, codes, begun)
