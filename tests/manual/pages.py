"""The manual's pages as Markdown, by file name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from cohort_dsl.codes import SYSTEMS
from tests.manual import on_offer, opening, source
from tests.manual.counts import engines
from tests.manual.markdown import Cells, anchor, code, grid, in_cell, in_code, joined, plain
from tests.manual.noticing import used
from tests.manual.rules import SPEC, Chapter, Rule, Said, chapters, listen
from tests.manual.traps import TRAPS
from tests.manual.words import Word, words
from tests.mistakes import page as mistakes

MANY = 6  # links to rules for a word that is everywhere
PRINTED = "<!-- Printed by `make manual` from tests/spec: change it there. -->\n"
NOTE = (
    "An empty cell is NULL. [The tables](tables.md) that are asked; [all words](words.md)."
)


def pages() -> dict[str, str]:
    """Every printed page."""
    found = {"README.md": _index(), "words.md": _words(), "tables.md": _tables()}
    found["traps.md"] = _traps()
    for chapter in chapters():
        assert chapter.page not in found
        found[chapter.page] = _chapter(chapter)
    printed = {name: PRINTED + text for name, text in found.items()}
    return printed | {"mistakes.md": mistakes.page(), "offered.md": on_offer.page()}


# The chapters -----------------------------------------------------------------------


def _chapter(chapter: Chapter) -> str:
    drafts = [
        [source.definition(rule, said) for said in rule.said] for rule in chapter.rules
    ]
    laid_out = iter(source.laid_out([one for rule in drafts for one in rule]))
    parts = [f"# {chapter.title}", chapter.introduction, NOTE]
    for section in chapter.sections:
        parts += [f"## {section.title}", section.introduction]
        for rule in section.rules:
            parts += [f"### {rule.sentence}", rule.why]
            for said in rule.said:
                parts += [code(next(laid_out)), *_shown(said)]
    return joined(parts)


def _shown(said: Said) -> Iterator[str]:
    """The data and the answer: in one table where each row is a patient's only one."""
    answers = {w: v for w, v in said.told.items() if source.is_answer(w)}
    data = {w: v for w, v in said.told.items() if source.is_data(v) and w not in answers}
    tables = {name: read(text) for name, text in data.items()}
    if len(tables) == len(answers) == 1:
        both = beside(*tables.values(), *answers.values())
        if both:
            yield grid(both)
            return
    for name, rows in tables.items():
        yield f"`{name}`"
        yield grid(rows)
    for word, answer in answers.items():
        yield {"expect": "gives"}.get(word, word.replace("_", " "))
        yield grid(answered(answer))


def read(text: str) -> list[Cells]:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [head, *([in_data(cell) for cell in row] for row in rows)]


def in_data(cell: str) -> str:
    """A cell of the rules' tables as a page shows it."""
    return {"T": "True", "F": "False"}.get(cell) or in_cell(cell)


def beside(rows: list[Cells], answer: Any) -> list[Cells] | None:
    """The table with the answers as its last column, if they are of the same patients."""
    head, *others = rows
    if head[0] != "patient" or not isinstance(answer, Mapping) or _is_wide(answer):
        return None
    if [row[0] for row in others] != [str(patient) for patient in answer]:
        return None
    lines = zip(others, answer.values(), strict=True)
    return [[*head, "**answer**"], *([*row, in_answer(a)] for row, a in lines)]


def _is_wide(answer: Mapping[Any, Any]) -> bool:
    return any(isinstance(one, Mapping | list | tuple) for one in answer.values())


def answered(answer: Any) -> list[Cells]:
    """What a rule expects, as a table: of patients, of rows, or of what is written so."""
    if source.is_data(answer):
        return read(answer)
    if isinstance(answer, Mapping):
        return _of_patients(answer)
    if isinstance(answer, Iterable) and not isinstance(answer, str):
        return _of_rows([_row(one) for one in answer])
    return [["answer"], [in_answer(answer)]]


def _of_patients(answer: Mapping[Any, Any]) -> list[Cells]:
    if not _is_wide(answer):
        lines = [[in_answer(patient), in_answer(a)] for patient, a in answer.items()]
        return [["patient", "answer"], *lines]
    rows: list[dict[str, Any]] = []
    for patient, found in answer.items():
        each = found if isinstance(found, list) else [found]
        rows += [{"patient": patient} | _row(one) for one in each]
    return _of_rows(rows)


