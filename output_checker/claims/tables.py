"""The tables an action can make and claim in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from output_checker.claims import counting, fits, frames, writing
from output_checker.claims.counting import yes_or_no
from output_checker.claims.model import Bands, Claim, Condition, Dimension, IsPresent, Year
from output_checker.claims.parts import wrong

if TYPE_CHECKING:
    import pandas as pd

Column = str | Dimension
Columns = Column | Sequence[Column]
DATASET = "output/dataset.parquet"
EXTREMES = frozenset(("min", "max", "p0", "p100"))


class Options(TypedDict, total=False):
    """What every table can be told besides.

    ``where``: conditions such as ``("age", ">=", 18)``, ``("sex", "in", ["female"])``,
    ``("bmi", "is present")``. ``title``: shown above the released table. ``figure``: a
    picture, drawn at release: "bar" or "line". ``margins``: totals over each dimension.
    ``missing``: people without a value are a "level" of their own, or "excluded".
    ``dataset``: the file that the frame came from, below ``folder``.
    """

    where: Sequence[tuple[Any, ...]]
    title: str | None
    figure: str | None
    margins: bool
    missing: str
    dataset: str
    folder: Path | str


def bands(column: str, edges: Sequence[float]) -> Dimension:
    """People by bands of a number: [18, 40] is under 18, 18 to under 40, 40 or over."""
    return Dimension(column, Bands(tuple(map(_scalar, edges))))


def year(column: str) -> Dimension:
    """People by the year of a date."""
    return Dimension(column, Year())


def is_present(column: str) -> Dimension:
    """People by whether they have a value: yes or no."""
    return Dimension(column, IsPresent())


def crosstab(
    frame: Any,
    *,
    rows: Columns,
    path: str,
    columns: Columns = (),
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Count patients by one to four columns; write the table and the claim about it.

    ``frame``: the dataset as extracted, one row per patient; pandas or pyarrow. ``rows``,
    ``columns``: names, or ``bands(...)``, ``year(...)``, ``is_present(...)``.

    Writes ``path`` (a .csv) and ``….claim.json`` beside it, and returns the table; ask
    ``preview`` what the checker would say of it. For options, see ``Options``. ClaimError
    if it can't be made.
    """
    by = _by([*_several(rows), *_several(columns)], options)
    return _made("crosstab", frame, by, path, options)


