"""How outputs are called to those who don't see the report.

A study's code sees the records before it names its files. So only a name that stands in
full in the project file, written before, goes outside; of the others, their pattern does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from output_checker.review.request import ReleaseFile


def told_outside(
    files: Sequence[ReleaseFile], patterns: Sequence[str]
) -> list[ReleaseFile]:
    """The files, each with what its author is told of its name.

    ``patterns``: outputs in the project file, ``*`` standing for any text. Files of one
    pattern are numbered in the order given.
    """
    seen: Counter[str] = Counter()
    told = []
    for file in files:
        if file.path not in patterns:
            matching = (p for p in patterns if "*" in p and fnmatchcase(file.path, p))
            pattern = next(matching, "*")
            seen[pattern] += 1
            file = replace(file, outside=f"{pattern} ({seen[pattern]})")
        told.append(file)
    return told
