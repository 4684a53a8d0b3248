"""The kinds of file that rows are written as, each by the ending of a file's name.

Each is written from tables of the same schema, one after the other, so that no more than
one of them is held; Stata's alone is held whole, and bounded for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TypeAlias

import pyarrow as pa

from cohort_dsl.endings import ENDINGS, ending
from cohort_dsl.formats import arrow, stata, text

__all__ = ["FORMATS", "Format", "Write", "ending", "of"]

Write: TypeAlias = Callable[[Iterable[pa.Table], pa.Schema, Path], None]


@dataclass(frozen=True)
class Format:
    """How tables are written into a file that is there and empty.

    ``keeps_types``: it says of what width its numbers are, and its categories.
    ``refuse_names``: raises DefinitionError for names that its columns can't have.
    """

    write: Write
    keeps_types: bool = True
    refuse_names: Callable[[Sequence[str]], None] = lambda names: None


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        ".parquet": Format(arrow.write_parquet),
        ".arrow": Format(arrow.write_arrow),
        ".feather": Format(arrow.write_arrow),
        ".csv.gz": Format(text.write_packed, keeps_types=False),
        ".csv": Format(text.write, keeps_types=False),
        ".dta": Format(stata.write, refuse_names=stata.refuse_names),
    }
)


assert set(FORMATS) == set(ENDINGS)


def of(path: PurePath | str) -> Format | None:
    """The format that a file's name asks for, or None if it ends like none of them."""
    return FORMATS.get(ending(path))
