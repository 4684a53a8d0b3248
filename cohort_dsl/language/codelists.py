"""Codelists: CSV files beside the study."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.codelist import (
    Codelist,
    inherited,
    must_be_known,
    must_have_an_end,
)
from cohort_dsl.language.hints import mistake


def codelist_from_csv(
    filename: str | Path,
    *,
    column: str,
    category_column: str | None = None,
    parent_column: str | None = None,
    descendants: bool = False,
) -> Codelist | dict[str, str]:
    """The codes in a column of a CSV file, each once, in the file's order.

    With ``category_column`` a dictionary from each code to its category, for
    ``to_category``. ``parent_column`` names the code right above each; a code with several
    stands on several lines. With ``descendants`` a list holds all that lies below its
    codes, and a code without a category has that of the nearest above it. ``filename``
    counts from the study's own folder. Lines without a code are passed over; blanks round
    codes and categories are dropped.
    """
    wanted = [c for c in (column, category_column, parent_column) if c is not None]
    rows = _rows(Path(filename), wanted)
    parents = None if parent_column is None else _parents(rows, column, parent_column)
    codes = Codelist(dict.fromkeys(row[column] for row in rows), str(filename), parents)
    if not codes:
        raise mistake(f"{filename} holds no codes", "Put a code on each line of it.")
    if parents is not None:
        must_have_an_end(parents, str(filename))
    if category_column is None:
        return codes.with_descendants() if descendants else codes
    categories = _categories(rows, column, category_column, filename)
    if not descendants:
        return categories
    return inherited(categories, must_be_known(codes), str(filename))


def _parents(
    rows: list[dict[str, str]], column: str, parent_column: str
) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        above = found.setdefault(row[column], {})
        if row[parent_column]:
            above[row[parent_column]] = None
    return {code: tuple(above) for code, above in found.items()}


def _categories(
    rows: list[dict[str, str]], column: str, category_column: str, filename: str | Path
) -> dict[str, str]:
    categories: dict[str, str] = {}
    for row in rows:
        code, category = row[column], row[category_column]
        if categories.setdefault(code, category) != category:
            raise mistake(
                f'{filename} gives code {code} two categories, "{categories[code]}" '
                f'and "{category}"',
                "Keep one line for each code.",
            )
    return categories


def _rows(path: Path, wanted: list[str]) -> list[dict[str, str]]:
    lines = csv.reader(_text(path).splitlines())
    there = [name.strip() for name in next(lines, ())]
    for name in wanted:
        if name not in there:
            raise hints.no_column(f"codelist {path}", name, there)
    places = {name: place for place, name in enumerate(there) if name in wanted}
    rows = (_row(line, places) for line in lines)
    return [row for row in rows if row[wanted[0]]]


def _row(line: list[str], places: Mapping[str, int]) -> dict[str, str]:
    """A line may end early."""
    there = len(line)
    return {
        name: line[place].strip() if place < there else "" for name, place in places.items()
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise _no_file(path) from None
    except UnicodeDecodeError:
        raise mistake(
            f"codelist {path} is not written in UTF-8", "Save it as CSV UTF-8."
        ) from None
    except (OSError, ValueError):
        raise mistake(
            f"codelist {path} can't be read", "Give the name of a CSV file of the study."
        ) from None


def _no_file(path: Path) -> DefinitionError:
    there = {file.stem: file.name for file in _files_near(path)}
    near = hints.nearest(path.stem, there)
    remedy = "Paths count from the study's own folder, for example codelists/asthma.csv."
    if near:
        remedy = f"Did you mean {path.parent / there[near]}? {remedy}"
    return mistake(f"there is no codelist {path}", remedy)


def _files_near(path: Path) -> Iterator[Path]:
    if path.parent.is_dir():
        yield from path.parent.glob("*.csv")
