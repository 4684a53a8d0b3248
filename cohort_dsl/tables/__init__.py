"""Tables on offer, and the words to declare more of them."""

from typing import TYPE_CHECKING, NoReturn

from cohort_dsl.language import later as _later
from cohort_dsl.language.columns import Series
from cohort_dsl.language.constraints import Constraint
from cohort_dsl.language.frames import EventFrame, PatientFrame, table

__all__ = ["Constraint", "EventFrame", "PatientFrame", "Series", "table"]


if not TYPE_CHECKING:  # type checkers take this to mean that every name is there

    def __getattr__(name: str) -> NoReturn:
        raise _later.no_such_word(name)
