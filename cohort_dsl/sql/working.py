"""Rows on which series are worked out, layer upon layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.types import BOOL, ValueType
from cohort_dsl.plan import needs
from cohort_dsl.plan.needs import Origin
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.draft import Keep
from cohort_dsl.sql.expressions import RULES
from cohort_dsl.sql.layers import LAYERS, Arrangement, arrange, is_column
from cohort_dsl.sql.long_lists import said_once
from cohort_dsl.sql.terms import Terms

# Whom, and which day, a row was looked up for. No table's column begins with _.
OWNER, DAY = "_owner", "_day"
# Which of the population a patient is, beginning with 0 and in the order of their ids.
NUMBER = "_number"
# One of the owner's values, and who has any.
MEMBER, HOLDER = "_member", "_holder"

# What a joined table is for: a look-up's frame, a map, or what ``among`` gives. A map may
# be looked among itself, so the two have different keys.
Joined: TypeAlias = Origin | tuple[str, Series]


def among(series: Series) -> Joined:
    """The key of the values of a series that others are looked for among."""
    return "among", series


# Which interval a row is about, and its bit in a column of bits, before a number.
INTERVAL, BIT = "_interval", "_bit"

# The table of those whom the warehouse leaves out of everything.
LEFT_OUT = "step_left_out"
# Which of a patient's rows it is.
PLACE = "_place"
# What is mapped, and to what. Nor do these.
KEY, RESULT = "_key", "_result"
# Which list a kept row is in; what stands for the column that rows were looked for by,
# where order is all.
LIST, RANK = "_list", "_rank"


def looked_up(name: str) -> str:
    """How a column is called that was looked up: unlike any of the rows it is joined to."""
    return f"_its_{name}"


@dataclass(frozen=True)
class Start:
    """The rows to begin with.

    ``columns``: the series that are there already, each as an expression over ``rows``.
    ``carried``: columns that must still be there at the end, beside the targets; the
    first is patient_id. ``sort``: what layers that aren't taken apart come sorted by: an
    engine that plans each by itself doesn't know what the rows are sorted by in the end.
    """

    rows: sa.FromClause
    columns: Mapping[Series, Sql]
    carried: Mapping[str, tuple[Sql, ValueType]]
    sort: Sql | None = None


@dataclass(frozen=True)
class Worked:
    """Rows that have all the targets, and each target's expression over them."""

    rows: sa.FromClause
    said: Mapping[Series, Sql]

    def __getitem__(self, node: Series) -> Sql:
        return self.said[node]


def work_out(
    targets: Sequence[Series],
    start: Start,
    terms: Terms,
    joined: Mapping[Joined, sa.FromClause],
    keep: Keep,
    *,
    several: bool = False,
) -> Worked:
    """Rows with the targets on them.

    ``joined``: the values of each ``is_in`` series, what each look-up by date finds, and
    what each long map says. ``several``: some targets tell sets of rows apart.
    """
    again = said_once(targets, terms.lists, terms.dialect, several=several)
    plan = arrange(
        targets,
        native_booleans=terms.dialect.native_booleans,
        repeating=terms.dialect.repeating,
        again=again,
    )
    words = _Words(plan, start, terms, joined)
    rows = words.first_layer()
    for layer in range(1, plan.layers + 1):
        once = _once(rows, start, terms) if layer > 1 else rows
        below: sa.FromClause = once.subquery(f"layer_{layer - 1}")
        if layer % LAYERS == 0:
            below = keep(rows, words.types(layer - 1))
        rows = words.layer(layer, below)
    once = _once(rows, start, terms) if plan.layers else rows
    return Worked(once.subquery(f"layer_{plan.layers}"), words.said)


def _once(rows: sa.Select[Any], start: Start, terms: Terms) -> sa.Select[Any]:
    return terms.dialect.worked_out(
        rows if start.sort is None else rows.order_by(start.sort)
    )


class _Words:
    """What is written for each series: where it becomes a column, and where it is read.

    Texts name columns without their table, so that one text serves in any layer.
    """

    def __init__(
        self,
        plan: Arrangement,
        start: Start,
        terms: Terms,
        joined: Mapping[Joined, sa.FromClause],
    ) -> None:
        self.plan, self.start, self.terms = plan, start, terms
        self.names = _names(plan, start)
        self.joins = _joins(plan.order, joined)
        self.said: dict[Series, Sql] = {}
        self.made: dict[Series, Sql] = {}
        for node in plan.order:
            self._say(node)

    def _say(self, node: Series) -> None:
        name = self.names.get(node)
        text = self.start.columns[node] if is_column(node) else self._expression(node)
        self.said[node] = text
        if name is not None:
            self.made[node] = self.terms.stored(text, node.type).label(name)
            column = sa.column(name, self.terms.column_type(node.type))
            self.said[node] = self.terms.loaded(column, node.type)

    def _expression(self, node: Series) -> Sql:
        operands = [self.said[operand] for operand in needs.operands(node)]
        if node in self.joins:
            return self.joins[node].found(node, operands, self.terms)
        said = RULES[type(node)](self.terms, node, operands)
        # SQLAlchemy writes NOT x IS NULL for (NOT x) IS NULL, which SQL reads otherwise.
        return Grouping(said) if node.type == BOOL else said

    def _own(self, layer: int) -> list[Series]:
        """The layer's columns that aren't carried anyway, each once.

        A table's column asked of several frames is several series, but one column.
        """
        by_name = {self.names[node]: node for node in self.plan.columns_of(layer)}
        return [node for name, node in by_name.items() if name not in self.start.carried]

    def first_layer(self) -> sa.Select[Any]:
        carried = [sql.label(name) for name, (sql, _) in self.start.carried.items()]
        own = [self.made[node] for node in self._own(0)]
        return sa.select(*carried, *own).select_from(self.start.rows)

    def layer(self, layer: int, below: sa.FromClause) -> sa.Select[Any]:
        """A layer's select: what is still needed from below, and what is made here."""
        carried: list[Sql] = [sa.column(name) for name in self.start.carried]
        wanted = self._own(layer)
        new = [node for node in wanted if self.plan.made.get(node) == layer]
        old: list[Sql] = [sa.column(self.names[node]) for node in wanted if node not in new]
        for node in _each_join_once(new, self.joins):
            operand, *_ = needs.operands(node)
            told = self.terms.stored(self.said[operand], operand.type)
            below = self.joins[node].onto(below, told)
        made = [self.made[node] for node in new]
        return sa.select(*carried, *old, *made).select_from(below)

    def types(self, layer: int) -> dict[str, ValueType]:
        """The names and types of a layer's columns."""
        carried = {name: kind for name, (_, kind) in self.start.carried.items()}
        own = {self.names[node]: node.type for node in self.plan.columns_of(layer)}
        return carried | own


