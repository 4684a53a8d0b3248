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


# A tree: a over b and c; b over d; c over d too; x stands apart.
TREE = "code,parent,kind\na,,all\nb,a,\nc,a,\nd,b,\nd,c,\nx,,other\n"


def hierarchy(folder, text=TREE, **more):
    (folder / "tree.csv").write_text(text)
    return codelist_from_csv(
        "codelists/tree.csv", column="code", parent_column="parent", **more
    )


def test_a_part_of_a_list_is_completed_by_all_that_lies_below_it(codelists):
    tree = hierarchy(codelists)
    assert tree == ["a", "b", "c", "d", "x"]
    assert tree[1:2].with_descendants() == ["b", "d"]
    assert sorted(tree[:1].with_descendants()) == ["a", "b", "c", "d"]
    assert tree[4:].with_descendants() == ["x"]
    assert tree.with_descendants() == tree == hierarchy(codelists, descendants=True)


def test_a_list_of_ones_own_is_completed_from_another_files_hierarchy(codelists):
    (codelists / "mine.csv").write_text("code\nc\nzz\n")
    mine = codelist_from_csv("codelists/mine.csv", column="code")
    assert mine.with_descendants(hierarchy(codelists)) == ["c", "zz", "d"]


def test_a_codelist_is_a_list_and_its_sums_know_what_lies_below(codelists):
    tree = hierarchy(codelists)
    other = hierarchy(codelists, "code,parent\nd,\ne,d\n")
    assert isinstance(tree, list)
    assert tree[0] == "a"
    assert set(tree) == {"a", "b", "c", "d", "x"}
    mine = ["y"]
    assert tree + mine == ["a", "b", "c", "d", "x", "y"]
    assert (tree[3:4] + mine).with_descendants() == ["d", "y"]
    assert (tree[1:2] + other[:0]).with_descendants() == ["b", "d", "e"]
    with pytest.raises(TypeError):
        tree + 3


def test_a_code_without_a_category_has_that_of_the_nearest_above_it(codelists):
    given = {"category_column": "kind"}
    tree = hierarchy(codelists, **given)
    assert tree == {"a": "all", "b": "", "c": "", "d": "", "x": "other"}
    tree = hierarchy(codelists, **given, descendants=True)
    assert tree == {"a": "all", "b": "all", "c": "all", "d": "all", "x": "other"}
    nearer = TREE.replace("b,a,", "b,a,some").replace("c,a,", "c,a,some")
    assert hierarchy(codelists, nearer, **given, descendants=True)["d"] == "some"
    none = "code,parent,kind\na,,\nb,a,\n"
    assert hierarchy(codelists, none, **given, descendants=True) == {"a": "", "b": ""}


def test_two_categories_above_one_code_are_refused(codelists):
    text = TREE.replace("b,a,", "b,a,one").replace("c,a,", "c,a,two")
    with pytest.raises(DefinitionError) as caught:
        hierarchy(codelists, text, category_column="kind", descendants=True)
    assert caught.value.problem == (
        "codelists/tree.csv gives code d no category, and the codes above it two, "
        '"one" and "two"'
    )


@pytest.mark.parametrize(
    ("lines", "circle"),
    [("a,b\nb,a\n", "a → b → a"), ("a,a\n", "a → a"), ("z,a\na,b\nb,c\nc,a\n", "a → b")],
)
def test_a_circle_of_parents_is_refused(codelists, lines, circle):
    with pytest.raises(DefinitionError, match="puts code a below itself") as caught:
        hierarchy(codelists, f"code,parent\n{lines}")
    assert circle in caught.value.problem


def test_a_long_chain_of_parents_is_no_trouble(codelists):
    lines = [f"c{n + 1},c{n}\n" for n in range(5_000)]
    tree = hierarchy(codelists, "code,parent\n" + "".join(reversed(lines)))
    assert len(tree[-1:].with_descendants()) == 5_000


def test_a_file_without_parents_says_how_to_have_some(codelists):
    (codelists / "x.csv").write_text("code\na\n")
    plain = codelist_from_csv("codelists/x.csv", column="code")
    with pytest.raises(DefinitionError) as caught:
        plain.with_descendants()
    assert caught.value.problem == (
        "codelist codelists/x.csv doesn't say which codes lie below which"
    )
    assert 'Read it with parent_column="..."' in caught.value.remedy
    with pytest.raises(DefinitionError, match="doesn't say which codes lie below"):
        codelist_from_csv("codelists/x.csv", column="code", descendants=True)
    with pytest.raises(DefinitionError, match="needs a codelist, not a list"):
        plain.with_descendants(["a"])
