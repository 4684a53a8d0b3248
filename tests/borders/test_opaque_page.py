"""The page about files without a claim says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from output_checker.checks.registry import CHECKS
from output_checker.checks.subjects import Opaque
from output_checker.opaque import anew, opened, pictures
from output_checker.opaque.content import JPEG, KINDS, PNG, TEXT
from output_checker.report import Form

PAGE = (Path(__file__).parents[2] / "docs" / "opaque.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[list[str]]:
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows]


def test_every_kind_that_never_leaves_is_told() -> None:
    """To print it anew: copy what this expected."""
    rows = [f"| {kind.name} | {kind.why} |" for kind in KINDS if kind.why]
    found = re.search(r"<!-- kinds -->\n(.*?)\n<!-- end -->", PAGE, re.S)
    assert found
    assert found[1].splitlines()[2:] == rows


def test_every_form_is_told_with_its_endings() -> None:
    told = {row[0]: (row[1].split(), row[2]) for row in first_cells("What may leave")[1:]}
    assert set(told) == {form.value for form in Form}
    for form in Form:
        assert told[form.value][1] == f".{form.ending}"
    endings = {e for kind in (TEXT, PNG, JPEG) for e in kind.endings}
    assert {e for names, _ in told.values() for e in names} == {f".{e}" for e in endings}


def test_every_check_is_told() -> None:
    modules = [check.__module__.rpartition(".")[2] for check in CHECKS[Opaque]]
    told = [row[0].strip("`") for row in first_cells("What is looked for")[1:]]
    assert told == [module.replace("_", " ") for module in modules]


def test_limits_are_as_told() -> None:
    for limit in (opened.MOST_TEXT, pictures.MOST_POINTS, anew.MOST_COLUMNS):
        assert f"{limit:,}" in PAGE
    assert f"{pictures.SHADES} shades" in PAGE
