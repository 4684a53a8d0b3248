"""A mapping's expressions in SQL."""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import sqlalchemy as sa

from cohort_dsl.mappings import conversions, texts
from cohort_dsl.mappings.expressions import (
    After,
    Before,
    ByBeginning,
    Choose,
    Column,
    Constant,
    DayIn,
    DayOf,
    DaysAfter,
    Earliest,
    Either,
    Expression,
    First,
    FirstOfMonth,
    IfNoNumber,
    Latest,
    MissingIf,
    OpenEnd,
    Together,
    Without,
    columns,
)
from cohort_dsl.mappings.physical import NUMBERS, Family, LackingError
from cohort_dsl.mappings.reads import Value
from cohort_dsl.model.nodes import DateUnit
from cohort_dsl.model.types import Kind
from cohort_dsl.sql.dialect import Dialect, Sql

# Dates from here on stand for "no end yet" where a model has no other word for it.
FAR = "DATE '2099-01-01'"

# So far days are counted on: a warehouse's own numbers may be anything.
MOST_DAYS = 1_000_000

# What is a date, whatever it is made of.
DAYS = (DayIn, DaysAfter, DayOf, FirstOfMonth, OpenEnd)
TEXTS = (Kind.STR, Kind.CODE, Kind.CODES)

# Where a column stands; None where the site declares that there is nothing to read.
Find: TypeAlias = Callable[[Column], Value | None]

# From a column, the kind that it is read as and its value in the row to what it is.
Then: TypeAlias = Callable[[Column, Kind, Sql], Sql]


def _of_the_row(column: Column, kind: Kind, value: Sql) -> Sql:
    return value


