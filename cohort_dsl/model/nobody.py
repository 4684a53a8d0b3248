"""What a series says of a patient about whom nothing is known.

Used to refuse populations that would hold everybody who ever had a row anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from cohort_dsl.model import nodes, rules
from cohort_dsl.model.nodes import IntervalEdge, Series
from cohort_dsl.model.query import Interval
from cohort_dsl.model.types import Scalar

# Without rows there is nothing to count; every other look at rows finds nothing.
# An interval's day isn't known before model.intervals.at puts it there.
WITHOUT_ROWS: Mapping[type[Series], Scalar | None] = {
    nodes.IntervalDate: None,
    nodes.SelectColumn: None,
    nodes.Exists: False,
    nodes.Found: False,
    nodes.Count: 0,
    nodes.CountDistinct: 0,
    nodes.Minimum: None,
    nodes.Maximum: None,
    nodes.Sum: None,
    nodes.Mean: None,
    nodes.Percentile: None,
    nodes.AnyTrue: None,
    nodes.AllTrue: None,
}


def answer(series: Series, interval: Interval | None = None) -> Scalar | None:
    """The series' value where every table is empty; None for NULL.

    ``interval``: the one at hand, if any is.
    """
    found: dict[nodes.Node, Scalar | None] = {}
    if interval is not None:
        found[nodes.IntervalDate(IntervalEdge.START)] = interval.start
        found[nodes.IntervalDate(IntervalEdge.END)] = interval.end
    for node in nodes.walk([series]):
        if isinstance(node, Series) and node not in found:
            found[node] = of_parts(node, found)
    return found[series]


def of_parts(node: Series, found: Mapping[nodes.Node, Scalar | None]) -> Scalar | None:
    """The same of one node, where the values of the series that it is made of are known."""
    if type(node) in WITHOUT_ROWS:
        return WITHOUT_ROWS[type(node)]
    if isinstance(node, nodes.IsInSeries):
        return rules.is_among(found[node.operand], ())
    parts = [found[part] for part in node.parts() if isinstance(part, Series)]
    return rules.RULES[type(node)](node, parts)
