"""The question answered in plain Python, to judge every warehouse by."""

from cohort_dsl.reference.answer import Known, answer

__all__ = ["Known", "answer"]
