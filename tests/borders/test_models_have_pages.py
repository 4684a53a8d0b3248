"""Each model that comes along is a folder: a mapping that reads, and a page about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cohort_dsl.mappings import reading

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "cohort_dsl" / "mappings" / "models"


def test_the_page_about_mappings_lists_the_models() -> None:
    page = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"models/(\w+)/README\.md", page)) == reading.built_in()


@pytest.mark.parametrize("model", reading.built_in())
def test_a_models_mapping_is_called_as_its_folder_and_has_a_page(model: str) -> None:
    assert reading.load(model).name == model
    assert (MODELS / model / "README.md").read_text(encoding="utf-8").startswith("# ")
