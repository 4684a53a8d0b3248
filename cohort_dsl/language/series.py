"""Series as an author sees them: what every kind has, and the plain kinds.

One value for each patient, or one for each row of a frame. Nothing is computed here:
each word builds a node of the model, after a look at whether it has a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from inspect import getattr_static
from typing import Any, ClassVar, NoReturn

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import habits, hints, literals
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.literals import kind_name
from cohort_dsl.language.refusals import Refusals
from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Frame
from cohort_dsl.model.types import Kind, ModelError

_CLASSES: dict[tuple[Kind, bool], type[BaseSeries]] = {}


def wrap(node: nodes.Series) -> Any:
    """The node with the words that go with its kind and its rows."""
    return _CLASSES[node.type.kind, node.frame is not None](node)


class BaseSeries(Refusals):
    """Values of one kind. Attributes ending in _ are ours, not the author's."""

    kind_: ClassVar[Kind]
    many_rows_: ClassVar[bool]

    def __init__(self, node: nodes.Series) -> None:
        self.node_ = node

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "kind_") and hasattr(cls, "many_rows_"):
            _CLASSES[cls.kind_, cls.many_rows_] = cls

    def __repr__(self) -> str:
        return f"<{self.title_()}>"

    def title_(self) -> str:
        """What an error calls this series."""
        rows = "row" if self.many_rows_ else "patient"
        return f"a series of {kind_name(self.node_.type)} (one a {rows})"

    # What every kind can be asked ------------------------------------------------

    def __eq__(self, other: object) -> Any:
        if isinstance(other, list | tuple | set | frozenset | dict):
            raise mistake(
                f"== compares with one value, and here is {hints.called(other)} of them",
                "Write .is_in([...]) to ask whether it is any of them.",
            )
        must_be_listed([other], self.node_)
        return binary(nodes.Equal, self, other)

    def __ne__(self, other: object) -> Any:
        return wrap(nodes.Not((self == other).node_))

    def __hash__(self) -> int:
        raise mistake(
            f"{self.title_()} can't be a dictionary's key or a set's member",
            "Keep it in a variable or a list.",
        )

    def is_null(self) -> Any:
        """Is the value missing?"""
        return wrap(nodes.IsNull(self.node_))

    def is_not_null(self) -> Any:
        """Is there a value?"""
        return wrap(nodes.Not(nodes.IsNull(self.node_)))

    def is_in(self, values: Any) -> Any:
        """Is the value among these: a list, a codelist, or an event series' values?

        False where there are none to be among; else NULL for a missing value.
        """
        if isinstance(values, BaseSeries):
            return self._is_in_series(values)
        every = listed(values)
        must_be_listed(every, self.node_)
        found = (literals.scalar(v, self.node_.type) for v in every)
        return wrap(nodes.IsIn(self.node_, frozenset(found)))

    def _is_in_series(self, values: BaseSeries) -> Any:
        if not values.many_rows_:
            raise mistake(
                "is_in needs many values, and this series has one a patient",
                "Compare with ==, or give is_in a list or an event series.",
            )
        same_type(self, values)
        return wrap(nodes.IsInSeries(self.node_, values.node_))

    def is_not_in(self, values: Any) -> Any:
        """The contrary of ``is_in``."""
        return ~self.is_in(values)

    def when_null_then(self, other: Any) -> Any:
        """The value, or ``other`` where it is missing."""
        whens = ((nodes.IsNull(self.node_), operand(other, self)),)
        return build(nodes.Case, whens, self.node_)

    def map_values(self, mapping: Mapping[Any, Any], default: Any = None) -> Any:
        """Each value replaced by what ``mapping`` says, else by ``default``.

        A missing value gets the default too.
        """
        from cohort_dsl.language.conditions import mapped

        return mapped(self, mapping, default)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise no_such_word(self, name)


def no_such_word(series: BaseSeries, name: str) -> DefinitionError:
    """For an attribute that this series hasn't: of the wrong shape, kind or spelling."""
    twin = _CLASSES[series.kind_, not series.many_rows_]
    if hasattr(twin, name):
        return hints.NoSuchName(
            f"{name} needs many values a patient; this series has one already",
            where=hints.place(),
            remedy="Leave it out, or ask the event frame's column.",
        )
    meant = re.match(r"\w+", habits.OF_SERIES.get(name, ""))
    if meant is not None and meant[0] in words(series):
        return hints.NoSuchName(
            f"{series.title_()} has no method {name}",
            where=hints.place(),
            remedy=f"Write .{habits.OF_SERIES[name]}.",
        )
    if name in habits.IN_THE_ANALYSIS and series.node_.type.is_number:
        return hints.NoSuchName(
            f"{series.title_()} has no method {name}",
            where=hints.place(),
            remedy=habits.IN_THE_ANALYSIS[name],
        )
    if name in FRAME_WORDS:
        return hints.NoSuchName(
            f"{name} is asked of a frame, not of one of its columns",
            where=hints.place(),
            remedy=f"Write frame.{name}(...) first, then choose the column.",
        )
    return hints.no_such_name(name, series.title_(), words(series), "method")


