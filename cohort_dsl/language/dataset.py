"""The dataset: who is in the cohort, and what is asked about each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import event_tables, hints
from cohort_dsl.language.dummy import WithDummyData
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.intervals import intervals_of
from cohort_dsl.language.per_patient import must_be_condition, must_be_one_per_patient
from cohort_dsl.language.series import words
from cohort_dsl.model import nobody
from cohort_dsl.model.intervals import mentions_interval
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import NAME, Query
from cohort_dsl.model.types import ModelError

EVERYBODY = (
    "this population holds every patient about whom nothing is known",
    "Ask for something to be there, for example & patients.date_of_birth.is_not_null() "
    "or & events.exists_for_patient().",
)

RESERVED = frozenset({"patient_id", "population", "variables"})


class Dataset(WithDummyData):
    """A cohort in the making. Each attribute that is set becomes a column."""

    def __init__(self) -> None:
        mine = vars(self)
        mine["place_"] = hints.place()
        mine["columns_"] = {}
        mine["event_tables_"] = {}
        mine["places_"] = {}
        mine["alike_"] = {}
        mine["population_"] = None
        mine["dummy_data_"] = None
        mine["periods_"] = ()

    def __repr__(self) -> str:
        return f"<dataset of {len(self.columns_)} columns>"

    def define_population(self, condition: Any) -> None:
        """Who is in the cohort: the patients for whom the condition is true. Once."""
        if self.population_ is not None:
            raise mistake(
                "the population is defined twice; the first time at "
                f"{self.places_['population']}",
                "Join both conditions with &, or drop one.",
            )
        must_be_condition(condition)
        if nobody.answer(condition.node_) is True:
            raise mistake(*EVERYBODY)
        vars(self)["population_"] = condition
        self.places_["population"] = hints.place()

    def add_column(self, name: str, series: Any) -> None:
        """The same as ``dataset.name = series``, for names that are made by a program."""
        self._must_be_free(name)
        must_be_one_per_patient(name, series)
        self.columns_[name] = series
        self.places_[name] = hints.place()
        self.alike_[name.lower()] = name, self.places_[name]

    def _must_be_free(self, name: Any) -> None:
        if not isinstance(name, str) or not NAME.match(name):
            raise hints.no_name(name, "a column")
        if name == "population":
            raise mistake(
                "the population is no column", "Write dataset.define_population(...)."
            )
        if callable(getattr(Dataset, name, None)):
            raise mistake(
                f"{name} is a word of every dataset's, and no column",
                f"Write dataset.{name}(...), or give the column another name.",
            )
        if name in RESERVED or name.lower() == "patient_id" or hasattr(Dataset, name):
            raise mistake(f"{name} is reserved", f"Try {name}_ or another name.")
        must_be_unlike(name, self.alike_, "column")

    def define_periods(self, intervals: Any) -> None:
        """Ask for the dataset once in each of several periods. Once.

        The population and the columns may use INTERVAL; each period gets a cohort file of
        its own. The periods are pairs of dates, both included.
        """
        if self.periods_:
            raise mistake(
                "the periods are defined twice; the first time at "
                f"{self.places_['define_periods']}",
                "Put all of them in one list.",
            )
        vars(self)["periods_"] = intervals_of(intervals)
        self.places_["define_periods"] = hints.place()

    def add_event_table(self, name: str, **event_series: Any) -> None:
        """A table of rows beside the cohort: one for each row of the series' frame.

        ``dataset.add_event_table("admissions", date=admissions.date, area=there.area)``:
        for every patient of the population each row of the frame that the series have in
        common, doubles too, with ``patient_id`` first; sorted by all columns, in their
        order, NULL first. A patient's one value stands beside each of the patient's rows.
        """
        event_tables.must_be_free(name, self.event_tables_)
        event_tables.must_be_columns(name, event_series)
        self.event_tables_[name] = event_series
        for column in event_series:
            self.places_[f"{name}.{column}"] = hints.place()

    def __setattr__(self, name: str, value: Any) -> None:
        self.add_column(name, value)

    def __delattr__(self, name: str) -> NoReturn:
        raise mistake(f"column {name} can't be taken away again", "Don't set it.")

    def __setitem__(self, name: object, series: object) -> NoReturn:
        raise mistake(
            "a dataset's columns aren't set with [ ]",
            "Write dataset.name = ..., or dataset.add_column(name, series).",
        )

    def __getitem__(self, name: object) -> NoReturn:
        raise mistake(
            "a dataset's columns aren't read with [ ]",
            "Write dataset.name, or getattr(dataset, name) for a name made by a program.",
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self.columns_:
            return self.columns_[name]
        if name == "population":
            raise hints.NoSuchName(
                "the population can't be asked for: it is no column",
                where=hints.place(),
                remedy="Keep its condition in a variable, adults = ..., then write "
                "dataset.define_population(adults), and adults elsewhere too.",
            )
        near = hints.nearest(name, self.columns_) or hints.nearest(name, words(self))
        remedy = f"Did you mean {near}?" if near else f"Set it first: dataset.{name} = ..."
        raise hints.NoSuchName(
            f"the dataset has no column {name}", where=hints.place(), remedy=remedy
        )

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.columns_]


def create_dataset() -> Dataset:
    """An empty dataset: define its population and set its columns."""
    return Dataset()


def must_be_unlike(name: str, alike: Mapping[str, tuple[str, str]], what: str) -> None:
    """A mistake where a name is taken.

    ``alike``: by small letters, the names that are, each with where it was set.
    """
    if name.lower() not in alike:
        return
    other, where = alike[name.lower()]
    if other == name:
        raise mistake(
            f"{what} {name} is set twice; the first time at {where}",
            "Give one of the two another name.",
        )
    raise mistake(
        f"{what}s {name} and {other} (set at {where}) differ only in capitals",
        "Give one of the two another name: not every program tells them apart.",
    )


def query_of(dataset: Dataset) -> Query:
    """What the finished dataset asks; DefinitionError without a population."""
    if dataset.population_ is None:
        raise DefinitionError(
            "the dataset has no population",
            where=dataset.place_,
            remedy="Say who is in it: dataset.define_population(...).",
        )
    variables = _nodes(dataset.columns_)
    tables = {name: _nodes(columns) for name, columns in dataset.event_tables_.items()}
    if dataset.periods_:
        _must_know_somebody_in_each(dataset)
    else:
        _must_have_no_interval(dataset)
    try:
        return Query(
            dataset.population_.node_,
            variables,
            tables,
            periods=dataset.periods_,
            dummy_data=dataset.dummy_data_,
        )
    except ModelError as error:
        raise DefinitionError(
            str(error),
            where=dataset.place_,
            remedy="Import each table from one place, and declare none under its name.",
        ) from None


def _nodes(named: Mapping[str, Any]) -> dict[str, Series]:
    return {name: series.node_ for name, series in named.items()}


def _must_have_no_interval(dataset: Dataset) -> None:
    named = {"population": dataset.population_} | dataset.columns_
    for table, columns in dataset.event_tables_.items():
        named |= {f"{table}.{name}": series for name, series in columns.items()}
    wishes = dataset.dummy_data_
    if wishes is not None and any(map(mentions_interval, wishes.roots())):
        raise _no_interval("additional_population_constraint", dataset.place_)
    if not mentions_interval(*(series.node_ for series in named.values())):
        return
    for name, series in named.items():
        if mentions_interval(series.node_):
            raise _no_interval(name, dataset.places_[name])


def _no_interval(name: str, place: str) -> DefinitionError:
    return DefinitionError(
        f"{name} depends on INTERVAL, but the dataset has no periods",
        where=place,
        remedy="Write dates instead, or say dataset.define_periods(...); otherwise "
        "INTERVAL is for measures.",
    )


def _must_know_somebody_in_each(dataset: Dataset) -> None:
    population = dataset.population_.node_
    if any(nobody.answer(population, period) is True for period in dataset.periods_):
        problem, remedy = EVERYBODY
        raise DefinitionError(problem, where=dataset.places_["population"], remedy=remedy)