def _row(one: Any) -> dict[str, Any]:
    if isinstance(one, Mapping):
        return {str(name): value for name, value in one.items()}
    if isinstance(one, tuple | list):
        return {f"{place}": value for place, value in enumerate(one, start=1)}
    return {"answer": one}


def _of_rows(rows: list[dict[str, Any]]) -> list[Cells]:
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["answer"]
    return [names, *([in_answer(row.get(name)) for name in names] for row in rows)]


def in_answer(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return in_cell(value or '""') if isinstance(value, str) else str(value)


# The other pages ----------------------------------------------------------------------


def _index() -> str:
    opening_pages = [
        "- [Definitions](definitions.md): a first example, frames and series, NULL, trying",
        "  a definition on rows of your own",
        "- [What surprises people](traps.md)",
        "- [Mistakes, and what they are told](mistakes.md)",
        "- [All words](words.md), by the alphabet",
        "- [The tables on offer](offered.md): columns, and what they promise",
        "- [The tables](tables.md) that the rules ask, and coding systems",
    ]
    contents = []
    for chapter in chapters():
        contents.append(f"- [{chapter.title}]({chapter.page})")
        contents += [
            f"  - [{section.title}]({chapter.page}#{anchor(section.title)})"
            for section in chapter.sections
        ]
    told = (
        "What a definition means, rule by rule. Each rule is a small table, a definition "
        "and the answer, and a test: it holds on every engine "
        f"({', '.join(engines())}), and these pages are printed from it. The reference is "
        "slow, plain Python, and the referee of the others."
    )
    return joined(
        ["# The language", told, "\n".join(opening_pages), "## Rules", "\n".join(contents)]
    )


def _traps() -> str:
    """The surprises, each with the rules that show it."""
    places = {rule.name: link(chapter, rule) for chapter, rule in _rules()}
    rows = [
        [str(number), plain(sentence), "<br>".join(places[name] for name in names)]
        for number, (sentence, names) in enumerate(TRAPS, start=1)
    ]
    told = "What people who know SQL or pandas don't expect."
    head = ["", "what is so", "shown by"]
    return joined(["# What surprises people", told, grid([head, *rows])])


def _words() -> str:
    places = shown_by()
    rows = [
        [in_code(w.said), w.of, plain(w.meaning), "<br>".join(places.get(w, []))]
        for w in words()
    ]
    told = (
        "What an author can write, by the alphabet, and the rules that show it; of a word "
        f"that is in many rules, the {MANY} rules with the fewest other words."
    )
    head = ["word", "of", "meaning", "shown by"]
    return joined(["# All words", told, grid([head, *rows])])


def shown_by() -> dict[Word, list[str]]:
    """Links to what shows a word: a rule, or an example of the opening page."""
    found: dict[Word, list[tuple[int, str]]] = {}
    for chapter, rule in _rules():
        said = words_of(rule)
        for word in said:
            found.setdefault(word, []).append((len(said), link(chapter, rule)))
    places = {word: [to for _, to in _fewest(at)[:MANY]] for word, at in found.items()}
    for heading, said in opening.shows().items():
        for word in said:
            to = f"[{heading}]({opening.PAGE.name}#{anchor(heading)})"
            places.setdefault(word, []).append(to)
    return places


def _fewest(places: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(places, key=lambda place: place[0])


def words_of(rule: Rule) -> set[Word]:
    """What the rule's own lines say."""
    section = rule.function.__code__.co_filename
    return used(lambda: listen(rule.function), section.__eq__)


def _rules() -> Iterator[tuple[Chapter, Rule]]:
    for chapter in chapters():
        for rule in chapter.rules:
            yield chapter, rule


def _tables() -> str:
    systems = [[f"`{one.__name__}`", one.title, one.looks_like] for one in SYSTEMS.values()]
    return joined(
        [
            "# The tables",
            "These are what the rules ask, declared as an author declares tables. In the "
            "rules, `patient` heads the column of patients' numbers.",
            code(source.of_file(SPEC / "tables.py")),
            "## Coding systems",
            "A column of codes has one of these types, from `cohort_dsl.codes`; a literal "
            "that doesn't look like one of its codes is refused.",
            grid([["type", "system", "a code is"], *systems]),
        ]
    )


def link(chapter: Chapter, rule: Rule) -> str:
    return f"[{rule.sentence}]({chapter.page}#{anchor(rule.sentence)})"
