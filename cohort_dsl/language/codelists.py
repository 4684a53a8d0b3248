"""Codelists: CSV files beside the study."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.hints import mistake


def codelist_from_csv(
    filename: str | Path, *, column: str, category_column: str | None = None
) -> list[str] | dict[str, str]:
    """The codes in a column of a CSV file, each once, in the file's order.

    With ``category_column`` a dictionary from each code to its category, for
    ``to_category``. ``filename`` counts from the study's own folder. Lines without a code
    are passed over; blanks round codes and categories are dropped.
    """
    rows = _rows(Path(filename), [c for c in (column, category_column) if c is not None])
    if category_column is None:
        return _must_hold_codes(list(dict.fromkeys(row[column] for row in rows)), filename)
    categories: dict[str, str] = {}
    for row in rows:
        code, category = row[column], row[category_column]
        if categories.setdefault(code, category) != category:
            raise mistake(
                f'{filename} gives code {code} two categories, "{categories[code]}" '
                f'and "{category}"',
                "Keep one line for each code.",
            )
    _must_hold_codes(list(categories), filename)
    return categories


def _must_hold_codes(codes: list[str], filename: str | Path) -> list[str]:
    if not codes:
        raise mistake(f"{filename} holds no codes", "Put a code on each line of it.")
    return codes


def _rows(path: Path, wanted: list[str]) -> list[dict[str, str]]:
    reader = csv.DictReader(_text(path).splitlines())
    there = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = there
    for name in wanted:
        if name not in there:
            raise _no_column(path, name, there)
    return [
        {name: (row[name] or "").strip() for name in wanted}
        for row in reader
        if (row[wanted[0]] or "").strip()
    ]


def _no_column(path: Path, name: str, there: list[str]) -> DefinitionError:
    near = hints.nearest(name, there)
    also = f" Did you mean {near}?" if near else ""
    return mistake(
        f"codelist {path} has no column {name}",
        f"Its columns are: {', '.join(there) or 'none, the file is empty'}.{also}",
    )


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
