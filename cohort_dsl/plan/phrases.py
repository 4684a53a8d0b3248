"""Phrases of which a plan's sentences are made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.words import words
from cohort_dsl.plan.needs import PARAMETERS
from cohort_dsl.plan.rows import Rows
from cohort_dsl.plan.steps import Output, Part

MOST = 4
"""Of things of one kind that a sentence names; the others are counted."""
LONGEST = 100
"""Of a condition in a sentence, in characters."""


# Rows ----------------------------------------------------------------------------


def part(one: Part) -> str:
    """What is found out about a set of rows, and which these are."""
    asked = [_aggregated(output) for output in one.outputs]
    if one.bits:
        asked.insert(0, "in which intervals there are any")
    elif one.there is not None or not asked:
        asked.insert(0, "whether there are any")
    differing = tuple(bits.condition for bits in one.bits)
    rows = replace(one.rows, conditions=one.rows.conditions + differing)
    return f"{some(asked)}{where(rows)}"


def _aggregated(output: Output) -> str:
    node = output.node
    if isinstance(node, nodes.Count):
        return "how many there are"
    assert isinstance(node, nodes.Aggregation)
    percent = f"{node.percent:g}" if isinstance(node, nodes.Percentile) else ""
    return AGGREGATED[type(node)].format(cut(own(node.source)), percent=percent)


AGGREGATED: Mapping[type[nodes.Aggregation], str] = MappingProxyType(
    {
        nodes.CountDistinct: "how many different values of {} there are",
        nodes.Minimum: "the minimum of {}",
        nodes.Maximum: "the maximum of {}",
        nodes.Sum: "the sum of {}",
        nodes.Mean: "the mean of {}",
        nodes.Percentile: "percentile {percent} of {}",
        nodes.AnyTrue: "whether any {} is true",
        nodes.AllTrue: "whether every {} is true",
    }
)
"""What is found out about several rows' values."""


def own(series: Series) -> str:
    """A column by its name alone: its rows are named beside it."""
    return series.name if isinstance(series, nodes.SelectColumn) else words(series)


def where(asked: Rows) -> str:
    """Which of the rows they are, in brackets; nothing where they are all."""
    said = [f"in list {asked.hit}"] if asked.hit is not None else []
    if asked.conditions:
        said.append(f"where {some(map(condition, asked.conditions), ' and ')}")
    return f" ({', '.join(said)})" if said else ""


def condition(series: Series) -> str:
    """What must be true, cut where it is long."""
    if isinstance(series, nodes.Not) and isinstance(series.operand, nodes.IsNull):
        return cut(f"{_words(series.operand.operand)} is not null")
    if isinstance(series, nodes.IsInSeries):
        return cut(f"{_words(series.operand)} is among {_words(series.among)}")
    return cut(_words(series))


def _words(series: Series) -> str:
    """A constant that differs between intervals is one of INTERVAL's, as for authors."""
    return _PARAMETER.sub("INTERVAL.", words(series))


_PARAMETER = re.compile(rf"{PARAMETERS}\d+_\d+\.")


# Numbers of things -----------------------------------------------------------------


def counted(number: int, noun: str) -> str:
    """So many of a thing."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def some(things: Iterable[str], between: str = ", ") -> str:
    """The first few things, and how many more there are."""
    every = list(things)
    named, more = every[:MOST], len(every) - MOST
    if more > 0:
        named.append(f"{more:,} more")
    if between == ", " and len(named) > 1:
        return f"{', '.join(named[:-1])} and {named[-1]}"
    return between.join(named)


def cut(text: str) -> str:
    """The text's beginning, if it is long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
