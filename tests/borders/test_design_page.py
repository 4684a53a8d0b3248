"""The page about the design says what is so: modules, formats, states."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from job_runner.jobs.job import MOVES as JOB_MOVES
from output_checker.review.moves import MOVES as RELEASE_MOVES
from output_checker.review.permissions import RULES, Standing

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
PACKAGES = ("cohort_dsl", "dummy_data", "job_runner", "output_checker", "cli")
WHO = {Standing.AUTHOR: "author", Standing.NOT_AUTHOR: "not the author"}


def section(title: str) -> str:
    """What stands below a heading, up to the next one."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#|\Z)", PAGE, re.M | re.S)
    assert found, title
    return found[1]


def first_cells(text: str) -> list[str]:
    return [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]


PRIVATE = {"__pycache__", "__init__.py"}


def there(package: str) -> set[str]:
    """A package's modules, and its folders with a slash."""
    below = [p for p in (ROOT / package).iterdir() if p.name not in PRIVATE]
    folders = {f"{path.name}/" for path in below if path.is_dir()}
    return folders | {path.stem for path in below if path.suffix == ".py"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_has_its_line_and_every_line_its_module(package: str) -> None:
    cells = first_cells(section(package))
    named = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert sorted(named) == sorted(there(package)), "docs/design.md lists the modules"


def test_every_file_that_is_named_is_there() -> None:
    tops = "|".join((*PACKAGES, "tests"))
    paths = re.findall(rf"`((?:{tops})/[\w/.]*)`", PAGE)
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_formats_are_as_their_modules_write_them() -> None:
    rows = re.findall(r"\| `([\w-]+)` \| (\d+) \| `([\w/.]+)` \|", section("Formats"))
    assert len(rows) == 23
    for name, version, path in rows:
        code = (ROOT / path).read_text(encoding="utf-8")
        constants = f'FORMAT, VERSION = "{name}", {version}\n'
        in_place = rf'"{name}".*"version"\W+(scalar\(\) != )?{version}\b'
        assert constants in code or re.search(in_place, code, re.S), path


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [heads, ["---"] * len(list(heads)), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def job_states() -> str:
    rows = [
        [f"`{state.value}`", ", ".join(f"`{s.value}`" for s in JOB_MOVES if s in after)]
        for state, after in JOB_MOVES.items()
    ]
    return table(["a job that is", "may become"], [[a, b or "–"] for a, b in rows])


def release_states() -> str:
    rows = []
    for (status, move), after in RELEASE_MOVES.items():
        rule = RULES[move]
        who = ", ".join(w for w in (rule.role.value, WHO.get(rule.standing)) if w)
        to = ", ".join(f"`{s}`" for s in sorted(s.value for s in after))
        rows.append([f"`{status.value}`", move.value, who, to])
    return table(["a request that is", "by the move", "of a", "may become"], rows)


@pytest.mark.parametrize("name", ["job states", "release states"])
def test_states_are_those_of_the_tables_in_the_code(name: str) -> None:
    """To print them anew: copy what this expected."""
    expected = {"job states": job_states, "release states": release_states}[name]()
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", PAGE, re.S)
    assert found
    assert found[1] == expected
