"""What an author wishes of made-up patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake
from cohort_dsl.model.query import DummyData


def wish(population_size: Any, legacy: bool, others: Mapping[str, Any]) -> DummyData:
    """The wish, checked.

    ``timeout`` is taken for the sake of existing studies; nothing here needs it.
    """
    wishes = [name for name in others if name != "timeout"]
    if legacy:
        wishes.append("legacy")
    if wishes:
        raise hints.not_yet(f"configure_dummy_data({wishes[0]}=...)")
    if type(population_size) is not int or population_size < 1:
        raise mistake(
            f"population_size is {population_size!r}", "Give a whole number above 0."
        )
    return DummyData(population_size)
