"""The page about codelists shows lists and records that are read, and every bound."""

from __future__ import annotations

import re
from pathlib import Path

from job_runner.codelists import CATALOGUE, asked, content, record, web

PAGE = (Path(__file__).parents[2] / "docs" / "codelists.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.S)
    assert found
    return found[1]


def test_every_line_of_the_list_that_is_shown_names_a_codelist() -> None:
    kinds = [type(one.source) for one in asked.understood(block("text"))]
    assert set(kinds) == {asked.Catalogued, asked.OnWeb, asked.InGit, asked.InFolder}


def test_the_record_that_is_shown_is_one(tmp_path: Path) -> None:
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "codelists.json").write_text(block("json"))
    [(name, entry)] = (record.read(tmp_path) or {}).items()
    [first, *_] = asked.understood(block("text"))
    assert (name, entry.id, entry.url) == (
        first.name,
        first.text,
        f"{CATALOGUE}{first.text}/",
    )


def test_every_bound_is_named() -> None:
    assert f"at most {content.MOST_BYTES // 1024**2} MB" in PAGE
    assert web.MOST_REDIRECTS == 5
    assert "up to five times" in PAGE
