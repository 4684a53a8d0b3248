"""The tables an action can make and claim in one call."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from output_checker.claims import frames, wire
from output_checker.claims.model import (
    FIGURES,
    Bands,
    Claim,
    Condition,
    Dimension,
    IsPresent,
    Levels,
    Value,
    Year,
)
from output_checker.errors import ClaimError

if TYPE_CHECKING:
    import pandas as pd

Column = str | Dimension
Columns = Column | Sequence[Column]
Where = Sequence[tuple[Any, ...]]
DATASET = "output/dataset.parquet"
TOTAL = "Total"


def bands(column: str, edges: Sequence[float]) -> Dimension:
    """People by bands of a number: [18, 40] is under 18, 18 to under 40, 40 or over."""
    return Dimension(column, Bands(tuple(edges)))


def year(column: str) -> Dimension:
    """People by the year of a date."""
    return Dimension(column, Year())


def is_present(column: str) -> Dimension:
    """People by whether they have a value: yes or no."""
    return Dimension(column, IsPresent())


def crosstab(
    frame: pd.DataFrame,
    *,
    rows: Columns,
    path: str,
    columns: Columns = (),
    where: Where = (),
    title: str | None = None,
    figure: str | None = None,
    margins: bool = True,
    missing: str = "level",
    dataset: str = DATASET,
    folder: Path | str = ".",
) -> pd.DataFrame:
    """Count patients by one to four columns; write the table and the claim about it.

    ``frame`` is the dataset as extracted, one row per patient. ``rows``, ``columns``:
    names, or ``bands(...)``, ``year(...)``, ``is_present(...)``. ``where``: conditions
    such as ``("age", ">=", 18)``, ``("sex", "in", ["female"])``, ``("bmi", "is present")``.
    ``missing``: people without a value are a "level" of their own, or "excluded".
    ``figure="bar"`` asks for a picture, which is drawn at release.

    Writes ``path`` (a .csv) and ``….claim.json`` beside it, both below ``folder``, and
    returns the table, one line per cell. ClaimError if it can't be made.
    """
    dimensions = _dimensions([*_several(rows), *_several(columns)], missing)
    draft = _draft("crosstab", dimensions, where, title, figure, margins, None, ("n",))
    return _write(_fill(draft, frame), path, dataset, Path(folder))


def summary(
    frame: pd.DataFrame,
    *,
    value: str,
    by: Columns,
    path: str,
    measures: Sequence[str] = ("n", "mean", "sd"),
    where: Where = (),
    title: str | None = None,
    figure: str | None = None,
    margins: bool = True,
    missing: str = "level",
    dataset: str = DATASET,
    folder: Path | str = ".",
) -> pd.DataFrame:
    """Measure a number by one to four columns; otherwise as ``crosstab``.

    ``n`` counts the patients who have the value; ``sd`` is the sample's (n - 1).
    """
    dimensions = _dimensions(_several(by), missing)
    draft = _draft(
        "summary", dimensions, where, title, figure, margins, value, tuple(measures)
    )
    return _write(_fill(draft, frame), path, dataset, Path(folder))


def _several(columns: Columns) -> Sequence[Column]:
    return [columns] if isinstance(columns, str | Dimension) else columns


def _dimensions(columns: Sequence[Column], missing: str) -> tuple[Dimension, ...]:
    if missing not in ("level", "excluded"):
        raise _wrong("missing is 'level' or 'excluded'", "Leave it out for 'level'.")
    if not 1 <= len(columns) <= 4:
        raise _wrong("a table has one to four dimensions", "Make several smaller tables.")
    named = [Dimension(c) if isinstance(c, str) else c for c in columns]
    return tuple(replace(d, missing_is_a_level=missing == "level") for d in named)


def _draft(
    kind: str,
    dimensions: tuple[Dimension, ...],
    where: Where,
    title: str | None,
    figure: str | None,
    margins: bool,
    value: str | None,
    measures: tuple[str, ...],
) -> Claim:
    """The claim before anybody is counted."""
    if figure is not None and figure not in FIGURES:
        raise _wrong("no such figure can be drawn", f"Choose from: {', '.join(FIGURES)}.")
    what = "Patients" if value is None else value
    return Claim(
        kind=kind,
        title=title or f"{what} by {', '.join(d.name for d in dimensions)}",
        dataset="",
        dataset_sha256="",
        population=tuple(_condition(*parts) for parts in where),
        dimensions=dimensions,
        margins=margins,
        value=value,
        measures=measures,
        cells={},
        figure=figure,
    )


def _condition(column: str, operator: str, value: Any = None) -> Condition:
    several = isinstance(value, list | tuple | set | frozenset)
    return Condition(
        column, operator, tuple(map(_scalar, value)) if several else _scalar(value)
    )


def _scalar(value: Any) -> Any:
    """A condition's value as JSON has it; what isn't a scalar is refused by Condition."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def _fill(draft: Claim, frame: pd.DataFrame) -> Claim:
    """The claim with its levels and cells counted."""
    frames.one_row_per_patient(frame)
    kept = frames.people(frame, draft.population)
    words = {str(n): frames.labels(kept, d) for n, d in enumerate(draft.dimensions)}
    counted = kept[[]].assign(**words).dropna()
    if draft.value is not None:
        counted["value"] = frames.measured(kept, draft.value)[counted.index]
    if counted.empty:
        raise _wrong("nobody is left to count", "Look at the conditions in where=.")
    dimensions = tuple(
        replace(d, levels=frames.levels(counted[str(place)], d))
        for place, d in enumerate(draft.dimensions)
    )
    return replace(draft, dimensions=dimensions, cells=_cells(draft, dimensions, counted))


