"""Markdown as GitLab and GitHub read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Cells = Sequence[str]


def joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def code(text: str) -> str:
    return f"```python\n{text.strip()}\n```"


def grid(rows: Sequence[Cells]) -> str:
    head, *others = rows
    lines = [head, ["---"] * len(head), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def in_cell(text: str) -> str:
    """Plain where nothing in it could be taken for Markdown."""
    return text if re.fullmatch(r"[\w .:-]*", text) and "__" not in text else in_code(text)


def in_code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def plain(text: str) -> str:
    return text.replace("|", "\\|")


def anchor(heading: str) -> str:
    """As GitLab and GitHub make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
