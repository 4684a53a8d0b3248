"""Whether a folder of codelists is as it was fetched; and what isn't a codelist at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from job_runner.codelists import check, content, record
from job_runner.codelists.record import Fetched, sha1, sha256
from job_runner.errors import CodelistError

ASTHMA = b"code,term\n195967001,Asthma\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """With one codelist, its record as OpenSAFELY writes it: SHA-1 alone."""
    folder = tmp_path / "codelists"
    folder.mkdir()
    (folder / "codelists.txt").write_text("opensafely/asthma/2020-04-15\n")
    (folder / "opensafely-asthma.csv").write_bytes(ASTHMA)
    (folder / "README.md").write_text("Where these are from.\n")
    entry = {
        "id": "opensafely/asthma/2020-04-15",
        "url": "https://www.opencodelists.org/codelist/opensafely/asthma/2020-04-15/",
        "downloaded_at": "2021-03-08 12:21:38.123Z",
        "sha": sha1(ASTHMA),
    }
    told = {"files": {"opensafely-asthma.csv": entry}}
    (folder / "codelists.json").write_text(json.dumps(told))
    return tmp_path


def test_a_folder_that_is_as_it_was_fetched_passes(study: Path) -> None:
    assert check(study) == ("opensafely-asthma.csv",)


def of(name: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda study: change(study / "codelists" / name)


def replaced(old: str, new: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(path.read_text().replace(old, new))


CSV, LIST, RECORD = "opensafely-asthma.csv", "codelists.txt", "codelists.json"


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (of(CSV, replaced("Asthma", "asthma")), CSV, "it isn't as it was fetched"),
        (of(CSV, lambda p: p.write_bytes(b"x" * 21 * 1024**2)), CSV, "isn't as it was"),
        (of(CSV, Path.unlink), CSV, "the file is missing, or isn't an ordinary one"),
        (of(CSV, lambda p: p.unlink() or p.symlink_to("README.md")), CSV, "is missing, or"),
        (of(CSV, lambda p: p.unlink() or os.mkfifo(p)), CSV, "is missing, or"),
        (of(CSV, lambda p: p.unlink() or p.mkdir()), CSV, "is missing, or"),
        (of("mine.csv", lambda p: p.write_bytes(ASTHMA)), "mine.csv", "nobody knows where"),
        (of("MINE.CSV", lambda p: p.symlink_to(CSV)), "MINE.CSV", "nobody knows where"),
        (of("own", lambda p: p.mkdir() or (p / "a.csv").touch()), "own/a.csv", "nobody"),
        (of(LIST, replaced("2020-04-15", "2024-01-01")), f"{LIST}, line 1",
         "this asks for 'opensafely/asthma/2024-01-01', and what is here is"),
        (of(LIST, replaced("15\n", "15\na/b/c\n")), f"{LIST}, line 2",
         "'a/b/c' wasn't fetched"),
        (of(LIST, replaced("opensafely", "# opensafely")), RECORD,
         "was fetched, and no line asks for it"),
    ],
)  # fmt: skip
def test_what_isn_t_as_it_was_fetched_is_told(
    study: Path, change: Callable[[Path], object], where: str, said: str
) -> None:
    change(study)
    with pytest.raises(CodelistError) as refused:
        check(study)
    assert refused.value.where == f"codelists/{where}"
    assert said in refused.value.problem
    assert refused.value.remedy


def test_all_that_is_wrong_is_told_at_once(study: Path) -> None:
    of(CSV, Path.unlink)(study)
    of("mine.csv", Path.touch)(study)
    of(RECORD, Path.unlink)(study)
    with pytest.raises(CodelistError) as refused:
        check(study)
    assert refused.value.problem == "2 things are wrong"
    assert str(refused.value).count("\n  ") == 2


@pytest.mark.parametrize("key", ["sha", "sha256"])
def test_either_hash_finds_a_change(study: Path, key: str) -> None:
    entry = {
        "id": "opensafely/asthma/2020-04-15",
        key: {"sha": sha1, "sha256": sha256}[key](b""),
    }
    of(RECORD, lambda p: p.write_text(json.dumps({"files": {CSV: entry}})))(study)
    with pytest.raises(CodelistError, match="it isn't as it was fetched"):
        check(study)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"files": []}', '{"files": {"a.csv": {}}}', "[" * 100_000),
        *('{"files": {"a.csv": 1}}', '{"files": {"a.csv": {"id": "a/b/c"}}}'),
        '{"files": {"a.csv": {"id": 1, "sha": "' + "a" * 40 + '"}}}',
        '{"files": {"a.csv": {"id": "a/b/c", "sha": "A"}}}',
        '{"files": {"../../.profile": {"id": "a/b/c", "sha": "' + "a" * 40 + '"}}}',
        '{"files": {}, "files": {}}',
        " " * 5_000_001,
    ],
    ids=range(13),
)
def test_a_record_that_is_none_is_refused(study: Path, text: str) -> None:
    of(RECORD, lambda p: p.write_text(text))(study)
    with pytest.raises(CodelistError, match="this isn't a record of codelists"):
        record.read(study)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    files = {
        "b.csv": Fetched("../b.csv", "../b.csv", "2026-01-01 00:00:00Z", "", "a" * 64),
        "a.csv": Fetched("git+../l#a.csv", "../l", "x", "a" * 40, "b" * 64, "c" * 40),
    }
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "codelists.json").write_bytes(record.written(files))
    assert record.read(tmp_path) == files
    assert record.written(files).index(b"a.csv") < record.written(files).index(b"b.csv")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "names no columns"),
        (b" , \n1,2\n", "names no columns"),
        (b"code,term\n", "it has no codes"),
        (b"code,code\n1,2\n", "two of its columns have one name"),
        (b"\n <!DOCTYPE html><p>Sign in", "a page for people"),
        (b"code\n\xff\n", "isn't UTF-8"),
        (b"code\n\x00\n", "control characters"),
        (b"c" * (20 * 1024**2 + 1), "more than 20 MB"),
        (b"code\n" + b"1" * 200_000, "can't be read as CSV"),
    ],
    ids=range(9),
)
def test_what_is_no_codelist_is_told(data: bytes, said: str) -> None:
    assert said in str(content.why_not(data))


def test_a_codelist_is_a_table_with_a_header() -> None:
    assert content.why_not(ASTHMA) is None
    assert content.why_not(b"\xef\xbb\xbfcode,,\r\n1,,\r\n") is None
