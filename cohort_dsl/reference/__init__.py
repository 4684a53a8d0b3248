"""The question answered in plain Python, to judge every warehouse by."""

from cohort_dsl.reference.answer import answer

__all__ = ["answer"]
