"""The printed manual is as the rules are, whole, and its opening page works."""

from __future__ import annotations

import doctest
import re
from typing import Any

import pytest

from tests.manual import conformance, opening
from tests.manual.counts import counts
from tests.manual.markdown import anchor
from tests.manual.pages import PRINTED, pages, shown_by
from tests.manual.rules import chapters, rules
from tests.manual.stale import FOLDER, stale, write
from tests.manual.traps import TRAPS
from tests.manual.words import words


def test_the_printed_pages_are_as_the_rules_are():
    assert stale(pages()) == [], "run make manual"


def test_what_engines_are_tried_with_is_as_the_rules_are():
    assert not conformance.stale(), "run make manual"


def test_printing_writes_what_changed_and_takes_away_what_is_no_page(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.manual.stale.FOLDER", tmp_path)
    (tmp_path / "old.md").write_text(f"{PRINTED}of a chapter that is gone")
    (tmp_path / "others.md").write_text("not ours to take away")
    assert write({"new.md": "text"}) == ["new.md", "old.md"]
    assert {path.name for path in tmp_path.iterdir()} == {"new.md", "others.md"}
    assert write({"new.md": "text"}) == []


def test_every_word_is_shown_by_a_rule_or_an_example():
    shown = shown_by()
    missing = {f"{w.said} of {w.of}" for w in words() if w not in shown}
    assert missing == set(), "write a rule of tests/spec that says it"


def test_the_words_are_those_of_the_languages_own_classes():
    said = {word.said for word in words()}
    assert {"where(condition)", "year", "&", "is_null()", "days(amount)"} <= said
    assert not {"title_()", "column()", "__eq__"} & said


def test_every_trap_has_its_rules():
    told = {rule.name for rule in rules()}
    assert len(TRAPS) == 14
    for sentence, names in TRAPS:
        assert names, sentence
        assert set(names) <= told, sentence


def test_every_chapter_says_what_it_is_about():
    assert [c.page for c in chapters() if not c.introduction] == []


def headings(text: str) -> list[str]:
    fenceless = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return [anchor(title) for title in re.findall(r"^#+ (.*)$", fenceless, re.M)]


PAGES = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_no_page_has_a_heading_twice(page):
    assert sorted(headings(PAGES[page])) == sorted(set(headings(PAGES[page])))


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_row_of_a_table_has_as_many_cells_as_its_head(page):
    text = re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.M | re.S)
    for rows in re.findall(r"(?:^\|.*\|\n)+", text, re.M):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in rows.splitlines()}
        assert len(cells) == 1, rows


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_link_leads_somewhere(page):
    for to, place in re.findall(r"\]\(([\w-]+\.md)(?:#([\w-]*))?\)", PAGES[page]):
        assert to in PAGES
        assert not place or place in headings(PAGES[to]), f"{to}#{place}"


def test_the_examples_of_the_opening_page_do_what_it_says():
    names: dict[str, Any] = {"__name__": "definition"}
    runner = doctest.DocTestRunner()
    for example in opening.examples():
        if example.has_answers:
            parsed = doctest.DocTestParser().get_doctest(
                example.code, names, example.heading, str(opening.PAGE), 0
            )
            runner.run(parsed, clear_globs=False)
            names |= parsed.globs
        else:
            opening.run(example, names)
    assert runner.summarize(verbose=False) == (0, runner.tries)
    assert runner.tries >= 3


def test_one_line_counts_rules_and_engines():
    assert re.fullmatch(r"\d+ rules in \d+ chapters x \d+ engines \(.+\) = \d+", counts())
