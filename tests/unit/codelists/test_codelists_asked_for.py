"""``codelists.txt``: what each line names, and every line that names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from job_runner.codelists import asked
from job_runner.codelists.asked import (
    Catalogued,
    InFolder,
    InGit,
    OnWeb,
    Source,
    understood,
)
from job_runner.errors import CodelistError

HASH = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("line", "source", "name"),
    [
        ("opensafely/asthma/2020-04-15", Catalogued("opensafely/asthma/2020-04-15"),
         "opensafely-asthma.csv"),
        ("nhsd-primary-care/cod_cod/7f8a/", Catalogued("nhsd-primary-care/cod_cod/7f8a"),
         "nhsd-primary-care-cod_cod.csv"),
        ("user/ana/bleeds/1a2b", Catalogued("user/ana/bleeds/1a2b"), "user-ana-bleeds.csv"),
        ("https://host:8080/lists/a.csv?v=2", OnWeb("https://host:8080/lists/a.csv?v=2"),
         "a.csv"),
        ("http://host/a.CSV#part", OnWeb("http://host/a.CSV"), "a.CSV"),
        ("git+https://host/lists.git@v2#a/b.csv",
         InGit("https://host/lists.git", "v2", "a/b.csv"), "b.csv"),
        ("git+https://host/l#b.csv", InGit("https://host/l", None, "b.csv"), "b.csv"),
        (f"git+ssh://git@host/lists.git@{HASH}#b.csv",
         InGit("ssh://git@host/lists.git", HASH, "b.csv"), "b.csv"),
        ("git+/srv/lists.git@feature/x#b.csv",
         InGit("/srv/lists.git", "feature/x", "b.csv"), "b.csv"),
        ("git+../lists#b.csv", InGit("../lists", None, "b.csv"), "b.csv"),
        ("/srv/lists/a.csv", InFolder("/srv/lists/a.csv"), "a.csv"),
        ("../lists/a.csv", InFolder("../lists/a.csv"), "a.csv"),
        ("./lists/a.csv", InFolder("./lists/a.csv"), "a.csv"),
    ],
)  # fmt: skip
def test_a_line_names_a_codelist_by_its_id_or_its_place(
    line: str, source: Source, name: str
) -> None:
    [found] = understood(f"# a remark\n\n  {line} \r\n")
    assert (found.line, found.text, found.source, found.name) == (3, line, source, name)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("asthma", "'asthma' names no codelist"),
        ("opensafely/asthma", "names no codelist"),
        ("a/b/c/d", "names no codelist"),
        ("a/../c", "names no codelist"),
        ("-x/b/c", "names no codelist"),
        ("file:///srv/lists/a.csv", "addresses of the kind 'file' aren't read"),
        ("ftp://host/a.csv", "addresses of the kind 'ftp' aren't read"),
        ("https://host/lists/", "'' can't be a codelist's file"),
        ("https://host/download", "'download' can't be a codelist's file"),
        ("https://host/a b.csv", "is no address"),
        ("https:///a.csv", "is no address"),
        ("https://host:x/a.csv", "is no address"),
        ("https://[host/a.csv", "is no address"),
        ("https://ana:secret@host/a.csv", "a name or password in an address"),
        ("../lists/a.txt", "'a.txt' can't be a codelist's file"),
        ("../lists/.csv", "'.csv' can't be a codelist's file"),
        ("git+http://host/lists#a.csv", "https:// or ssh://, without a password"),
        ("git+ext::sh#a.csv", "https:// or ssh://, without a password"),
        ("git+ssh://ana:secret@host/l#a.csv", "https:// or ssh://, without a password"),
        ("git+host/lists#a.csv", "is no repository's address"),
        ("git+--upload-pack=x#a.csv", "is no repository's address"),
        ("git+https://host/lists?x=1#a.csv", "is no repository's address"),
        ("git+https://host/lists@--x#a.csv", "'--x' is no branch, tag or commit"),
        ("git+https://host/lists@a..b#a.csv", "is no branch, tag or commit"),
        ("git+https://host/lists", "after `#` a file of the repository must be named"),
        ("git+https://host/lists#../a.csv", "after `#` a file of the repository"),
        ("git+https://host/lists#:/a.csv", "after `#` a file of the repository"),
        ("git+https://[host#a.csv", "is no address"),
        ("a/b/c\u202e", "it has a character that can't be seen"),
    ],
)
def test_a_line_that_names_nothing_is_told_with_its_number(line: str, said: str) -> None:
    with pytest.raises(CodelistError) as refused:
        understood(f"ok/fine/1\n{line}\n")
    assert refused.value.where == "codelists/codelists.txt, line 2"
    assert said in refused.value.problem
    assert refused.value.remedy
    assert "secret" not in str(refused.value)


def test_all_lines_that_are_wrong_are_told_at_once() -> None:
    with pytest.raises(CodelistError) as refused:
        understood("nothing\nok/fine/1\nok/fine/2\nnothing else\n")
    told = str(refused.value).splitlines()
    assert [line for line in told if line.startswith("codelists/")] == [
        "codelists/codelists.txt, line 1: 'nothing' names no codelist",
        "codelists/codelists.txt, line 4: 'nothing else' names no codelist",
        "codelists/codelists.txt, line 3: this would be 'ok-fine.csv', as is the codelist "
        "on line 2",
    ]


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(CodelistError, match="it is too long"):
        understood("".join(f"a/b{i}/c\n" for i in range(1001)))
    with pytest.raises(CodelistError) as refused:
        understood("nothing\n" * 500)
    assert str(refused.value).endswith("... and 400 more")


def test_a_list_is_a_file_of_text_in_a_folder_of_the_study(tmp_path: Path) -> None:
    folder = tmp_path / "codelists"
    with pytest.raises(CodelistError, match="there is no such file"):
        asked.read(tmp_path)
    folder.mkdir()
    path = folder / "codelists.txt"
    for data in (b"\xff", b"#" * 1_000_001):
        path.write_bytes(data)
        with pytest.raises(CodelistError, match="it is too large, or isn't UTF-8 text"):
            asked.read(tmp_path)
    path.write_bytes(b"\xef\xbb\xbfa/b/c\n")
    assert [one.name for one in asked.read(tmp_path)] == ["a-b.csv"]
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to("elsewhere")
    with pytest.raises(CodelistError, match="this isn't an ordinary folder"):
        asked.read(tmp_path)
