"""Choices: one value or another, by conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from cohort_dsl.language import hints, literals
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.plain import condition
from cohort_dsl.language.series import (
    BaseSeries,
    build,
    must_be_listed,
    not_a_method,
    operand,
    same_type,
)
from cohort_dsl.model import nodes
from cohort_dsl.model.types import FLOAT, INT, STR, Kind, Scalar, ValueType


class When:
    """``when(condition)``: still without its value."""

    def __init__(self, node: nodes.Series) -> None:
        self.condition_ = node

    def then(self, value: Any) -> Then:
        """The value where the condition is true."""
        return Then(self.condition_, value)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise mistake(
            f"when(...).{name}: when comes with then, which is missing",
            "Write when(condition).then(value).otherwise(value).",
        )


class Then:
    """``when(condition).then(value)``."""

    def __init__(self, node: nodes.Series, value: Any) -> None:
        not_a_method(value)
        self.condition_, self.value_ = node, value

    def otherwise(self, value: Any) -> Any:
        """The value where the condition is false or unknown."""
        return case(self, otherwise=value)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise mistake(
            f"when(...).then(...).{name}: the choice isn't finished",
            "End it with .otherwise(value); for several conditions write "
            "case(when(a).then(x), when(b).then(y), otherwise=z).",
        )


def when(condition_: Any) -> When:
    """Begin a choice: ``when(age < 18).then("child").otherwise("adult")``."""
    return When(condition(condition_, "when"))


def case(*whens: Then, otherwise: Any = None) -> Any:
    """The value of the first condition that is true, else ``otherwise``.

    A condition that is unknown is not met. Without ``otherwise`` the value is NULL.
    """
    for one in whens:
        if not isinstance(one, Then):
            raise mistake(
                "case needs when(...).then(...) each time",
                'Write case(when(a).then("x"), when(b).then("y"), otherwise="z").',
            )
    if not whens:
        raise mistake("case without any condition", "Write case(when(...).then(...)).")
    values = [one.value_ for one in whens]
    found = common_type([*values, otherwise])
    pairs = tuple(
        (one.condition_, _node(value, found))
        for one, value in zip(whens, values, strict=True)
    )
    return build(nodes.Case, pairs, _node(otherwise, found))


def common_type(values: Iterable[Any]) -> ValueType:
    """The type that all these values have or can be read as."""
    known = [value for value in values if value is not None]
    series = [value for value in known if isinstance(value, BaseSeries)]
    for one in series[1:]:
        same_type(series[0], one)
    if series:
        return series[0].node_.type
    types = [literals.guess(value) for value in known]
    for value, found in zip(known, types, strict=True):
        if found is None:
            raise mistake(
                f"{hints.called(value)} can't be a value here",
                "Use a series, a yes or no, a number, text or a date.",
            )
    if not known:
        raise mistake("all values are None", "Give one of them a value.")
    return _joint([found for found in types if found is not None])


def _joint(types: list[ValueType]) -> ValueType:
    """The type of literals of different types: an int may be a float, text a date."""
    different = set(types)
    if different == {INT, FLOAT}:
        return FLOAT
    if STR in different and len(different) == 2:
        [other] = different - {STR}
        if other.kind in (Kind.DATE, Kind.CODE):
            return other
    if len(different) > 1:
        kinds = " and ".join(dict.fromkeys(map(literals.kind_name, types)))
        raise mistake(
            f"the values are of different kinds: {kinds}",
            "Give all of them one kind; write None where there is no value.",
        )
    return types[0]


def _node(value: Any, value_type: ValueType) -> nodes.Series:
    if value is None:
        return nodes.Null(value_type)
    if isinstance(value, BaseSeries):
        return value.node_
    return literals.constant(value, value_type)


def mapped(series: BaseSeries, mapping: Mapping[Any, Any], default: Any) -> Any:
    """What ``map_values`` means; with series among the results, a choice by conditions."""
    if not isinstance(mapping, Mapping):
        raise mistake(
            f"map_values needs a dictionary, not {hints.called(mapping)}",
            'Write {"from": "to"}; for a codelist, codelist_from_csv(..., '
            "category_column=...).",
        )
    if not mapping:
        raise mistake("an empty dictionary maps nothing", "Put at least one value into it.")
    found = common_type([*mapping.values(), default])
    must_be_listed(mapping, series.node_)
    results = _results(mapping, series.node_.type, found)
    if any(isinstance(value, BaseSeries) for value in mapping.values()):
        return build(nodes.Case, _whens(series.node_, results), _node(default, found))
    pairs = tuple((key, _constant(result)) for key, result in results.items())
    return build(nodes.MapValues, series.node_, pairs, _node(default, found))


def _results(
    mapping: Mapping[Any, Any], keys: ValueType, values: ValueType
) -> dict[Scalar, nodes.Series]:
    """What each value is mapped to, once: "2024-01-31" is date(2024, 1, 31)."""
    results: dict[Scalar, nodes.Series] = {}
    for written, value in mapping.items():
        key, result = literals.scalar(written, keys), _node(value, values)
        if results.setdefault(key, result) != result:
            raise mistake(
                f"{key} is mapped to two different values",
                "Give each value one result.",
            )
    return results


def _constant(result: nodes.Series) -> Scalar | None:
    return result.value if isinstance(result, nodes.Value) else None


def _whens(
    operand: nodes.Series, results: Mapping[Scalar, nodes.Series]
) -> tuple[tuple[nodes.Series, nodes.Series], ...]:
    """One condition for each different result."""
    groups: dict[nodes.Series, set[Scalar]] = {}
    for key, result in results.items():
        groups.setdefault(result, set()).add(key)
    return tuple(
        (nodes.IsIn(operand, frozenset(keys)), result) for result, keys in groups.items()
    )


def minimum_of(first: Any, *others: Any) -> Any:
    """The smallest of several values of one patient or row; missing ones don't count."""
    return _extreme(nodes.MinimumOf, "minimum_of", [first, *others])


def maximum_of(first: Any, *others: Any) -> Any:
    """The largest of several values of one patient or row; missing ones don't count."""
    return _extreme(nodes.MaximumOf, "maximum_of", [first, *others])


def _extreme(node: type[nodes.Series], word: str, values: list[Any]) -> Any:
    if len(values) == 1 and isinstance(values[0], list | tuple):
        raise mistake(
            f"{word} needs its values one by one, not {hints.called(values[0])}",
            f"Take away the brackets: {word}(a, b), or {word}(*values).",
        )
    series = next((value for value in values if isinstance(value, BaseSeries)), None)
    if series is None or len(values) < 2:
        raise mistake(
            f"{word} needs two or more values, one of them a series",
            f"Write {word}(a, b); for the rows of one column, "
            f"column.{word.removesuffix('_of')}_for_patient().",
        )
    if not series.node_.type.is_ordered:
        raise mistake(
            f"{literals.kind_name(series.node_.type)} can't be put in order",
            "Only numbers and dates can.",
        )
    return build(node, tuple(operand(value, series) for value in values))
