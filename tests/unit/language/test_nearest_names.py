"""Which name an author most likely meant."""

from __future__ import annotations

import pytest

from cohort_dsl.language import hints

COLUMNS = ["date_of_birth", "date_of_death", "sex", "code", "snomedct_code"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("date_of_brith", "date_of_birth"),
        ("dob", "date_of_birth"),
        ("DOD", "date_of_death"),
        ("birth_date", "date_of_birth"),
        ("Sex", "sex"),
        ("codes", "code"),
        ("snomed_code", "snomedct_code"),
        ("qqq", None),
    ],
)
def test_the_nearest_name_is_found_by_spelling_initials_or_a_word(written, meant):
    assert hints.nearest(written, COLUMNS) == meant


def test_a_far_fetched_guess_is_worse_than_a_list():
    remedy = hints.no_such_name("gender", "patients", ["age_on", "sex"], "column").remedy
    assert remedy == "There are: age_on, sex."


def test_among_no_names_none_is_near():
    assert hints.nearest("sex", []) is None
    assert hints.no_such_name("sex", "it", [], "column").remedy == "There are: none."


def test_a_place_outside_the_study_keeps_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hints.at("/elsewhere/x.py", 3) == "/elsewhere/x.py line 3"
    assert hints.at(str(tmp_path / "a" / "x.py"), None) == "a/x.py"
