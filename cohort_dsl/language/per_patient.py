"""What can be a column or a population: one value for each patient."""

from __future__ import annotations

from typing import Any

from cohort_dsl.language import hints
from cohort_dsl.language.conditions import Then, When
from cohort_dsl.language.durations import DateDifference, Duration
from cohort_dsl.language.frames import Frame
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.plain import BoolSeries
from cohort_dsl.language.series import BaseSeries, not_a_method


def must_be_condition(condition: Any) -> None:
    """DefinitionError for what is no population."""
    not_a_method(condition)
    if isinstance(condition, BoolSeries) and not condition.many_rows_:
        return
    if isinstance(condition, BaseSeries | Frame):
        must_be_one_per_patient("population", condition)
    raise mistake(
        "a population is a yes or no for each patient",
        'Write a comparison, for example patients.sex == "female", or '
        "events.exists_for_patient().",
    )


def must_be_one_per_patient(name: str, value: Any) -> None:
    """DefinitionError for what is no series of one value a patient."""
    not_a_method(value)
    if isinstance(value, BaseSeries) and not value.many_rows_:
        return
    raise mistake(*_why_not(name, value))


def _why_not(name: str, value: Any) -> tuple[str, str]:
    """What is wrong with it, and the remedy."""
    return _of_ours(name, value) or _of_python(name, value)


def _of_ours(name: str, value: Any) -> tuple[str, str] | None:
    """For something of the language that is no series yet, or of too many values."""
    if isinstance(value, BaseSeries):
        return (
            f"{name} has many values a patient, one for each row of "
            f"{value.node_.frame.schema.name if value.node_.frame else 'a table'}",
            "Pick one row first with sort_by(...).first_for_patient(), or aggregate, for "
            "example with maximum_for_patient().",
        )
    if isinstance(value, Frame):
        return (
            f"{name} is a whole row or table, {value.title_()}",
            "Choose one of its columns, or .exists_for_patient().",
        )
    if isinstance(value, DateDifference):
        return (
            f"{name} is a time between two dates, without its unit",
            "Write (a - b).days, .weeks, .months or .years.",
        )
    if isinstance(value, Duration):
        return (
            f"{name} is a length of time, {value.word_}(...), that belongs to no date",
            f"Add it to a date, date + {value.word_}(3), or ask for the time between two: "
            f"(a - b).{value.word_}.",
        )
    if isinstance(value, When | Then):
        return (
            f"{name} is a choice that isn't finished",
            "End it with .otherwise(...): when(a).then(b).otherwise(c).",
        )
    return None


def _of_python(name: str, value: Any) -> tuple[str, str]:
    """For a constant, or several things."""
    if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], BaseSeries):
        return (
            f"{name} is a series in a pair of parentheses with a comma",
            "Take away the comma at the end of the line.",
        )
    if value is True or value is False:
        return (
            f"{name} is {value}, the same for everybody",
            "Set it to a series: something that is asked about each patient. Instead of "
            "`is` write ==, .is_null() or .is_not_null().",
        )
    if isinstance(value, str) and value.startswith("<a series of "):
        return (
            f"{name} is text that tells about a series, not the series",
            "Leave out str(...).",
        )
    if isinstance(value, tuple):
        return (
            f"{name} is several things with a comma between them",
            "Write one only; decimals are written with a point, 18.5.",
        )
    return (
        f"{name} is {hints.called(value)}, the same for everybody",
        "Set it to a series: something that is asked about each patient.",
    )
