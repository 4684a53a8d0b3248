"""What an author writes."""

# Each kind of series makes itself known where it is defined.
from cohort_dsl.language import dates, numbers, plain

__all__ = ["dates", "numbers", "plain"]
