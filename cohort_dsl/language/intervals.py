"""INTERVAL: the days between which a measure, or a dataset with periods, looks."""

from __future__ import annotations

from typing import Any, NoReturn

from cohort_dsl.language import hints
from cohort_dsl.language.series import words, wrap
from cohort_dsl.model.nodes import IntervalDate, IntervalEdge


class IntervalAtHand:
    """The interval that is being asked about, of all that are."""

    def __repr__(self) -> str:
        return "<the interval at hand>"

    @property
    def start_date(self) -> Any:
        """Its first day."""
        return wrap(IntervalDate(IntervalEdge.START))

    @property
    def end_date(self) -> Any:
        """Its last day; the interval includes it."""
        return wrap(IntervalDate(IntervalEdge.END))

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise hints.no_such_name(name, "INTERVAL", words(self), "date")


INTERVAL = IntervalAtHand()
