"""Where a site's own mapping names something: told beside what its database lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cohort_dsl.mappings.physical import LackingError

TOLD = 3
"""Lines that are named at most."""


@dataclass(frozen=True)
class Written:
    """``file``: its name, without its folder; none for a mapping that comes along, which
    nobody corrects."""

    file: str = ""
    text: str = field(default="", repr=False)

    def told(self, error: LackingError, table: str = "") -> str:
        """The problem, with the lines where its name stands in what the file says of the
        contract's table, or else anywhere."""
        if not self.file or not error.named:
            return error.problem
        name = re.compile(rf"(?<![\w.]){re.escape(error.named)}(?!\w)", re.IGNORECASE)
        head = re.compile(rf"(\s+){re.escape(table)}\s*:")
        said = ((number, head.sub("", line)) for number, line in self._lines())
        every = [number for number, line in said if name.search(line)]
        within = self._about(head) if table else range(0)
        lines = [number for number in every if number in within] or every
        where = f" ({self.file}, {_numbers(lines)})" if lines else ""
        return f"{error.problem}{where}"

    def _lines(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield number, line

    def _about(self, head: re.Pattern[str]) -> range:
        """The lines from the one that begins so to the next that is no further in."""
        start = depth = last = 0
        for number, line in self._lines():
            if start and len(line) - len(line.lstrip()) <= depth:
                break
            if not start and (found := head.match(line)):
                start, depth = number, len(found[1])
            last = number
        return range(start, last + 1) if start else range(0)


def _numbers(lines: list[int]) -> str:
    *some, last = [str(one) for one in lines[:TOLD]]
    if len(lines) > TOLD:
        return f"lines {', '.join([*some, last])} …"
    return f"lines {', '.join(some)} and {last}" if some else f"line {last}"


NOWHERE = Written()
