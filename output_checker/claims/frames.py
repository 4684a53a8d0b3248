"""A frame's people put into groups, by pandas, in the words that the checker uses too.

pandas is imported when called, so that importing claims costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from output_checker.claims.model import (
    MISSING,
    NO,
    YES,
    AsIs,
    Bands,
    Condition,
    Dimension,
    IsPresent,
    Year,
    in_order,
)
from output_checker.errors import ClaimError

if TYPE_CHECKING:
    import pandas as pd

PATIENT = "patient_id"


def as_pandas(frame: Any) -> pd.DataFrame:
    """A pandas frame of a pandas or pyarrow table."""
    import pandas as pd

    found = frame.to_pandas() if hasattr(frame, "to_pandas") else frame
    if not isinstance(found, pd.DataFrame):
        raise _wrong("the frame isn't a table", "Give a pandas DataFrame or pyarrow Table.")
    if not found.columns.is_unique:
        raise _wrong("the frame has two columns of one name", "Name each column once.")
    return found if found.index.is_unique else found.reset_index(drop=True)


def one_row_per_patient(frame: pd.DataFrame) -> None:
    """ClaimError unless each row of the frame is another patient."""
    if PATIENT not in frame.columns:
        raise _wrong(
            f"the frame has no column {PATIENT}", "Keep it: it is what is counted."
        )
    if bool(frame[PATIENT].isna().any()) or bool(frame[PATIENT].duplicated().any()):
        raise _wrong(
            "the frame has several rows for a patient, or one without a patient",
            "Give the cohort as it was extracted, one row per patient.",
        )


def column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A column by name, but never the patients' own numbers."""
    if name == PATIENT or name not in frame.columns:
        raise _wrong(
            f"there is no column {name!r} to make a table of",
            f"Columns: {', '.join(str(c) for c in frame.columns if c != PATIENT)}.",
        )
    return frame[name]


def people(frame: pd.DataFrame, population: Sequence[Condition]) -> pd.DataFrame:
    """The rows that meet every condition."""
    for condition in population:
        frame = frame[_meets(column(frame, condition.column), condition)]
    return frame


def labels(frame: pd.DataFrame, dimension: Dimension) -> pd.Series[Any]:
    """Each person's level in a dimension; None where a missing value has no level."""
    values = column(frame, dimension.column)
    found = values.isna() if isinstance(dimension.derivation, IsPresent) else values
    words = _words(found, dimension)
    instead = MISSING if dimension.missing_is_a_level else None
    return words.where(words.notna(), instead)


def levels(words: pd.Series[Any], dimension: Dimension) -> tuple[str, ...]:
    """The levels that somebody has, in their natural order, missing last.

    Both of a yes/no, and every band: that nobody is in one is a number like others.
    """
    found = set(words.dropna().unique())
    if found & {YES, NO} and found <= {YES, NO, MISSING}:
        found |= {YES, NO}
    if isinstance(dimension.derivation, Bands):
        found |= set(dimension.derivation.labels())
    return in_order(found, dimension)


def only_yes_or_no(words: pd.Series[Any], dimension: Dimension) -> None:
    """ClaimError unless nobody has another level than yes and no."""
    if not set(words.dropna().unique()) <= {YES, NO}:
        raise _wrong(
            f"{dimension.column} isn't a yes/no column",
            "Make one in the dataset's definition, or use is_present(column).",
        )


def _words(values: pd.Series[Any], dimension: Dimension) -> pd.Series[Any]:
    import pandas as pd

    match dimension.derivation:
        case Bands() as bands:
            return _banded(values, bands)
        case Year():
            dates = _dates(values, dimension.column)
            return dates.map(lambda day: str(day.year), na_action="ignore").astype(object)
        case IsPresent():
            return values.map({False: YES, True: NO}).astype(object)
        case AsIs():
            codes, uniques = pd.factorize(values)
            names = [*(_word(value, dimension.column) for value in uniques), None]
            return pd.Series([names[code] for code in codes], values.index, dtype=object)


