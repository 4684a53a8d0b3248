"""The words that an author may import; nothing else.

Each is looked up when it is asked for, so that a part of the folder, such as its errors,
doesn't bring the whole language along: every command begins with that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cohort_dsl.language.codelists import codelist_from_csv
    from cohort_dsl.language.conditions import case, maximum_of, minimum_of, when
    from cohort_dsl.language.dataset import Dataset, create_dataset
    from cohort_dsl.language.durations import days, months, weeks, years
    from cohort_dsl.language.intervals import INTERVAL
    from cohort_dsl.language.measures import Measures, create_measures
    from cohort_dsl.language.parameters import claim_permissions, get_parameter
    from cohort_dsl.language.shown import show
    from cohort_dsl.language.shown import show as debug

_MODULES = {
    "codelists": ("codelist_from_csv",),
    "conditions": ("case", "maximum_of", "minimum_of", "when"),
    "dataset": ("Dataset", "create_dataset"),
    "durations": ("days", "months", "weeks", "years"),
    "intervals": ("INTERVAL",),
    "measures": ("Measures", "create_measures"),
    "parameters": ("claim_permissions", "get_parameter"),
    "shown": ("show",),
}
_OLDER_NAMES = {"debug": "show"}
_HOMES = {word: module for module, words in _MODULES.items() for word in words}

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


def __getattr__(name: str) -> object:
    word = _OLDER_NAMES.get(name, name)
    if word not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"cohort_dsl.language.{_HOMES[word]}"), word)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