def summary(
    frame: Any,
    *,
    value: str,
    by: Columns,
    path: str,
    measures: Sequence[str] = ("n", "mean", "sd"),
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Measure a number by one to four columns; otherwise as ``crosstab``.

    ``n`` counts the patients who have the value; ``sd`` is the sample's (n - 1).
    """
    _no_extremes(measures)
    by = _by(_several(by), options)
    return _made("summary", frame, by, path, options, value=value, measures=tuple(measures))


def rates(
    frame: Any,
    *,
    numerator: Column,
    path: str,
    by: Columns = (),
    per: int = 1000,
    time: str | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """How many patients of each group have a yes in ``numerator``, per so many.

    ``numerator``: a yes/no column, or ``is_present(...)``. ``time``: a column of
    person-time; then the rate is per so much of it. Otherwise as ``crosstab``. What is
    released is computed from the counts as they are released.
    """
    dimensions = (*_by(_several(by), options, most=3), yes_or_no(numerator))
    measures = ("n",) if time is None else ("n", "time")
    return _made(
        "rates", frame, dimensions, path, options, value=time, measures=measures, per=per
    )


def percentiles(
    frame: Any,
    *,
    value: str,
    by: Columns,
    path: str,
    at: Sequence[float] = (25, 50, 75),
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Percentiles of a number by one to four columns, as pandas' quantile has them.

    ``at``: from 1 to 99. Otherwise as ``crosstab``.
    """
    measures = tuple(f"p{percent:g}" for percent in at)
    _no_extremes(measures)
    return _made(
        "percentiles",
        frame,
        _by(_several(by), options),
        path,
        options,
        value=value,
        measures=("n", *measures),
    )


def histogram(
    frame: Any,
    *,
    value: str,
    edges: Sequence[float],
    path: str,
    by: Columns = (),
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Count patients by bands of a number, for a picture of its distribution.

    ``edges``: as for ``bands``; the outer two bands are open. Otherwise as ``crosstab``.
    """
    dimensions = _by([bands(value, edges), *_several(by)], options)
    options.setdefault("figure", "histogram")
    return _made("histogram", frame, dimensions, path, options)


def survival(
    frame: Any,
    *,
    steps: Sequence[float],
    path: str,
    time: str | None = None,
    event: Column | None = None,
    fit: Any = None,
    by: Columns = (),
    **options: Unpack[Options],
) -> pd.DataFrame:
    """A life table: who has an event, and who is followed no longer, from step to step.

    ``time``: a number since each person's start; ``event``: a yes/no column, or
    ``is_present(...)``: whether it happened at that time, or they were followed until
    then. ``steps``: round numbers, the same for all, such as ``range(30, 390, 30)``.
    ``fit``: a lifelines KaplanMeierFitter of two of the frame's columns, instead of
    ``time`` and ``event``. Otherwise as ``crosstab``.

    Survival is the actuarial method's, from the counts as they are released.
    """
    frame = frames.as_pandas(frame)
    if fit is not None:
        kept = frames.people(frame, conditions(options))
        time, event = fits.columns_of_kaplan_meier(fit, kept)
    if time is None or event is None:
        raise wrong("there is no time, or no event", "Give time= and event=, or fit=.")
    frames.person_time(frame, time)
    clock = replace(bands(time, list(steps)), missing_is_a_level=False)
    dimensions = (*_by(_several(by), options, most=2), clock, yes_or_no(event))
    options.setdefault("figure", "survival")
    return _made("survival", frame, dimensions, path, options)


def _several(columns: Columns) -> Sequence[Column]:
    return [columns] if isinstance(columns, str | Dimension) else columns


def _by(
    columns: Sequence[Column], options: Options, most: int = 4
) -> tuple[Dimension, ...]:
    missing = options.get("missing", "level")
    if missing not in ("level", "excluded"):
        raise wrong("missing is 'level' or 'excluded'", "Leave it out for 'level'.")
    if len(columns) > most or (most == 4 and not columns):
        few = "one to four" if most == 4 else f"at most {most}"
        raise wrong(
            f"a table of this kind is by {few} columns", "Make several smaller tables."
        )
    named = [Dimension(c) if isinstance(c, str) else c for c in columns]
    return tuple(replace(d, missing_is_a_level=missing == "level") for d in named)


def _no_extremes(measures: Sequence[str]) -> None:
    if EXTREMES & set(measures):
        raise wrong(
            "a minimum or maximum is one person's value",
            "Ask for percentiles further inside, such as at=(5, 50, 95).",
        )


def _made(
    kind: str,
    frame: Any,
    dimensions: tuple[Dimension, ...],
    path: str,
    options: Options,
    *,
    value: str | None = None,
    measures: tuple[str, ...] = ("n",),
    per: int | None = None,
) -> pd.DataFrame:
    """The table counted, and written with its claim."""
    frame = frames.as_pandas(frame)
    frames.one_row_per_patient(frame)
    what = "Patients" if value is None else value
    names = ", ".join(d.name for d in dimensions)
    draft = Claim(
        kind=kind,
        title=options.get("title") or f"{what} by {names}",
        dataset="",
        dataset_sha256="",
        population=conditions(options),
        dimensions=dimensions,
        margins=options.get("margins", True),
        value=value,
        measures=measures,
        cells={},
        figure=options.get("figure"),
        per=per,
    )
    return written(counting.fill(draft, frame), path, options)


def written(claim: Claim, path: str, options: Options) -> pd.DataFrame:
    """The claim and its table in the place that the options say."""
    folder = Path(options.get("folder", "."))
    return writing.write(claim, path, options.get("dataset", DATASET), folder)


def conditions(options: Options) -> tuple[Condition, ...]:
    """Whom the options are about."""
    return tuple(condition(*parts) for parts in options.get("where", ()))


def condition(column: str, operator: str, value: Any = None) -> Condition:
    """A condition as an author writes it."""
    several = isinstance(value, list | tuple | set | frozenset)
    return Condition(
        column, operator, tuple(map(_scalar, value)) if several else _scalar(value)
    )


def _scalar(value: Any) -> Any:
    """A condition's value as JSON has it; what isn't a scalar is refused by Condition."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
