"""A plan in words, for whoever asked the question.

One function for each kind of step; a kind without words is refused by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cohort_dsl.model import nodes
from cohort_dsl.model.measures import Measures
from cohort_dsl.model.nodes import Frame
from cohort_dsl.model.types import Kind, ValueType
from cohort_dsl.model.words import words
from cohort_dsl.plan import rows, told_measures
from cohort_dsl.plan.brought import CodeList, ListMap, Times, ValueMap
from cohort_dsl.plan.phrases import condition, counted, cut, own, part, some, where
from cohort_dsl.plan.purposes import purposes
from cohort_dsl.plan.rows import base
from cohort_dsl.plan.steps import (
    Aggregate,
    Asked,
    Assembly,
    Choose,
    Columns,
    EventTable,
    Gather,
    Inline,
    Keep,
    Make,
    Members,
    Plan,
    Population,
    Step,
    is_within,
)


@dataclass(frozen=True)
class Told:
    """A step in words.

    ``number``: from 1 on, as other sentences call it. ``name``: of the table that it
    leaves. ``serves``: what it is for, as ``purposes`` says. ``scans``: the warehouse's
    tables that it reads, each as often as it reads it. ``within_population``: whether it
    looks at the population's patients only; None where that doesn't arise. ``uploads``:
    the rows of constants that it brings along; None where it brings none. ``details``: of
    each list, or of each set of rows, that it deals with.
    """

    number: int
    name: str
    kind: str
    sentence: str
    serves: tuple[str, ...]
    scans: tuple[str, ...]
    within_population: bool | None
    uploads: int | None
    details: tuple[str, ...] = ()


def told(plan: Plan, measures: Measures | None = None) -> tuple[Told, ...]:
    """The plan's steps in words. ``measures``: where it is the plan of these."""
    every = (*plan.steps, *plan.event_tables.values())
    teller = Teller({one.name: n for n, one in enumerate(every, start=1)}, plan, measures)
    serves = purposes(plan, measures)
    return tuple(
        Told(
            number=teller.numbers[step.name],
            name=step.name,
            kind=type(step).__name__,
            sentence=WORDS[type(step)](step, teller),
            serves=serves[step.name],
            scans=plan.read_by(step),
            within_population=getattr(step, "within_population", None),
            uploads=_uploads(step),
            details=tuple(_details(step)),
        )
        for step in every
    )


def _uploads(step: Step) -> int | None:
    if isinstance(step, CodeList):
        return len(step.values)
    if isinstance(step, ValueMap):
        return len(step.maps[0].pairs)
    if isinstance(step, ListMap):
        return sum(map(len, step.lists))
    if isinstance(step, Times):
        return len(step.intervals)
    return len(step.table.cells) if isinstance(step, Inline) else None


def _details(step: Step) -> Iterator[str]:
    if isinstance(step, ListMap):
        for number, values in enumerate(step.lists, start=1):
            few = some(sorted(map(str, values)))
            yield f"list {number}: {counted(len(values), _values(step.type))} ({few})"
    elif isinstance(step, Aggregate):
        yield from map(part, step.parts)
    elif isinstance(step, Gather):
        yield from map(_asked, step.asked)


@dataclass(frozen=True)
class Teller:
    """What a sentence may have to know of the whole plan."""

    numbers: Mapping[str, int]
    plan: Plan
    measures: Measures | None

    def step(self, name: str) -> str:
        return f"step {self.numbers[name]}"

    def rows(self, step: Aggregate | Choose | Members, frame: Frame) -> str:
        """The rows that a step looks at."""
        if step.kept is not None:
            return f"the rows kept in {self.step(step.kept)}"
        return self.of(frame, step)

    def of(self, frame: Frame, by: Step) -> str:
        """A table's rows, or those that a step has made, gathered or brought along."""
        for step in self.plan.steps:
            if isinstance(step, Make) and step.frame == frame:
                return f"the rows made in {self.step(step.name)}"
            if isinstance(step, Inline) and step.table == frame:
                return f"the rows brought in {self.step(step.name)}"
        name = frame.schema.name
        gathered = self.plan.gathered.get((name, is_within(by)))
        return f"{name} as gathered in {self.step(gathered)}" if gathered else name


# Lists ---------------------------------------------------------------------------


def _list(step: CodeList, teller: Teller) -> str:
    listed = counted(len(step.values), _values(step.type))
    return f"Brings a list of {listed}, which conditions look through."


def _value_map(step: ValueMap, teller: Teller) -> str:
    pairs = counted(len(step.maps[0].pairs), "value")
    return f"Brings what {pairs} are mapped to, one by one."


def _map(step: ListMap, teller: Teller) -> str:
    total = counted(sum(map(len, step.lists)), _values(step.type))
    lists = counted(len(step.lists), "list")
    return f"Brings {lists} with {total} in all, by which rows are found."


