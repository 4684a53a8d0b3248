"""The question answered in plain Python, to judge every warehouse by."""

from cohort_dsl.reference.answer import Known, answer
from cohort_dsl.reference.measures import answer_measures

__all__ = ["Known", "answer", "answer_measures"]
