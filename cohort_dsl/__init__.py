"""The words that an author may import; nothing else."""

from cohort_dsl.language.codelists import codelist_from_csv
from cohort_dsl.language.conditions import case, maximum_of, minimum_of, when
from cohort_dsl.language.dataset import Dataset, create_dataset
from cohort_dsl.language.durations import days, months, weeks, years
from cohort_dsl.language.intervals import INTERVAL
from cohort_dsl.language.measures import Measures, create_measures
from cohort_dsl.language.parameters import claim_permissions, get_parameter
from cohort_dsl.language.shown import show

debug = show  # its older name

__all__ = [
    "INTERVAL",
    "Dataset",
    "Measures",
    "case",
    "claim_permissions",
    "codelist_from_csv",
    "create_dataset",
    "create_measures",
    "days",
    "debug",
    "get_parameter",
    "maximum_of",
    "minimum_of",
    "months",
    "show",
    "weeks",
    "when",
    "years",
]
