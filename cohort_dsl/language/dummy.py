"""What an author wishes of made-up patients."""

from __future__ import annotations

import sys
from typing import Any

from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.plain import BoolSeries
from cohort_dsl.language.series import not_a_method
from cohort_dsl.model.query import DummyData


class WithDummyData:
    """What a dataset and measures have in common: a wish about the patients made up."""

    def configure_dummy_data(
        self,
        *,
        population_size: int = 10,
        additional_population_constraint: Any = None,
        timeout: Any = None,
        legacy: bool = False,
    ) -> None:
        """How many made-up patients are wanted, and what else is true for all of them.

        ``timeout`` and ``legacy`` are taken for the sake of existing studies, and change
        nothing: no search runs out of time, and there is one way to make patients.
        """
        vars(self)["dummy_data_"] = _wish(
            population_size, additional_population_constraint, timeout, legacy
        )


def _wish(population_size: Any, constraint: Any, timeout: Any, legacy: Any) -> DummyData:
    """The wish, checked; what has no meaning here is taken, and said to change nothing."""
    _say_what_changes_nothing(timeout=timeout is not None, legacy=bool(legacy))
    if type(population_size) is not int or population_size < 1:
        raise mistake(
            f"population_size is {hints.called(population_size)}",
            "Give a whole number above 0.",
        )
    if constraint is None:
        return DummyData(population_size)
    not_a_method(constraint)
    if not isinstance(constraint, BoolSeries) or constraint.many_rows_:
        raise mistake(
            "additional_population_constraint is a yes or no for each patient",
            'Write a comparison, for example patients.sex == "female".',
        )
    return DummyData(population_size, constraint.node_)


def _say_what_changes_nothing(**given: bool) -> None:
    """A note on stderr for words that are taken, and have no meaning here."""
    for name in (name for name, is_given in given.items() if is_given):
        sys.stderr.write(
            f"{hints.place()}: configure_dummy_data({name}=...) changes nothing here\n"
        )
