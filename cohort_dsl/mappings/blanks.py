"""What a site has yet to write into its mapping: names that begin with ``FILL_IN_``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from cohort_dsl.errors import WarehouseError

BLANK = re.compile(r"FILL_IN_\w*")


@dataclass(frozen=True)
class Blank:
    """A name that is still to be written, and the line where it stands."""

    line: int
    name: str


def blanks(text: str) -> tuple[Blank, ...]:
    """All of a file that is plain YAML, each once a line; what comments say isn't read."""
    found = {
        Blank(token.start_mark.line + 1 + raw.count("\n", 0, match.start()), match.group())
        for token in yaml.scan(text)
        if isinstance(token, yaml.ScalarToken)
        for raw in [text[token.start_mark.index : token.end_mark.index]]
        for match in BLANK.finditer(raw)
    }
    return tuple(sorted(found, key=lambda blank: (blank.line, blank.name)))


def demand_none(found: tuple[Blank, ...], mapping: str, *, form: bool) -> None:
    """WarehouseError that names each once, with its lines, if there are any.

    ``form``: the mapping is the form itself, which isn't a site's to write into.
    """
    if not found:
        return
    told = [
        f"{name} isn't filled in, in {'line' if len(lines) == 1 else 'lines'} "
        f"{', '.join(map(str, lines))}"
        for name, lines in _each(found).items()
    ]
    if form:
        remedy = (
            "It is a form: copy it (strongroom warehouse template FILE), fill the copy in, "
            "and name that in site.yaml."
        )
    else:
        remedy = (
            "Write your warehouse's own names there, as the comments say. What it has "
            "nothing of, take out with all its lines, and name it in empty_tables."
        )
    raise WarehouseError("\n  ".join(told), where=f"mapping {mapping}", remedy=remedy)


def _each(found: tuple[Blank, ...]) -> Mapping[str, list[int]]:
    """The lines of each name, in the file's order."""
    lines: dict[str, list[int]] = {}
    for one in found:
        lines.setdefault(one.name, []).append(one.line)
    return lines
