"""Codes that a question asks for, held against the vocabularies that a site has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from cohort_dsl.codes import SYSTEMS, Code
from cohort_dsl.mappings import coding
from cohort_dsl.mappings.expressions import Choose, Constant, Expression, First
from cohort_dsl.mappings.model import Part
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Node, Series
from cohort_dsl.model.question import Question


def named(parts: Iterable[Part], column: str) -> frozenset[str] | None:
    """The vocabularies that a mapping itself writes into a column; None where it writes
    others, or has codes of none."""
    found: set[str] = set()
    code = f"{column.removesuffix('vocabulary')}code"
    for part in parts:
        said = _said(part.columns.get(column))
        if said is None or (not said and part.columns.get(code) is not None):
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
        return any(self._any_of(one) for one in systems if one is not None)

    @cached_property
    def systems(self) -> frozenset[type[Code]]:
        """Those that one of them could be of."""
        return frozenset(one for one in SYSTEMS.values() if self._any_of(one))

    @cached_property
    def are_all_known(self) -> bool:
        """Could each of them be of a system that we know?"""
        return all(any(self._is(one, code) for one in self.systems) for code in self.codes)

    def _any_of(self, system: type[Code]) -> bool:
        return any(self._is(system, code) for code in self.codes)

    def _is(self, system: type[Code], code: str) -> bool:
        return coding.looks_like(system, code, begun=self.begun)


@dataclass(frozen=True)
class Here:
    """What a column has. ``names``: of its vocabularies, those that may be told, and a word
    for others; none where it has no code at all. ``fits``: may some be what is asked?"""

    names: frozenset[str]
    fits: bool


Has: TypeAlias = Callable[[Asked], Here | None]
"""What the column that is asked has; None where nobody knows."""


def told(one: Asked, names: frozenset[str] | None) -> Here | None:
    """Where all that is known is the names of a column's vocabularies."""
    return None if names is None else Here(names, one.are_of(names))


def problems(question: Question, has: Has) -> list[str]:
    """Each column that has no codes of the kind that it is asked for, in a sentence.

    Where one list among alternatives is of a kind that is there, the others are no mistake:
    so a definition can be asked at several sites.
    """
    found: dict[str, None] = {}
    fine = _alternatives(question, has)
    for node in _asking(question):
        for one in _asked(node):
            here = None if one in fine else has(one)
            if here is not None and not here.fits:
                found[_problem(one, here.names)] = None
    return list(found)


def _problem(one: Asked, here: Collection[str]) -> str:
    where = f"{one.table}.{one.column}"
    if not here:
        return f"{where} has no code of anybody here, and is asked for some"
    whole = () if one.begun else SYSTEMS.values()
    fits = [
        system.title
        for system in whole
        if all(coding.looks_like(system, code) for code in one.codes)
    ]
    like = f"codes that look like {' or '.join(fits)}" if fits else "other codes"
    return f"{where} has {_listed(here)}, and is asked for {like}"


def _listed(here: Collection[str]) -> str:
    """What codes are there, in words."""
    names = sorted(set(here) - {coding.OTHER, coding.told(None)})
    known = [system for name in names if (system := coding.system(name))]
    looks = "; ".join(dict.fromkeys(system.looks_like for system in known))
    seen = f" ({looks})" if looks else ""
    told = [f"{' and '.join(names)} codes{seen}"] if names else []
    if coding.OTHER in here:
        told.append("codes of other vocabularies")
    if coding.told(None) in here:
        told.append("codes of no vocabulary")
    return " and ".join(told)


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


def _alternatives(question: Question, has: Has) -> set[Asked]:
    """What stands beside a list that the same column may well have codes of."""
    fine: set[Asked] = set()
    for node in question.nodes():
        if not isinstance(node, nodes.Or):
            continue
        every = [one for operand in node.operands for one in _asked(operand)]
        served = {
            (one.table, one.column)
            for one in every
            if (here := has(one)) is not None and here.fits
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