@dataclass(frozen=True)
class Teller:
    """``find`` may raise LackingError, and so do these.

    ``no_days``: dates that stand for none in this model; ``no_texts``: texts that do.
    ``zone``: by whose clocks a timestamp that has a time zone becomes a day. ``then``: what
    a column is, if not its value in the row.
    """

    find: Find
    dialect: Dialect
    no_days: tuple[datetime.date, ...] = ()
    zone: str = "UTC"
    no_texts: tuple[str, ...] = ()
    then: Then = _of_the_row

    def null(self, kind: Kind) -> Sql:
        return sa.cast(sa.null(), self.dialect.type(kind))

    def tell(self, expression: Expression, kind: Kind) -> Sql:
        """The expression as a value of the kind, NULL where it has none of it."""
        match expression:
            case Column():
                found = self._found(expression)
                if found is None:
                    return self.null(kind)
                if problem := conversions.misfit(found[1], kind):
                    told = f"its type doesn't fit: {expression} {problem}"
                    raise LackingError(told, named=expression.name)
                value = conversions.converted(*found, kind, self.dialect)
                return self.then(expression, kind, self._real(value, kind))
            case Constant(None):
                return self.null(kind)
            case Constant(value):
                return sa.cast(sa.literal(value), self.dialect.type(kind))
            case First(options):
                return sa.func.coalesce(*(self.tell(one, kind) for one in options))
            case IfNoNumber(looked_at, instead):
                number = self.tell(looked_at, Kind.FLOAT)
                return sa.case((number.is_(sa.null()), self.tell(instead, kind)))
            case DayOf(year, month, day):
                y, m, d = (self.tell(part, Kind.INT) for part in (year, month, day))
                return self._real(conversions.day_of(y, m, d, self.dialect), Kind.DATE)
            case OpenEnd(day):
                end = self.tell(day, Kind.DATE)
                return sa.case((end < sa.literal_column(FAR), end))
            case Without(text, part):
                said = self.tell(text, Kind.STR)
                return sa.func.replace(said, sa.literal(part), sa.literal(""))
            case DayIn():
                return self._day_in(expression)
            case Before(text, part):
                return texts.before(self.tell(text, Kind.STR), part, self.dialect)
            case After(text, part):
                return texts.after(self.tell(text, Kind.STR), part, self.dialect)
            case MissingIf(text, none):
                return _unless(self.tell(text, Kind.STR), none)
            case ByBeginning():
                return self._by_beginning(expression, kind)
            case FirstOfMonth(day):
                return self.dialect.first_of[DateUnit.MONTHS](self.tell(day, Kind.DATE))
            case Earliest(inner):
                return sa.func.min(self.tell(inner, kind))
            case Latest(inner):
                return sa.func.max(self.tell(inner, kind))
            case DaysAfter(day, days):
                start, number = self.tell(day, Kind.DATE), self.tell(days, Kind.INT)
                near = sa.case((number.between(-MOST_DAYS, MOST_DAYS), number))
                return self.dialect.add_days(start, near)
            case Together(several):
                return self._together(several)
            case Either(options):
                raise LackingError(none_of(options))
            case Choose():
                return self._chosen(expression, kind)

    def _found(self, column: Column) -> Value | None:
        found = self.find(column)
        if found is None or found[1] is not Family.MOMENT:
            return found
        return self.dialect.on_clocks(found[0], self.zone), Family.TIME

    def _day_in(self, expression: DayIn) -> Sql:
        """What the database itself knows for a date needs no reading."""
        inner = expression.text
        found = self._found(inner) if isinstance(inner, Column) else None
        if found is not None and found[1] in (Family.DATE, Family.TIME):
            return self.tell(inner, Kind.DATE)
        said = self.tell(inner, Kind.STR)
        return self._real(expression.format.read(said, self.dialect), Kind.DATE)

    def _real(self, value: Sql, kind: Kind) -> Sql:
        """The value, or NULL for a date or text that stands for none."""
        if kind in TEXTS and self.no_texts:
            return _unless(value, self.no_texts)
        if kind is not Kind.DATE or not self.no_days:
            return value
        return sa.case((value.not_in(list(self.no_days)), value))

    def written(self) -> Teller:
        """To ask what stands there, even where it stands for nothing."""
        return replace(self, no_texts=())

    def natural(self, expression: Expression) -> Sql:
        """The expression as what it is, for comparing rows: a date, a number or a text."""
        if isinstance(expression, First):
            return sa.func.coalesce(*(self.natural(one) for one in expression.options))
        if isinstance(expression, Column):
            found = self._found(expression)
            if found is not None and found[1] in NUMBERS:
                return self.then(expression, Kind.FLOAT, found[0])
            days = found is not None and found[1] in (Family.DATE, Family.TIME)
        else:
            days = isinstance(expression, DAYS)
        return self.tell(expression, Kind.DATE if days else Kind.STR)

    def _together(self, several: tuple[Expression, ...]) -> Sql:
        """Engines differ about what a missing text leaves of others."""
        said = [self.tell(text, Kind.STR) for text in several]
        there = sa.and_(*(text.is_not(sa.null()) for text in said))
        return sa.case((there, functools.reduce(operator.add, said)))

    def _by_beginning(self, choose: ByBeginning, kind: Kind) -> Sql:
        of = self.tell(choose.of, Kind.STR)
        whens = [
            (self.dialect.starts_with(of, sa.literal(beginning)), self.tell(value, kind))
            for beginning, value in choose.cases
        ]
        return sa.case(*whens, else_=self.tell(choose.otherwise, kind))

    def _chosen(self, choose: Choose, kind: Kind) -> Sql:
        numbers = any(isinstance(key, int) for key, _ in choose.cases)
        of = self.tell(choose.of, Kind.INT if numbers else Kind.STR)
        whens = [
            (
                of.is_(sa.null()) if key is None else of == sa.literal(key),
                self.tell(value, kind),
            )
            for key, value in choose.cases
        ]
        return sa.case(*whens, else_=self.tell(choose.otherwise, kind))


def _unless(text: Sql, none: tuple[str, ...]) -> Sql:
    return sa.case((text.not_in(none), text))


def none_of(options: tuple[Expression, ...]) -> str:
    """That the database has nothing of these, in words."""
    names = dict.fromkeys(str(one) for option in options for one in columns(option))
    return f"the database has none of {', '.join(names)}"
