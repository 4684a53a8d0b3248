"""show tells on stderr what a thing is, in words; there are no values to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import debug, load, show
from tests.a_definition import FIRST_LINE, IMPORTS, write


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(study: Path, lines: str, capsys: pytest.CaptureFixture[str]) -> str:
    end = (
        "\ndataset.define_population(is_there)\n"
        if "define_population" not in lines
        else ""
    )
    load.definition(write(study, f"{IMPORTS}{lines}{end}"))
    out, err = capsys.readouterr()
    assert out == ""
    return err


AT = f"analysis/definition.py line {FIRST_LINE}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "show(patients.age_on('2024-01-01'), label='age')",
            f"{AT}: age: a series of whole numbers (one a patient)\n"
            "  (2024-01-01 - patients.date_of_birth).years\n",
        ),
        (
            "debug(events.where(events.code == 'a').date)",
            f"{AT}: a series of dates (one a row)\n  diagnoses.where(…).date\n",
        ),
        (
            "show(first)",
            f"{AT}: at most one row a patient\n  first of diagnoses\n"
            "  date: dates; First day on which it holds.\n  end_date: dates\n",
        ),
        ("show(events)", f"{AT}: any number of rows a patient\n  diagnoses\n  date: "),
        (
            "show(patients)",
            f"{AT}: at most one row a patient\n  patients\n"
            "  date_of_birth: dates; First of month or year where no more is known.\n"
            "  sex: text; never missing; one of female, male, intersex, unknown; "
            "As recorded.\n",
        ),
        ("show(days(3), 'a')", f"{AT}: <a duration in days>\n{AT}: 'a'\n"),
        (
            "show(dataset)",
            f"{AT}: a dataset of 0 columns\n  population: not defined yet\n",
        ),
        (
            "dataset.define_population(is_there); dataset.x = first.code; show(dataset)",
            f"{AT}: a dataset of 1 columns\n"
            "  population: not(is_null(patients.date_of_birth))\n"
            "  x: a series of text (one a patient), first of diagnoses.code\n",
        ),
    ],
)
def test_a_thing_is_told_in_words(study, capsys, line, told):
    assert shown(study, line, capsys).startswith(told)


def test_what_is_very_long_is_told_in_part(study, capsys):
    told = shown(study, "show('x' * 5_000)", capsys)
    assert len(told) < 400
    assert told.endswith("…\n")


def test_debug_is_the_older_name():
    assert debug is show
