"""The words of the package are there when they are asked for, and only then."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cohort_dsl


def test_every_word_on_offer_is_there() -> None:
    offered = {name: getattr(cohort_dsl, name) for name in cohort_dsl.__all__}
    assert offered["debug"] is offered["show"]
    assert set(offered) <= set(dir(cohort_dsl))


def test_another_word_is_none() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'create_datset'"):
        getattr(cohort_dsl, "create_datset")  # noqa: B009


def test_a_part_of_the_folder_brings_no_language_along() -> None:
    told = (
        "import sys, cohort_dsl.errors; print([m for m in sys.modules if 'language' in m])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
