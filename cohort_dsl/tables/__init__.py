"""Tables on offer, and the words to declare more of them."""

from cohort_dsl.language.columns import Constraint, Series
from cohort_dsl.language.frames import EventFrame, PatientFrame, table

__all__ = ["Constraint", "EventFrame", "PatientFrame", "Series", "table"]