def _cells(
    draft: Claim, dimensions: tuple[Dimension, ...], counted: pd.DataFrame
) -> dict[Levels, Mapping[str, Value]]:
    total = (None,) if draft.margins else ()
    every = product(*((*d.levels, *total) for d in dimensions))
    found = dict(_grouped(draft, [str(n) for n in range(len(dimensions))], counted))
    nobody: dict[str, Value] = {m: 0 if m == "n" else None for m in draft.measures}
    return {levels: found.get(levels, nobody) for levels in every}


def _grouped(
    draft: Claim, names: list[str], counted: pd.DataFrame
) -> Iterable[tuple[Levels, dict[str, Value]]]:
    """Every cell that has somebody, over every choice of dimensions to total over."""
    sizes = range(len(names) + 1) if draft.margins else [len(names)]
    for shown in (names_ for size in sizes for names_ in combinations(names, size)):
        groups: Iterable[tuple[Any, pd.DataFrame]] = [((), counted)]
        if shown:
            groups = counted.groupby(list(shown), sort=True)
        for key, group in groups:
            at = dict(zip(shown, key, strict=True))
            yield tuple(at.get(name) for name in names), _measures(draft, group)


def _measures(draft: Claim, group: pd.DataFrame) -> dict[str, Value]:
    if draft.value is None:
        return {"n": len(group)}
    values = group["value"]
    n = int(values.count())
    how: dict[str, Callable[[], Value]] = {
        "n": lambda: n,
        "mean": lambda: float(values.mean()) if n else None,
        "sd": lambda: float(values.std(ddof=1)) if n > 1 else None,
    }
    return {measure: how[measure]() for measure in draft.measures}


def _write(claim: Claim, path: str, dataset: str, folder: Path) -> pd.DataFrame:
    import pandas as pd

    if not path.endswith(".csv"):
        raise _wrong(f"{path} isn't a .csv file", "Give a path such as output/by_sex.csv.")
    claim = replace(claim, dataset=dataset, dataset_sha256=_sha256(folder / dataset))
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    header = [*(d.name for d in claim.dimensions), *claim.measures]
    lines = [
        [*(TOTAL if level is None else level for level in levels), *values.values()]
        for levels, values in claim.cells.items()
    ]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])
    target.with_suffix(".claim.json").write_bytes(wire.dumps(claim))
    return pd.DataFrame(lines, columns=header)


def _sha256(dataset: Path) -> str:
    try:
        with dataset.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise _wrong(
            f"the dataset {dataset} can't be read",
            "Give dataset= as the path of the cohort file that the frame came from.",
        ) from None


def _wrong(problem: str, remedy: str) -> ClaimError:
    return ClaimError(problem, where="claim", remedy=remedy)
