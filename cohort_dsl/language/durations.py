"""Spans of time: added to dates, or found between two of them."""

from __future__ import annotations

import datetime
from typing import Any, NoReturn

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints, intervals
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.literals import constant
from cohort_dsl.language.series import BaseSeries, build, words, wrap
from cohort_dsl.model import nobody, nodes
from cohort_dsl.model.nodes import DateUnit
from cohort_dsl.model.types import DATE, INT, Kind


class Duration:
    """A number of days, months or years; the number may differ between patients."""

    def __init__(self, amount: Any, unit: DateUnit, word: str) -> None:
        self.amount_, self.unit_, self.word_ = _amount(amount, word), unit, word

    def __repr__(self) -> str:
        return f"<a duration in {self.unit_.value}>"

    def title_(self) -> str:
        """What an error calls it."""
        return f"a length of time, {self.word_}(...),"

    def after_(self, date: BaseSeries) -> Any:
        """That much later than the date."""
        return build(nodes.AddDuration, date.node_, self._amount_node(), self.unit_)

    def _amount_node(self) -> nodes.Series:
        if isinstance(self.amount_, BaseSeries):
            return self.amount_.node_
        return constant(self.amount_, INT)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Duration):
            return self._sum(other)
        if isinstance(other, str | datetime.date):
            return self._after_literal(other)
        if isinstance(other, BaseSeries):
            return other + self
        raise self._no_arithmetic()

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Duration):
            return self + -other
        raise mistake(
            f"a date can't be taken away from {self.word_}(...)",
            f"Write date - {self.word_}(3).",
        )

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __neg__(self) -> Duration:
        return Duration(-self.amount_, self.unit_, self.word_)

    def _sum(self, other: Duration) -> Duration:
        if self.unit_ is not other.unit_:
            raise mistake(
                f"{self.unit_.value} and {other.unit_.value} can't be added up",
                "Add them to a date one after the other.",
            )
        word = self.word_ if self.word_ == other.word_ else self.unit_.value
        return Duration(self.amount_ + other.amount_, self.unit_, word)

    def _after_literal(self, literal: str | datetime.date) -> Any:
        """A date where all is known now, so that it can go wherever a date goes."""
        date = constant(literal, DATE)
        later = nodes.AddDuration(date, self._amount_node(), self.unit_)
        if isinstance(self.amount_, BaseSeries):
            return wrap(later)
        found = nobody.answer(later)
        if found is None:
            raise mistake("that date is out of the calendar", "Stay between 1 and 9999.")
        return found

    def _no_arithmetic(self) -> DefinitionError:
        return mistake(
            f"{self.word_}(...) can only be added to dates and to other durations",
            'Write date + days(30), or "2024-01-01" + days(30).',
        )

    def _refuse(self, other: object = None) -> NoReturn:
        raise self._no_arithmetic()

    __mul__ = __rmul__ = __truediv__ = _refuse

    def _no_order(self, other: object) -> NoReturn:
        raise mistake(
            f"{self.word_}(...) can't be compared",
            f"Compare whole numbers: (a - b).{self.word_} > 30.",
        )

    __lt__ = __le__ = __gt__ = __ge__ = _no_order

    def starting_on(self, date: Any) -> list[intervals.Pair]:
        """That many intervals of one day, week, month or year each, one after the other.

        The first begins on ``date``. A list of pairs of dates, both included.
        """
        return intervals.starting_on(date, self.amount_, self.unit_, self._step())

    def ending_on(self, date: Any) -> list[intervals.Pair]:
        """The same, such that the last interval ends on ``date``."""
        return intervals.ending_on(date, self.amount_, self.unit_, self._step())

    def _step(self) -> int:
        return 7 if self.word_ == "weeks" else 1


def _amount(amount: Any, word: str) -> Any:
    if isinstance(amount, BaseSeries) and amount.kind_ is Kind.INT:
        return amount
    if type(amount) is int:
        constant(amount, INT)  # refuses what 64 bits can't hold
        return amount
    number = isinstance(amount, BaseSeries) and amount.kind_ is Kind.FLOAT
    raise mistake(
        f"{word}(...) needs a whole number, not {hints.called(amount)}",
        "Write .as_int() after the series." if number else f"Write {word}(3), for example.",
    )


def days(amount: Any) -> Duration:
    """So many days; an int or a series of whole numbers."""
    return Duration(amount, DateUnit.DAYS, "days")


def weeks(amount: Any) -> Duration:
    """So many times seven days."""
    return Duration(_amount(amount, "weeks") * 7, DateUnit.DAYS, "weeks")


def months(amount: Any) -> Duration:
    """So many months: 31 January + 1 month = 1 March."""
    return Duration(amount, DateUnit.MONTHS, "months")


def years(amount: Any) -> Duration:
    """So many years: 29 February + 1 year = 1 March."""
    return Duration(amount, DateUnit.YEARS, "years")


class DateDifference:
    """What lies between two dates, in the unit that is asked for."""

    def __init__(self, start: nodes.Series, end: nodes.Series) -> None:
        self.start_, self.end_ = start, end
        _ = self.days  # so that dates that don't combine are told where they meet

    def __repr__(self) -> str:
        return "<the time between two dates>"

    def _in(self, unit: DateUnit) -> Any:
        return build(nodes.DateDifference, self.start_, self.end_, unit)

    @property
    def days(self) -> Any:
        """Days from the earlier to the later date; negative the other way round."""
        return self._in(DateUnit.DAYS)

    @property
    def weeks(self) -> Any:
        """Whole weeks, rounded down."""
        return self.days // 7

    @property
    def months(self) -> Any:
        """Whole months, rounded down."""
        return self._in(DateUnit.MONTHS)

    @property
    def years(self) -> Any:
        """Whole years, rounded down."""
        return self._in(DateUnit.YEARS)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise hints.no_such_name(name, "the time between two dates", words(self), "unit")

    def _no_unit(self, other: object = None) -> NoReturn:
        raise mistake(
            "the time between two dates has no unit yet",
            "Write (a - b).days, .weeks, .months or .years.",
        )

    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = _no_unit
    __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __floordiv__ = _no_unit

    def __eq__(self, other: object) -> Any:
        self._no_unit()

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        self._no_unit()