def _values(kind: ValueType) -> str:
    return "code" if kind.kind is Kind.CODE else "value"


def _inline(step: Inline, teller: Teller) -> str:
    given = counted(len(step.table.cells), "row")
    name = step.table.table.name
    return f"Brings the {given} of {name}, which came with the definition."


def _gather(step: Gather, teller: Teller) -> str:
    return f"Reads {step.shared} once for all tables whose rows are there:"


def _asked(one: Asked) -> str:
    found = f" where {' or '.join(map(condition, one.among))}" if one.among else ""
    return f"{one.table.name}{found}{_with(one.columns)}"


# Passes --------------------------------------------------------------------------


def _keep(step: Keep, teller: Teller) -> str:
    kept = f"Reads {teller.of(step.rows, step)} once, and keeps its rows"
    if step.hits is not None:
        every = f"any list of {teller.step(step.hits.map)}"
        some = f"{_lists(step.hits.numbers)} of {teller.step(step.hits.map)}"
        kept += f" whose {step.hits.column} is in {every if step.hits.every else some}"
    return f"{kept}{_with(step.columns)}."


def _with(columns: Iterable[str]) -> str:
    named = some(columns)
    return f", with {named}" if named else ""


def _lists(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"list {numbers[0]}"
    return f"lists {some(map(str, numbers))}"


def _make(step: Make, teller: Teller) -> str:
    frame = step.frame
    if isinstance(frame, nodes.Union):
        frames = " and of ".join(words(source.frame) for source in step.sources)
        return f"Puts the rows of {frames} together."
    if isinstance(frame, nodes.Episodes):
        days = counted(frame.gap_days, "day")
        return f"Makes episodes of {words(frame.source)}, with gaps of at most {days}."
    assert isinstance(frame, nodes.AsOf)
    day, held = words(frame.at), words(frame.source)
    return f"Finds the row of {held} that holds on each {day}{_with(step.columns)}."


# Answers from rows ---------------------------------------------------------------


def _columns(step: Columns, teller: Teller) -> str:
    asked = some(output.name for output in step.outputs)
    return f"Reads {asked or 'who is there'} of {step.table.schema.name}."


def _aggregate(step: Aggregate, teller: Teller) -> str:
    whence = teller.rows(step, step.rows)
    each = "each patient" if step.times is None else "each interval and patient"
    return f"Goes through {whence} once, and finds for {each}:"


def _choose(step: Choose, teller: Teller) -> str:
    position = step.pick.position.value
    place = f"the {position}"
    if step.pick.number > 1:
        place = f"number {step.pick.number} from the {position}"
    whence = teller.rows(step, base(step.pick))
    asked = some(output.name for output in step.outputs) or "whether it is there"
    keys = some(cut(own(key)) for key in step.rows.keys)
    order = f"sorts them by {keys}, and " if keys else ""
    each = "each patient" if step.times is None else "each patient in each interval"
    return (
        f"Goes through {whence}{where(step.rows)}, {order}picks {place} of {each}: {asked}."
    )


def _members(step: Members, teller: Teller) -> str:
    whence = teller.rows(step, base(step.rows.frame))
    values = f"each patient's values of {cut(own(step.series))}"
    return f"Goes through {whence}{where(step.rows)}, and collects {values}."


# People --------------------------------------------------------------------------


def _population(step: Population, teller: Teller) -> str:
    lists = [table.name for table in step.tables] + [teller.step(n) for n in step.steps]
    among = f" among the patients of {some(lists)}" if lists else ""
    if isinstance(step.condition, nodes.Value):
        return f"Finds out who there is{among}."
    demands = some(map(condition, rows.conjuncts(step.condition)), " and ")
    return f"Finds the population{among}: {demands}."


def _assembly(step: Assembly, teller: Teller) -> str:
    columns = counted(len(step.variables), "variable")
    return f"Gives the cohort: the population with {columns} side by side."


def _event_table(step: EventTable, teller: Teller) -> str:
    whence = teller.of(base(step.rows.frame), step)
    asked = some(output.name for output in step.outputs)
    return f"Gives an event table: {whence}{where(step.rows)}, with {asked}."


WORDS: Mapping[type[Step], Callable[[Any, Teller], str]] = MappingProxyType(
    {
        CodeList: _list,
        ValueMap: _value_map,
        ListMap: _map,
        Inline: _inline,
        Gather: _gather,
        Keep: _keep,
        Make: _make,
        Columns: _columns,
        Aggregate: _aggregate,
        Choose: _choose,
        Members: _members,
        Population: _population,
        Assembly: _assembly,
        EventTable: _event_table,
        **told_measures.WORDS,
    }
)
"""The sentence of each kind of step."""
