"""Codelists: what is read of a file, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import codelist_from_csv
from cohort_dsl.errors import DefinitionError


@pytest.fixture
def codelists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "codelists").mkdir()
    return tmp_path / "codelists"


def test_codes_come_once_in_the_files_order_without_blanks(codelists):
    text = "code,term\n b2 ,two\n\na1,one\n,nothing\nb2,again\n"
    (codelists / "x.csv").write_text(text)
    assert codelist_from_csv("codelists/x.csv", column="code") == ["b2", "a1"]


def test_categories_come_by_code(codelists):
    (codelists / "x.csv").write_text("code, kind \na,1\nb, 2\na,1\n")
    found = codelist_from_csv("codelists/x.csv", column="code", category_column="kind")
    assert found == {"a": "1", "b": "2"}


def test_a_spreadsheets_mark_at_the_beginning_is_no_part_of_the_first_column(codelists):
    (codelists / "x.csv").write_bytes(b"\xef\xbb\xbfcode\r\na\r\n")
    assert codelist_from_csv(Path("codelists/x.csv"), column="code") == ["a"]


def test_a_short_line_has_empty_ends(codelists):
    (codelists / "x.csv").write_text("code,kind\na\n")
    found = codelist_from_csv("codelists/x.csv", column="code", category_column="kind")
    assert found == {"a": ""}


def told(filename: str, **columns: str) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        codelist_from_csv(filename, **columns)
    return caught.value


def test_a_missing_file_is_told_with_the_nearest_one(codelists):
    (codelists / "asthma.csv").write_text("code\n1\n")
    error = told("codelists/astma.csv", column="code")
    assert error.problem == "there is no codelist codelists/astma.csv"
    assert error.remedy.startswith("Did you mean codelists/asthma.csv?")


def test_a_missing_file_in_a_missing_folder_is_told_where_paths_count_from(codelists):
    error = told("nowhere/asthma.csv", column="code")
    assert error.remedy.startswith("Paths count from the study's own folder")


def test_a_missing_column_is_told_with_the_columns_that_are_there(codelists):
    (codelists / "x.csv").write_text("snomed_code,term\n1,a\n")
    error = told("codelists/x.csv", column="code")
    assert error.problem == "codelist codelists/x.csv has no column code"
    assert error.remedy == "Its columns are: snomed_code, term. Did you mean snomed_code?"


def test_a_missing_category_column_is_told_too(codelists):
    (codelists / "x.csv").write_text("code\n1\n")
    error = told("codelists/x.csv", column="code", category_column="zz")
    assert error.problem == "codelist codelists/x.csv has no column zz"
    assert error.remedy == "Its columns are: code."


def test_an_empty_file_has_no_column(codelists):
    (codelists / "x.csv").write_text("")
    assert "the file is empty" in told("codelists/x.csv", column="code").remedy


def test_a_file_without_codes_is_refused(codelists):
    (codelists / "x.csv").write_text("code,kind\n,a\n")
    assert told("codelists/x.csv", column="code").problem.endswith("holds no codes")
    error = told("codelists/x.csv", column="code", category_column="kind")
    assert error.problem.endswith("holds no codes")


def test_a_code_in_two_categories_is_refused(codelists):
    (codelists / "x.csv").write_text("code,kind\na,1\na,2\n")
    error = told("codelists/x.csv", column="code", category_column="kind")
    assert error.problem == 'codelists/x.csv gives code a two categories, "1" and "2"'


def test_a_file_in_another_encoding_is_refused(codelists):
    (codelists / "x.csv").write_bytes("code\ncœur\n".encode("utf-16"))
    assert told("codelists/x.csv", column="code").remedy == "Save it as CSV UTF-8."


@pytest.mark.parametrize("name", ["codelists", "a\0b"])
def test_what_is_no_file_is_refused(codelists, name):
    assert "can't be read" in told(name, column="code").problem
