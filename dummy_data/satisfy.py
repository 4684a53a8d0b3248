"""Make a condition true of a patient by changing their rows towards it.

A condition is first cut into plain ones that must all hold (of alternatives one is
drawn). Then, as long as one of them doesn't hold, one change that could help is made:
a cell is set to a value that suits *every* plain condition about that cell, or a row is
added or taken away. So `first(a) < first(b) < first(a) + days(7)` is solved rather than
waited for. Whether a condition holds is the referee's word alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Filter, Frame, Series, bottom, lineage
from cohort_dsl.model.types import Kind
from dummy_data.distributions import Usual
from dummy_data.person import Person, Row
from dummy_data.plain import Plain, plain
from dummy_data.promised import in_order, kept
from dummy_data.pull import DEEPEST, Aim, aims, pull
from dummy_data.wish import Wish

PASSES = 40
"""Changes tried for one patient before starting afresh with another."""


class Maker:
    """Makes conditions come true, with one source of chance and of usual values."""

    def __init__(self, usual: Usual, rng: random.Random) -> None:
        self.usual, self.rng = usual, rng

    def satisfy(
        self, person: Person, condition: Series, *, row: Row | None = None, depth: int = 0
    ) -> list[Plain]:
        """Change the patient until the condition holds; the plain ones that still don't."""
        parts = plain(condition, True, self.rng)
        failing = [p for p in parts if not p.holds(person, row)]
        for _ in range(PASSES):
            if not failing:
                return []
            if not self._help(self.rng.choice(failing), parts, person, row, depth):
                return failing
            failing = [p for p in parts if not p.holds(person, row)]
        return failing

    def add_row(self, person: Person, frame: Frame, depth: int = 0) -> Row | None:
        """A new row of the frame, its filters satisfied; None (and no row) if in vain."""
        row = self._own_row(person, bottom(frame), depth)
        conditions = [step.condition for step in lineage(frame) if isinstance(step, Filter)]
        for condition in reversed(conditions):
            if row is None:
                return None
            if depth > DEEPEST or self.satisfy(person, condition, row=row, depth=depth + 1):
                person.drop(row)
                return None
        return row

    def _own_row(self, person: Person, own: Frame, depth: int) -> Row | None:
        """A row for a frame with rows of its own; where those are made, what makes one."""
        if isinstance(own, nodes.Table):
            if own.table.name in self.usual.offered.no_rows:
                return None
            usual = self.usual.row(own.table, person, self.rng)
            return person.add(own.table.name, usual)
        if isinstance(own, nodes.Union) and depth <= DEEPEST:
            source = self.rng.choice(own.sources)
            return self._one_more(person, source, depth)
        if isinstance(own, nodes.Episodes) and depth <= DEEPEST:
            assert own.source.frame is not None
            return self.add_row(person, own.source.frame, depth + 1)
        return None  # rows that come with the question are as they are

    def _one_more(self, person: Person, frame: Frame, depth: int) -> Row | None:
        if frame.one_row_per_patient and person.rows_of(frame):
            return None
        return self.add_row(person, _many(frame), depth + 1)

    def _help(
        self,
        part: Plain,
        parts: Sequence[Plain],
        person: Person,
        row: Row | None,
        depth: int,
    ) -> bool:
        """One change towards a plain condition; False if there is none to make."""
        if isinstance(part.condition, nodes.Found):
            return row is not None and self._hold(part, person, row, depth)
        if isinstance(part.condition, nodes.Exists):
            return self._rows(person, part.condition.source, 1 if part.want else 0, depth)
        options = list(aims(part.condition, part.want, person, row))
        self.rng.shuffle(options)
        # In a row's own condition, the row is what should change.
        options.sort(key=lambda aim: row is not None and aim.target.frame is None)
        return any(self._aim(aim, parts, person, row, depth) for aim in options)

    def _aim(
        self,
        aim: Aim,
        parts: Sequence[Plain],
        person: Person,
        row: Row | None,
        depth: int,
    ) -> bool:
        if isinstance(aim.target, nodes.Count):
            return self._count(aim.target.source, aim.wish, person, depth)
        if isinstance(aim.target, nodes.Aggregation):
            return self._aggregate(aim.target, aim.wish, person, depth)
        wish = aim.wish
        for other in self._about(aim.target, parts, person, row):
            both = wish.both(other)
            if self._value(aim.target, both, person) is not None:
                wish = both
        return self._set(aim.target, wish, person, row, depth)

    def _about(
        self,
        target: Series,
        parts: Sequence[Plain],
        person: Person,
        row: Row | None,
    ) -> Iterator[Wish]:
        """What the plain conditions wish of this column."""
        for part in parts:
            for aim in aims(part.condition, part.want, person, row):
                if aim.target == target:
                    yield aim.wish

    def _value(self, column: nodes.SelectColumn, wish: Wish, person: Person) -> object:
        """A value as wished that the table may hold; None if there is none."""
        schema = column.source.schema
        declared = schema.column(column.name)
        if self.usual.offered.is_empty(schema.name, column.name):
            return None
        usual = self.usual.value(schema, declared, person, self.rng)
        wish = wish.both(self.usual.wish(schema, declared))
        return kept(declared, self._wished(column, wish, usual), wish, self.rng)

    def _wished(self, column: nodes.SelectColumn, wish: Wish, usual: object) -> object:
        if column.type.kind is Kind.DATE:  # nothing is recorded before it happens
            past = wish.both(Wish(high=self.usual.today))
            found = past.choose(Kind.DATE, self.rng, lambda: usual)
            if found is not None:
                return found
        return wish.choose(column.type.kind, self.rng, lambda: usual)

    def _set(
        self,
        column: nodes.SelectColumn,
        wish: Wish,
        person: Person,
        row: Row | None,
        depth: int,
    ) -> bool:
        if isinstance(bottom(column.source), nodes.Episodes):
            return self._set_episode(column, wish, person, row, depth)
        value = self._value(column, wish, person)
        if value is None and not wish.null:
            return False
        if value is None and column.source.schema.column(column.name).not_null:
            return False
        target = self._row_for(column, person, row, depth)
        if target is None:
            return False
        target[column.name] = value
        in_order(column.source.schema, target, fixed=column.name)
        return True

    def _row_for(
        self, column: nodes.SelectColumn, person: Person, row: Row | None, depth: int
    ) -> Row | None:
        """The row that the column's value is in, made if there is none."""
        if isinstance(column.source, nodes.AsOf):
            return None if row is None else self._held(column.source, person, row, depth)
        if column.frame is not None and row is not None:
            its_own = person.rows_of(bottom(column.source))
            if any(one is row for one in its_own):
                return row  # and not, where it looks among another table's rows
        rows = person.rows_of(column.source)
        if rows:
            return rows[0] if column.frame is None else self.rng.choice(rows)
        return self.add_row(person, _many(column.source), depth + 1)

    def _set_episode(
        self,
        column: nodes.SelectColumn,
        wish: Wish,
        person: Person,
        row: Row | None,
        depth: int,
    ) -> bool:
        """Another date among those of an episode, or one more of the same."""
        episodes = bottom(column.source)
        assert isinstance(episodes, nodes.Episodes)
        rows = person.rows_of(column.source)
        there = row or (self.rng.choice(rows) if rows else None)
        there = there or self.add_row(person, column.source, depth + 1)
        if there is None:
            return False
        if column.name == "event_count":
            person.again(there)
            return True
        return self._pulled(episodes.source, wish, person, there, depth)

    def _hold(self, part: Plain, person: Person, row: Row, depth: int) -> bool:
        """A row that holds on the row's date, or none."""
        look = part.condition
        assert isinstance(look, nodes.Found)
        assert isinstance(look.source, nodes.AsOf)
        if part.want:
            return self._held(look.source, person, row, depth) is not None
        held = person.held(look.source, row)
        if held is not None:
            person.drop(held)
        return held is not None

    def _held(self, look: nodes.AsOf, person: Person, row: Row, depth: int) -> Row | None:
        """The row that holds on the row's date, made so if there is none."""
        held = person.held(look, row)
        day = person.value(look.at, row)
        if held is not None or not isinstance(day, date):
            return held
        made = self.add_row(person, _many(look.source), depth + 1)
        if made is not None:
            self._pulled(look.start, Wish(high=day), person, made, depth)
            self._pulled(look.end, Wish(low=day), person, made, depth)
        return person.held(look, row)

    def _pulled(
        self, series: Series, wish: Wish, person: Person, row: Row, depth: int
    ) -> bool:
        """One change to a row for a series of its own."""
        return any(
            self._set(aim.target, aim.wish, person, row, depth)
            for aim in pull(series, wish, person, row)
            if isinstance(aim.target, nodes.SelectColumn)
        )

    def _rows(self, person: Person, frame: Frame, wanted: int, depth: int) -> bool:
        """Towards that many rows of the frame; one row added, or all too many dropped."""
        rows = person.rows_of(frame)
        if len(rows) < wanted:
            return self.add_row(person, _many(frame), depth + 1) is not None
        for row in rows[wanted:]:
            person.drop(row)
        return len(rows) > wanted

    def _count(self, frame: Frame, wish: Wish, person: Person, depth: int) -> bool:
        now = len(person.rows_of(frame))
        fitting = [n for n in range(now + 60) if wish.allows(n)]
        if not fitting:
            return False
        return self._rows(person, frame, min(fitting, key=lambda n: abs(n - now)), depth)

    def _aggregate(
        self, node: nodes.Aggregation, wish: Wish, person: Person, depth: int
    ) -> bool:
        """One more row, or one row's cell as wished: the referee says if it helped."""
        assert node.source.frame is not None
        if isinstance(node, nodes.CountDistinct):
            return self.add_row(person, _many(node.source.frame), depth + 1) is not None
        rows = person.rows_of(node.source.frame)
        if wish.null:
            return self._rows(person, node.source.frame, 0, depth)
        if not rows:
            added = self.add_row(person, _many(node.source.frame), depth + 1)
            rows = [] if added is None else [added]
        elif not isinstance(node, nodes.AnyTrue | nodes.AllTrue | nodes.Percentile):
            rows = [self.rng.choice(rows)]  # one is enough to move the others
        set_ = [self._pulled(node.source, wish, person, row, depth) for row in rows]
        return any(set_)  # all of them, before asking


def _many(frame: Frame) -> Frame:
    """The many-rows frame that a row is to be added to."""
    return frame.source if isinstance(frame, nodes.Pick) else frame