def _names(plan: Arrangement, start: Start) -> dict[Series, str]:
    """Row columns keep their names; others get one that no column has."""
    columns = [node for layer in range(plan.layers + 1) for node in plan.columns_of(layer)]
    names: dict[Series, str] = {}
    taken = {"patient_id", *start.carried}
    for node in columns:
        if needs.is_cell(node):
            names[node] = node.name
    taken |= set(names.values())
    for number, node in enumerate(dict.fromkeys(columns), start=1):
        if node not in names:
            names[node] = _free(f"x{number}", taken)
    return names


def _free(name: str, taken: set[str]) -> str:
    return _free(f"{name}_", taken) if name in taken else name


def _joins(
    order: Iterable[Series], joined: Mapping[Joined, sa.FromClause]
) -> dict[Series, _Joined]:
    """The join that finds each series; the columns of one look-up have one in common."""
    found: dict[Series, _Joined] = {}
    looks: dict[Origin, _LookUp] = {}
    for number, node in enumerate(order, start=1):
        source = needs.origin(node)
        if isinstance(node, nodes.IsInSeries):
            found[node] = _Join(joined[among(node.among)], number)
        elif needs.is_long_map(node):
            found[node] = _Mapped(joined[node], number)
        elif isinstance(source, nodes.AsOf):
            looks.setdefault(source, _LookUp(joined[source], number))
            found[node] = looks[source]
    return found


def _each_join_once(
    new: Iterable[Series], joins: Mapping[Series, _Joined]
) -> Iterable[Series]:
    """One of the series that each join finds."""
    by_join = {id(joins[node]): node for node in new if node in joins}
    return by_join.values()


class _Join:
    """A join that finds whether a value is among the patient's values of a series."""

    def __init__(self, members: sa.FromClause, number: int) -> None:
        self.members = members.alias(f"among_{number}")
        holders = sa.select(members.c[OWNER].label(HOLDER)).distinct()
        self.holders = holders.subquery(f"holders_{number}")

    def onto(self, rows: sa.FromClause, operand: Sql) -> sa.FromClause:
        patient: Sql = sa.column("patient_id")
        own = sa.and_(self.members.c[OWNER] == patient, self.members.c[MEMBER] == operand)
        joined = rows.outerjoin(self.members, own)
        return joined.outerjoin(self.holders, self.holders.c[HOLDER] == patient)

    def found(self, node: Series, operands: Sequence[Sql], terms: Terms) -> Sql:
        """False where the patient has no values, else NULL for NULL."""
        assert isinstance(node, nodes.IsInSeries)
        [operand] = operands
        kind = node.operand.type
        found = sa.case(
            (self.holders.c[HOLDER].is_(sa.null()), terms.stored(terms.false(), BOOL)),
            (
                terms.stored(operand, kind).is_(sa.null()),
                terms.stored(terms.null(BOOL), BOOL),
            ),
            else_=terms.stored(self.members.c[MEMBER].is_not(sa.null()), BOOL),
        )
        return terms.loaded(found, BOOL)


class _LookUp:
    """A join that finds the row that holds on a row's date: there is at most one."""

    def __init__(self, held: sa.FromClause, number: int) -> None:
        self.held = held.alias(f"held_{number}")

    def onto(self, rows: sa.FromClause, day: Sql) -> sa.FromClause:
        patient: Sql = sa.column("patient_id")
        own = sa.and_(self.held.c[OWNER] == patient, self.held.c[DAY] == day)
        return rows.outerjoin(self.held, own)

    def found(self, node: Series, operands: Sequence[Sql], terms: Terms) -> Sql:
        """A column of the row, or whether it is there."""
        if isinstance(node, nodes.SelectColumn):
            return terms.loaded(self.held.c[looked_up(node.name)], node.type)
        return self.held.c[DAY].is_not(sa.null())


class _Mapped:
    """A join that finds what a value is mapped to: keys are different, so at most once."""

    def __init__(self, pairs: sa.FromClause, number: int) -> None:
        self.pairs = pairs.alias(f"mapped_{number}")

    def onto(self, rows: sa.FromClause, operand: Sql) -> sa.FromClause:
        return rows.outerjoin(self.pairs, self.pairs.c[KEY] == operand)

    def found(self, node: Series, operands: Sequence[Sql], terms: Terms) -> Sql:
        """The default where there is no such key; a key may be mapped to NULL."""
        kind, (_, default) = node.type, operands
        there = self.pairs.c[KEY].is_not(sa.null())
        chosen = sa.case((there, self.pairs.c[RESULT]), else_=terms.stored(default, kind))
        return terms.loaded(chosen, kind)


_Joined: TypeAlias = _Join | _LookUp | _Mapped
