"""The page about the project file says what is told of its examples, and every bound."""

from __future__ import annotations

from job_runner.project import building, child, patterns, reading, shape
from job_runner.project.model import Level
from tests.manual import project_page

PAGE = project_page.PAGE.read_text(encoding="utf-8")


def test_what_is_told_of_each_example_is_printed_below_it() -> None:
    """To print it anew: make manual."""
    assert project_page.page(PAGE) == PAGE
    assert len(project_page.EXAMPLE.findall(PAGE)) >= 12


def test_every_key_and_bound_is_named() -> None:
    keys = (*shape.PROJECT_KEYS, *shape.ACTION_KEYS, *(level.value for level in Level))
    bounds = (
        f"{shape.MOST_NAME} characters",
        f"{patterns.MOST_BYTES} bytes",
        f"{building.MOST_DEPTH} levels",
        f"{reading.MOST_CHARACTERS:,} characters",
        f"{child.MOST_MEMORY // 1024**2} MB",
    )
    assert [word for word in (*keys, *bounds) if word not in " ".join(PAGE.split())] == []
