"""What a series, a frame or a dataset is, told to the author while the definition runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from cohort_dsl.language import hints
from cohort_dsl.language.dataset import Dataset
from cohort_dsl.language.frames import Frame
from cohort_dsl.language.literals import kind_name
from cohort_dsl.language.series import BaseSeries
from cohort_dsl.model.types import Column
from cohort_dsl.model.words import words

LONGEST = 300
"""Characters of a meaning in words."""


def show(*things: Any, label: str | None = None) -> None:
    """Say on stderr what these are: kinds, tables and meaning. Values stay where they are.

    A definition runs without data, so there is nothing of a patient's to show.
    """
    for thing in things:
        lines = list(_told(thing))
        head = f"{hints.place()}: {f'{label}: ' if label else ''}{lines[0]}"
        sys.stderr.write("\n".join([head, *(f"  {line}" for line in lines[1:])]) + "\n")


def _told(thing: Any) -> Iterator[str]:
    if isinstance(thing, Dataset):
        yield from _dataset(thing)
    elif isinstance(thing, BaseSeries):
        yield thing.title_()
        yield _short(words(thing.node_))
    elif isinstance(thing, Frame):
        one = thing.one_row_per_patient_
        yield f"{'at most one row' if one else 'any number of rows'} a patient"
        yield _short(words(thing.node_))
        yield from map(_column, thing.node_.schema.columns)
    else:
        yield _short(repr(thing))


def _dataset(dataset: Dataset) -> Iterator[str]:
    yield f"a dataset of {len(dataset.columns_)} columns"
    population = dataset.population_
    told = "not defined yet" if population is None else _short(words(population.node_))
    yield f"population: {told}"
    for name, series in dataset.columns_.items():
        yield f"{name}: {series.title_()}, {_short(words(series.node_))}"


def _column(column: Column) -> str:
    told = [kind_name(column.type), *column.promised(), column.description]
    return f"{column.name}: {'; '.join(part for part in told if part)}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