def _banded(values: pd.Series[Any], bands: Bands) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    measured = numbers(values)
    names = bands.labels()
    places = np.searchsorted(np.array(bands.edges), measured, side="right")
    found = [
        None if missing else names[place]
        for place, missing in zip(places, measured.isna(), strict=True)
    ]
    return pd.Series(found, values.index, dtype=object)


def _word(value: Any, name: str) -> str:
    """One value's label. numpy's kinds of number are told by their Python counterparts."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bool):
        return YES if plain else NO
    if isinstance(plain, str):
        return plain
    if isinstance(plain, int) or (isinstance(plain, float) and plain.is_integer()):
        return str(int(plain))
    raise _wrong(
        f"{name} has too many different values to count people by each",
        "Use bands(column, edges) for a measurement and year(column) for a date.",
    )


def numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    """A column's values as numbers; ClaimError if they aren't."""
    import pandas as pd

    with suppress(TypeError, ValueError):
        numbers: pd.Series[Any] = pd.to_numeric(values).astype(float)
        return numbers
    raise _wrong(
        f"{values.name} isn't a number", "Only numbers have bands, means and deviations."
    )


def person_time(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """The times of a column: numbers of zero or more."""
    times = numbers(column(frame, name))
    if bool((times < 0).any()):
        raise _wrong(f"{name} has times below zero", "Count from each person's start.")
    return times


def measured(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """The numbers of a column. Yes/no columns are refused: their mean is a count."""
    values = column(frame, name)
    found = numbers(values)
    if found.nunique() <= 2:  # two values and their mean give both counts
        raise _wrong(
            f"{name} has two values or fewer, so its mean is a count in disguise",
            "Use crosstab() to count people by it.",
        )
    return found


def _dates(values: pd.Series[Any], name: str) -> pd.Series[Any]:
    import pandas as pd

    if not all(isinstance(value, date) for value in values.dropna().head(1)):
        raise _wrong(f"{name} isn't a date", "Only dates have a year.")
    return pd.to_datetime(values)


def _meets(values: pd.Series[Any], condition: Condition) -> pd.Series[bool]:
    present = values.notna()
    if condition.operator == "is present":
        return present
    if condition.operator == "is missing":
        return ~present
    kept = present.copy()
    kept[present] = _compare(values[present], condition).to_numpy(dtype=bool)
    return kept


def _compare(values: pd.Series[Any], condition: Condition) -> pd.Series[bool]:
    wanted = condition.value
    values, several = _as_dates(values, wanted if isinstance(wanted, tuple) else (wanted,))
    match condition.operator:
        case "in":
            return values.isin(list(several))
        case "not in":
            return ~values.isin(list(several))
    one = several[0]
    try:
        return {
            "==": values.eq, "!=": values.ne, "<": values.lt,
            "<=": values.le, ">": values.gt, ">=": values.ge,
        }[condition.operator](one)  # fmt: skip
    except TypeError:
        raise _wrong(
            f"{condition.column} can't be compared with {one!r}",
            "Compare numbers with numbers and dates with dates like 2024-12-31.",
        ) from None


def _as_dates(
    values: pd.Series[Any], wanted: Sequence[Any]
) -> tuple[pd.Series[Any], Sequence[Any]]:
    import pandas as pd

    first = values.iloc[0] if len(values) else None
    if not isinstance(first, date):
        return values, wanted
    try:
        return pd.to_datetime(values), [pd.Timestamp(str(one)) for one in wanted]
    except ValueError:
        raise _wrong(
            f"{values.name} is a date, and isn't compared with one",
            "Write dates like 2024-12-31.",
        ) from None


def _wrong(problem: str, remedy: str) -> ClaimError:
    return ClaimError(problem, where="claim", remedy=remedy)
