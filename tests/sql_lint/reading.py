"""A statement as the lint looks at it: its words, and its tree where it is a question.

sqlglot reads both, and nothing else is asked of it: its translations between engines aren't
ours. What makes and drops tables it needn't understand; of that only words are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from cohort_dsl.sql import Script, Statement
from cohort_dsl.sql.statements import Beside

READ_AS: Mapping[str, str] = {
    "oracle-12": "oracle",
    "oracle-19": "oracle",
    "oracle-23": "oracle",
    "sqlserver": "tsql",
}
QUESTION = re.compile(r"\s*(SELECT|WITH|INSERT)\b", re.IGNORECASE)
NUMBERED = re.compile(r":(\d+)\b(?=[^']*(?:'[^']*'[^']*)*$)")  # outside of texts
PLACES = re.compile(r"%s|%%")


@dataclass(frozen=True)
class Sent:
    """``dates``: names of columns that are dates, in any statement of the script."""

    text: str
    engine: str
    parameters: int = 0
    dates: frozenset[str] = frozenset()

    @cached_property
    def plain(self) -> str:
        """With the driver's own signs as a parser knows them."""
        if self.engine != "sqlserver":
            return NUMBERED.sub(r":p\1", self.text)
        return PLACES.sub(lambda found: {"%s": "@p", "%%": "%"}[found[0]], self.text)

    @cached_property
    def words(self) -> list[Token]:
        return sqlglot.tokenize(self.plain, READ_AS[self.engine])

    @cached_property
    def tree(self) -> exp.Expression:
        """Of a question; of anything else an empty one. ParseError where it is no SQL."""
        if not QUESTION.match(self.text):
            return exp.Expression()
        return sqlglot.parse_one(self.plain, dialect=READ_AS[self.engine])

    def called(self) -> set[str]:
        """The names of functions, in capitals, as they stand there."""
        following = zip(self.words, self.words[1:], strict=False)
        return {
            one.text.upper()
            for one, other in following
            if other.token_type == TokenType.L_PAREN
        }


def statements(script: Script, engine: str) -> Iterator[Sent]:
    """All that a script sends as text."""
    dates = frozenset(re.findall(r'"?(\w+)"? DATE\b', str(script)))
    for one in script.statements():
        if isinstance(one, Beside):
            raise TypeError("these engines lay nothing out")
        if isinstance(one, Statement):
            there = frozenset(name for name in dates if name in one.text)
            yield Sent(one.text, engine, _parameters(one, engine), there)


def _parameters(asked: Statement, engine: str) -> int:
    """Oracle's driver sends a value for each place that it stands in."""
    every = len(asked.parameters)
    return every if engine == "sqlserver" else len(re.findall(r":\d+ AS ", asked.text))


def bare(node: exp.Expression | None) -> exp.Expression | None:
    """Without the parentheses around it."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def above(node: exp.Expression) -> exp.Expression | None:
    """What it is a part of, but for parentheses."""
    found = node.parent
    while isinstance(found, exp.Paren):
        found = found.parent
    return found
