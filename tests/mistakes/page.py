"""The manual's page of mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mistakes.chapters import CHAPTERS
from tests.mistakes.mistake import FILE, HEADER, Mistake

OPENING = """\
<!-- Printed by `make manual` from tests/mistakes: change it there. -->
# Mistakes, and what they are told

Every mistake is told with its place in the author's file, the problem, and what to write
instead; `strongroom check definition.py` tells the first there is. Each of these {n} is a
test. Where nothing else is said, these lines stand above:

```python
{header}```
"""

CHAPTERS_OWN = "From here to the end of the chapter, these lines stand above:"


def page() -> str:
    """The whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    count = sum(len(chapter.mistakes) for chapter in CHAPTERS)
    yield OPENING.format(n=count, header=HEADER)
    for chapter in CHAPTERS:
        yield f"## {chapter.title}\n"
        above = HEADER
        for mistake in chapter.mistakes:
            if mistake.header not in ("", above):
                above = mistake.header
                yield f"{CHAPTERS_OWN}\n\n```python\n{above}```\n"
            yield from _mistake(mistake)


def _mistake(mistake: Mistake) -> Iterator[str]:
    yield f"### {mistake.title}\n"
    alone = "" if mistake.header else f"# {FILE}\n"
    yield f"```python\n{alone}{mistake.lines}```\n"
    yield f"```text\n{mistake.where}: {mistake.problem}\n  {mistake.remedy}\n```\n"
