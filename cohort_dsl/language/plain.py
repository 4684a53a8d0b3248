"""Series of yes and no, of text, and of codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from cohort_dsl.language import hints, literals
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.series import (
    BaseSeries,
    EventSeries,
    OrderedEventSeries,
    PatientSeries,
    binary,
    build,
    listed,
    not_a_method,
    operand,
    wrap,
)
from cohort_dsl.model import nodes, types
from cohort_dsl.model.types import Kind


class BoolSeries(BaseSeries):
    """Yes, no or unknown."""

    kind_ = Kind.BOOL
    computing_ = "Write .as_int() after it, to have 1 and 0."

    def __and__(self, other: Any) -> Any:
        return self._chain(nodes.And, other)

    def __or__(self, other: Any) -> Any:
        return self._chain(nodes.Or, other)

    def __rand__(self, other: Any) -> Any:
        return self & other

    def __ror__(self, other: Any) -> Any:
        return self | other

    def __invert__(self) -> Any:
        return wrap(nodes.Not(self.node_))

    def _chain(self, node: type[nodes.And | nodes.Or], other: Any) -> Any:
        """a & b & c is one node of three; a loop's long chains make nodes of a hundred."""
        if not isinstance(other, BoolSeries | bool):
            self._no_logic(other)
        mine = self.node_
        flat = isinstance(mine, node) and len(mine.operands) < 100
        left = mine.operands if flat and isinstance(mine, node) else (mine,)
        return build(node, (*left, operand(other, self)))

    def as_int(self) -> Any:
        """1 for True, 0 for False."""
        return wrap(nodes.CastToInt(self.node_))


class BoolPatientSeries(BoolSeries, PatientSeries):
    """Yes or no for each patient."""


class BoolEventSeries(BoolSeries, EventSeries):
    """Yes or no for each row."""

    def any_for_patient(self) -> Any:
        """Is it yes in any of the patient's rows? NULL where no row says yes or no."""
        return wrap(nodes.AnyTrue(self.node_))

    def all_for_patient(self) -> Any:
        """Is it yes in all of the patient's rows that say yes or no? NULL without any."""
        return wrap(nodes.AllTrue(self.node_))


class Categorised(BaseSeries):
    """Codes, or text that holds codes of several vocabularies."""

    def to_category(self, categories: Mapping[Any, Any]) -> Any:
        """The category that a codelist gives each code; NULL for codes it doesn't hold."""
        if not isinstance(categories, Mapping):
            raise mistake(
                f"to_category needs categories, not {hints.called(categories)}",
                "Read the codelist with codelist_from_csv(..., category_column=...).",
            )
        return self.map_values(categories)


class Written(BaseSeries):
    """What has characters: text, and codes."""

    def starts_with(self, prefix: Any) -> Any:
        """Does it begin with these characters? Capitals count; nothing is a wildcard."""
        if isinstance(prefix, BaseSeries):
            return binary(nodes.StartsWith, self, prefix)
        not_a_method(prefix)
        text = literals.prefix(prefix, self.node_.type)
        return wrap(nodes.StartsWith(self.node_, nodes.Value(text, types.STR)))

    def starts_with_any_of(self, prefixes: Any) -> Any:
        """Does it begin as any of these do: a list, or a codelist's codes?"""
        by_length: dict[int, set[str]] = {}
        for one in listed(prefixes, "starts_with_any_of"):
            text = literals.prefix(one, self.node_.type)
            by_length.setdefault(len(text), set()).add(text)
        found = tuple(
            nodes.IsIn(nodes.Prefix(self.node_, length), frozenset(by_length[length]))
            for length in sorted(by_length)
        )
        if not found:
            return self.is_in([])
        return wrap(found[0] if len(found) == 1 else nodes.Or(found))


class Holding(BaseSeries):
    """Text that may hold what is looked for anywhere within."""

    def contains(self, part: Any) -> Any:
        """Does the text hold ``part``? Capitals count; nothing is a wildcard.

        In text of several codes ``part`` is a code, or the beginning of one.
        """
        if isinstance(part, BaseSeries):
            return self._contains_series(part)
        not_a_method(part)
        text = literals.prefix(part, self.node_.type)
        return wrap(nodes.Contains(self.node_, nodes.Value(text, types.STR)))

    def _contains_series(self, part: BaseSeries) -> Any:
        mine, other = self.node_.type, part.node_.type
        if other != (types.code(mine.system) if mine.system else types.STR):
            raise mistake(
                f"{literals.kind_name(mine)} never contains {literals.kind_name(other)}",
                "Look for text in text, and for codes in text of several of their kind.",
            )
        return build(nodes.Contains, self.node_, part.node_)

    def contains_any_of(self, parts: Any) -> Any:
        """Does the text hold any of these parts: a list, or a codelist's codes?

        False where there are none to look for; else NULL for a missing text.
        """
        every = listed(parts, "contains_any_of")
        series = [self.contains(part) for part in every if isinstance(part, BaseSeries)]
        said = [part for part in every if not isinstance(part, BaseSeries)]
        sought = frozenset(literals.prefix(part, self.node_.type) for part in said)
        found: Any = wrap(nodes.ContainsAny(self.node_, sought))
        for one in series:
            found = found | one
        return found


class StrSeries(Categorised, Written, Holding):
    """Text."""

    kind_ = Kind.STR


class StrPatientSeries(StrSeries, PatientSeries):
    """Text for each patient."""


class StrEventSeries(StrSeries, OrderedEventSeries):
    """Text for each row."""


class MultiCodeSeries(Holding):
    """Text that holds several codes of one coding system."""

    kind_ = Kind.CODES

    def is_in(self, values: Any) -> NoReturn:
        raise mistake(
            "is_in would compare the whole text, which holds several codes",
            "Write contains_any_of(codelist), or contains(code).",
        )


class MultiCodePatientSeries(MultiCodeSeries, PatientSeries):
    """Several codes in one text, for each patient."""


class MultiCodeEventSeries(MultiCodeSeries, EventSeries):
    """Several codes in one text, for each row."""


class CodeSeries(Categorised, Written):
    """Codes of one coding system."""

    kind_ = Kind.CODE


class CodePatientSeries(CodeSeries, PatientSeries):
    """A code for each patient."""


class CodeEventSeries(CodeSeries, EventSeries):
    """A code for each row."""


def condition(value: Any, word: str) -> nodes.Series:
    """A yes/no series, or a literal True or False, given to ``word``."""
    if isinstance(value, bool):
        return nodes.Value(value, types.BOOL)
    not_a_method(value)
    if isinstance(value, BoolSeries):
        return value.node_
    got = value.title_() if isinstance(value, BaseSeries) else hints.called(value)
    raise mistake(
        f"{word} needs a yes/no condition, not {got}",
        'Write a comparison, for example events.date > "2024-01-01".',
    )
