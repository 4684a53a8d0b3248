"""The chapters of the list, in the order of the page."""

from tests.mistakes.chapters import (
    choices,
    codes,
    dataset,
    dates,
    frames,
    logic,
    measures,
    names,
    python,
    rows,
    tables,
    values,
)

CHAPTERS = tuple(
    one.CHAPTER
    for one in (
        *(names, logic, rows, frames, values, dates, codes, choices),
        *(dataset, measures, tables, python),
    )
)
