"""What the site serves that a study is for: its description, beside project.yaml."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from cohort_dsl.model.question import Question

if TYPE_CHECKING:
    from cohort_dsl.mappings.description import Description

FILE = "warehouse.json"


def description(study: Path) -> Description | None:
    """The site's description, if the study has one; WarehouseError for a broken one."""
    path = study / FILE
    if not path.is_file():
        return None
    from cohort_dsl.mappings import description as described

    return described.read(path)


def demand(question: Question, study: Path) -> None:
    """WarehouseError where the site could not answer this, in the site's words."""
    found = description(study)
    if found is not None:
        found.demand(question)


def word(study: Path) -> str:
    """Equal for equal descriptions; none for none."""
    path = study / FILE
    if not path.is_file():
        return ""
    return f"site:{hashlib.sha256(path.read_bytes()).hexdigest()}"
