"""docs/project.md: what is told of each of its examples, put below it.

The page is written by hand, but for the blocks of ``text`` behind those of ``yaml``, and
the drawing of its first example.
"""

from __future__ import annotations

import re
from pathlib import Path

from job_runner.project import ProjectErrors, parse
from job_runner.project.drawing import FORMS

PAGE = Path(__file__).parents[2] / "docs" / "project.md"
EXAMPLE = re.compile(r"```yaml\n(.*?)```\n(?:\n```text\n.*?```\n)?", re.S)
GRAPH = re.compile(r"<!-- graph -->\n.*\Z", re.S)


def page(old: str) -> str:
    """The page with what is told today."""
    told = EXAMPLE.sub(lambda found: _with_answer(found[1]), old)
    first = parse(EXAMPLE.findall(told)[0])
    tree, flowchart = ("\n".join(FORMS[form](first)) for form in ("tree", "mermaid"))
    drawn = f"```text\n{tree}\n```\n\n```mermaid\n{flowchart}\n```\n"
    return GRAPH.sub(lambda _: f"<!-- graph -->\n{drawn}", told)


def _with_answer(text: str) -> str:
    example = f"```yaml\n{text}```\n"
    try:
        parse(text)
    except ProjectErrors as refused:
        return f"{example}\n```text\n{refused}\n```\n"
    return example


def write() -> list[str]:
    """Make it so; returns its name if it changed."""
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    PAGE.write_text(new, encoding="utf-8")
    return [] if new == old else [PAGE.name]
