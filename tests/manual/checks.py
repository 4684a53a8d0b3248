"""The checker's manual, docs/checks: a page for each check, from ``tests/checks/pages``."""

from __future__ import annotations

import pkgutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import yaml

from output_checker import checks, report_text
from output_checker.report import FileReport, Report
from tests.checks import pages as folder_of_pages
from tests.checks.pages.case import Case, rows_of
from tests.manual import threats_page
from tests.manual.markdown import code, grid, in_cell, in_code, joined

FOLDER = Path(__file__).parents[2] / "docs" / "checks"
PRINTED = "<!-- Printed by `make manual` from tests/checks/pages: change it there. -->\n"
NO_CHECKS = {"registry", "subjects"}
POLICY = Path(next(iter(checks.__path__))).parent / "policies" / "default.yaml"


def modules() -> set[str]:
    """The checks there are, by their modules' names."""
    return {one.name for one in pkgutil.iter_modules(checks.__path__)} - NO_CHECKS


def _pages() -> dict[str, ModuleType]:
    names = sorted(one.name for one in pkgutil.iter_modules(folder_of_pages.__path__))
    return {n: import_module(f"tests.checks.pages.{n}") for n in names if n != "case"}


PAGES: Mapping[str, ModuleType] = _pages()


def printed() -> dict[str, str]:
    """Every page, by its file's name."""
    found = {f"{name}.md": _page(name) for name in PAGES}
    found["README.md"] = _index()
    found["threats.md"] = threats_page.page()
    return {name: PRINTED + text for name, text in found.items()}


def stale() -> list[str]:
    """The pages that differ, are missing, or belong to no check."""
    wanted = printed()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))


def write() -> list[str]:
    """Make them so; returns the names of those that changed."""
    FOLDER.mkdir(exist_ok=True)
    changed, wanted = stale(), printed()
    for name in changed:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return changed


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _docstring(name: str) -> list[str]:
    told = import_module(f"output_checker.checks.{name}").__doc__ or ""
    return told.strip().split("\n\n")


def _index() -> str:
    lines = [
        [f"[{_title(name)}]({name}.md)", " ".join(_docstring(name)[0].split())]
        for name in PAGES
    ]
    return joined(
        [
            "# What the checker looks for",
            "Each page has the rule, the policy's keys that it goes by, small cases that"
            " are run as tests, and what to do about a finding. A *pass* tells what was"
            " hidden; a *review* is judged by two people; what *fails* doesn't leave. An"
            " *attack* is what somebody would do with the numbers, were they shown; it is"
            " told inside, and tells no person's value.",
            "[Threats](threats.md): what an output may give away, and the tests that show"
            " that it doesn't.",
            grid([["check", "rule"], *lines]),
        ]
    )


def _page(name: str) -> str:
    page = PAGES[name]
    stories = [_story(case) for case in page.CASES]
    remedies = dict.fromkeys(r for _, found in stories for r in found)
    parts = [f"# {_title(name)}", *_docstring(name), *_settings(page.SETTINGS)]
    parts += _without_attack(page)
    parts += [text for text, _ in stories]
    parts += ["## What to do", *(f"- {remedy}" for remedy in remedies)] if remedies else []
    return joined(parts)


def _without_attack(page: ModuleType) -> list[str]:
    why = getattr(page, "NO_ATTACK", "")
    return [f"Its findings have no attack in numbers. {why}"] if why else []


def _settings(keys: tuple[str, ...]) -> Iterator[str]:
    if keys:
        default = yaml.safe_load(POLICY.read_bytes())
        rows = [[in_code(key), in_cell(str(default[key]))] for key in keys]
        yield grid([["the policy's key", "by default"], *rows])


def _story(case: Case) -> tuple[str, list[str]]:
    """A case as it is printed, and the remedies that it tells of this check."""
    with tempfile.TemporaryDirectory() as folder:
        file = case.file(Path(folder))
    differs = ", ".join(f"{in_code(key)}: {value}" for key, value in case.policy.items())
    head, rows = rows_of(case.people)
    told = [[in_cell(cell) if cell else "" for cell in row] for row in rows]
    parts = [
        f"## {case.says}",
        grid([head, *told]),
        code(case.does),
        _said(file),
        f"(With {differs}.)" if differs else "",
    ]
    return joined(parts).strip(), [finding.remedy for finding in file.findings]


def _said(file: FileReport) -> str:
    """As a terminal shows it, without the hashes and remedies."""
    quiet = replace(file, findings=tuple(replace(f, remedy="") for f in file.findings))
    lines = report_text.lines(Report("", "", (quiet,)))
    return "```text\n" + "\n".join(line for line in lines if line.strip()) + "\n```"
