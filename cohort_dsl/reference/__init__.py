"""The question answered in plain Python, to judge every warehouse by."""

from cohort_dsl.reference.answer import Known, answer, event_tables
from cohort_dsl.reference.measures import answer_measures

__all__ = ["Known", "answer", "answer_measures", "event_tables"]
