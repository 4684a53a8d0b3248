"""Definitions as files, run as an author's are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import load
from cohort_dsl.errors import DefinitionError

IMPORTS = """\
from cohort_dsl import *
from cohort_dsl.tables.contract import patients, diagnoses as events, lab_results as labs
dataset = create_dataset()
is_there = patients.date_of_birth.is_not_null()
first = events.sort_by(events.date).first_for_patient()
"""
FIRST_LINE = IMPORTS.count("\n") + 1


def write(folder: Path, code: str, name: str = "analysis/definition.py") -> Path:
    """The definition's path as given from the study's folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)
    return path.relative_to(folder)


def mistake_in(folder: Path, lines: str, imports: str = IMPORTS) -> DefinitionError:
    """The mistake that these lines make, below the usual imports."""
    path = write(folder, imports + lines)
    with pytest.raises(DefinitionError) as caught:
        load.definition(path)
    return caught.value
