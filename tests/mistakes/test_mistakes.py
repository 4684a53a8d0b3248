"""Every mistake of the list is told as the list says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import load
from cohort_dsl.errors import DefinitionError
from tests.a_definition import write
from tests.mistakes.chapters import CHAPTERS
from tests.mistakes.mistake import FILE

MISTAKES = [mistake for chapter in CHAPTERS for mistake in chapter.mistakes]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.title)
def test_a_mistake_is_told_with_its_place_its_problem_and_its_remedy(
    mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for name, text in mistake.files.items():
        write(tmp_path, text, name)
    path = write(tmp_path, mistake.file, FILE)
    with pytest.raises(DefinitionError) as caught:
        load.definition(path)
    told = caught.value
    assert (told.where, told.problem, told.remedy) == (
        mistake.where,
        mistake.problem,
        mistake.remedy,
    )


def test_every_mistake_is_another_one():
    assert len({mistake.title for mistake in MISTAKES}) == len(MISTAKES) >= 50
    assert len({mistake.file for mistake in MISTAKES}) == len(MISTAKES)
