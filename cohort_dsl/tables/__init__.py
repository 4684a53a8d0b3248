"""Tables on offer, and the words to declare more of them."""

from cohort_dsl.language.columns import Series
from cohort_dsl.language.constraints import Constraint
from cohort_dsl.language.frames import EventFrame, PatientFrame, table
from cohort_dsl.language.inline import table_from_file, table_from_rows

__all__ = [
    "Constraint",
    "EventFrame",
    "PatientFrame",
    "Series",
    "table",
    "table_from_file",
    "table_from_rows",
]