FRAME_WORDS = frozenset(
    {
        "where",
        "except_where",
        "sort_by",
        "first_for_patient",
        "last_for_patient",
        "nth_for_patient",
        "exists_for_patient",
        "count_for_patient",
        "union",
        "as_of",
    }
)


def words(thing: object) -> list[str]:
    """The names that an author may write after the dot."""
    every = (n for n in dir(type(thing)) if not n.startswith("_") and not n.endswith("_"))
    return [name for name in every if not _refuses(getattr_static(type(thing), name))]


def _refuses(member: object) -> bool:
    """Is it a method only to say that it makes no sense here?"""
    return getattr(member, "__annotations__", {}).get("return") == "NoReturn"


class PatientSeries(BaseSeries):
    """One value a patient."""

    many_rows_ = False


class EventSeries(BaseSeries):
    """One value for each row of a frame: any number a patient."""

    many_rows_ = True

    def count_distinct_for_patient(self) -> Any:
        """How many different values the patient has; 0 without any."""
        return wrap(nodes.CountDistinct(self.node_))


class OrderedEventSeries(EventSeries):
    """Rows' values of a kind that has a smallest and a largest."""

    def minimum_for_patient(self) -> Any:
        """The patient's smallest value; NULL without any."""
        return wrap(nodes.Minimum(self.node_))

    def maximum_for_patient(self) -> Any:
        """The patient's largest value; NULL without any."""
        return wrap(nodes.Maximum(self.node_))


# Building nodes, with mistakes retold ---------------------------------------------


def operand(value: Any, like: BaseSeries) -> nodes.Series:
    """What stands beside ``like``: a series of its type, or a constant made so."""
    if isinstance(value, BaseSeries):
        same_type(like, value)
        return value.node_
    not_a_method(value)
    return literals.constant(value, like.node_.type)


def must_be_listed(values: Iterable[object], node: nodes.Series) -> None:
    """A column that lists its categories is never equal to any other text."""
    if not isinstance(node, nodes.SelectColumn):
        return
    column = node.source.schema.column(node.name)
    for value in values if column.categories else ():
        if isinstance(value, str) and value not in column.categories:
            raise mistake(
                f'{node.source.schema.name}.{node.name} is never "{value}"',
                hints.one_of(value, column.categories),
            )


def not_a_method(value: object) -> None:
    """`frame.count_for_patient` without its parentheses is a common slip."""
    owner = getattr(value, "__self__", None)
    if callable(value) and (isinstance(owner, BaseSeries) or hasattr(owner, "node_")):
        name = getattr(value, "__name__", "it")
        raise mistake(f"{name} is a method and hasn't been called", f"Write {name}().")


def same_type(left: BaseSeries, right: BaseSeries) -> None:
    if left.node_.type == right.node_.type:
        return
    kinds = {left.kind_, right.kind_}
    remedy = "Compare or combine series of one kind."
    if kinds == {Kind.INT, Kind.FLOAT}:
        remedy = "Write .as_float() after the series of whole numbers."
    if kinds == {Kind.BOOL, Kind.INT}:
        remedy = "Write .as_int() after the yes/no series."
    raise mistake(
        f"{kind_name(left.node_.type)} and {kind_name(right.node_.type)} don't go together",
        remedy,
    )


def binary(node: type[nodes.Series], left: BaseSeries, right: Any) -> Any:
    return build(node, left.node_, operand(right, left))


def swapped(node: type[nodes.Series], left: BaseSeries, right: Any) -> Any:
    return build(node, operand(right, left), left.node_)


def build(node: type[nodes.Series], *parts: Any) -> Any:
    """The node, wrapped; frames that don't combine are told with both ways out."""
    try:
        return wrap(node(*parts))
    except ModelError as error:
        frames = [p.frame for p in _series_in(parts) if p.frame is not None]
        raise dont_combine(frames, str(error)) from None


def _series_in(parts: Iterable[Any]) -> Iterable[nodes.Series]:
    for part in parts:
        if isinstance(part, nodes.Series):
            yield part
        elif isinstance(part, tuple):
            yield from _series_in(part)


def dont_combine(frames: list[Frame], otherwise: str) -> DefinitionError:
    """For series of rows that have no rows in common by construction."""
    if len(set(frames)) < 2:
        return mistake(otherwise, "Ask something that has a meaning for each patient.")
    names = sorted({frame.schema.name for frame in frames})
    rows = f"different rows of {names[0]}" if len(names) == 1 else " and ".join(names)
    return mistake(
        f"these series come from {rows}, and don't combine row by row",
        "Either take both from one frame (filter once, keep it in a variable), or make "
        "one of them a single value a patient first, with sort_by(...)"
        ".first_for_patient() or an aggregation such as maximum_for_patient().",
    )


def listed(values: Any, word: str = "is_in") -> list[Any]:
    """What is_in or another word was given, as a list."""
    not_a_method(values)
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise mistake(
            f"{word} needs several values, not {hints.called(values)}",
            'Write a list, ["a", "b"], or a codelist.',
        )
    return list(values)
