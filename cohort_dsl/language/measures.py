"""Measures: shares of patients, for each of several intervals and each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import hints
from cohort_dsl.language.dataset import must_be_unlike
from cohort_dsl.language.dummy import WithDummyData
from cohort_dsl.language.hints import mistake
from cohort_dsl.language.intervals import intervals_of
from cohort_dsl.language.literals import kind_name
from cohort_dsl.language.per_patient import must_be_one_per_patient
from cohort_dsl.model import measures as model
from cohort_dsl.model import nobody
from cohort_dsl.model.intervals import mentions_interval
from cohort_dsl.model.nodes import Series
from cohort_dsl.model.query import NAME, Interval
from cohort_dsl.model.types import BOOL, INT, ModelError

WORDS = ("numerator", "denominator", "group_by", "intervals")


@dataclass(frozen=True)
class Said:
    """What was said of a measure, or of all of them, and where. None: not said."""

    place: str
    numerator: Series | None = None
    denominator: Series | None = None
    group_by: Mapping[str, Series] | None = None
    intervals: tuple[Interval, ...] | None = None


class Measures(WithDummyData):
    """Measures in the making; ``define_measure`` adds one."""

    def __init__(self) -> None:
        mine = vars(self)
        mine["place_"] = hints.place()
        mine["said_"] = {}
        mine["defaults_"] = None
        mine["disclosure_control_"] = True
        mine["dummy_data_"] = None

    def __repr__(self) -> str:
        return f"<{len(self.said_)} measures>"

    def define_measure(
        self,
        name: str,
        numerator: Any = None,
        denominator: Any = None,
        group_by: Any = None,
        intervals: Any = None,
    ) -> None:
        """Count, in each interval and group, patients of a share and of its whole.

        ``denominator``: a yes/no or a whole number for each patient; those for whom it is
        true, or above 0, are counted, and added up as 1 or as their number. ``numerator``:
        the same of what is added up among them; missing is 0. ``group_by``: names and one
        value a patient; patients are counted for each combination that there is, a missing
        value being one of its own. ``intervals``: pairs of dates, both included. Patients
        are those in the tables that the denominator mentions.
        """
        self._must_be_free(name)
        vars(self)["said_"][name] = _said(numerator, denominator, group_by, intervals)

    def define_defaults(
        self,
        *,
        numerator: Any = None,
        denominator: Any = None,
        group_by: Any = None,
        intervals: Any = None,
    ) -> None:
        """What holds for every measure that doesn't say it itself. Once."""
        if self.defaults_ is not None:
            raise mistake(
                f"the defaults are defined twice; the first time at {self.defaults_.place}",
                "Say all of them at once.",
            )
        vars(self)["defaults_"] = _said(numerator, denominator, group_by, intervals)

    def configure_disclosure_control(self, *, enabled: Any = True) -> None:
        """``enabled=False``: numbers as they are, which only stay where people's rows do.

        Otherwise small numbers are hidden and others rounded, as the site's policy says.
        """
        if type(enabled) is not bool:
            raise mistake(f"enabled is {enabled!r}", "Write enabled=True or enabled=False.")
        vars(self)["disclosure_control_"] = enabled

    def _must_be_free(self, name: Any) -> None:
        if not isinstance(name, str) or not NAME.match(name):
            raise hints.no_name(name, "a measure")
        defined: Mapping[str, Said] = self.said_
        alike = {known.lower(): (known, said.place) for known, said in defined.items()}
        must_be_unlike(name, alike, "measure")

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise mistake(
            f"measures have no columns that could be set, such as {name}",
            f'Write measures.define_measure("{name}", numerator=..., denominator=...).',
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        options = [n for n in dir(Measures) if not n.startswith("_")]
        raise hints.no_such_name(name, "measures", options, "word")


def create_measures() -> Measures:
    """No measures yet: define them one by one."""
    return Measures()


# What is said -----------------------------------------------------------------------


def _said(numerator: Any, denominator: Any, group_by: Any, intervals: Any) -> Said:
    return Said(
        hints.place(),
        _if_said(numerator, lambda said: _count("numerator", said)),
        _if_said(denominator, lambda said: _count("denominator", said)),
        _if_said(group_by, _groups),
        _if_said(intervals, intervals_of),
    )


def _if_said(said: Any, read: Callable[[Any], Any]) -> Any:
    return None if said is None else read(said)


def _count(what: str, said: Any) -> Series:
    must_be_one_per_patient(what, said)
    node: Series = said.node_
    if node.type not in (BOOL, INT):
        raise mistake(
            f"{what} is a series of {kind_name(node.type)}; it has to be yes/no or whole "
            "numbers",
            "Write a comparison, or a count.",
        )
    return node


def _groups(said: Any) -> dict[str, Series]:
    if not isinstance(said, Mapping):
        raise mistake(
            f"group_by is {hints.called(said)}; it has to say each column's name",
            'Write group_by={"sex": patients.sex}.',
        )
    alike: dict[str, tuple[str, str]] = {}
    for name, series in said.items():
        _must_name_a_group(name)
        must_be_unlike(name, alike, "group_by column")
        alike[name.lower()] = name, hints.place()
        must_be_one_per_patient(f"group_by's {name}", series)
    return {name: series.node_ for name, series in said.items()}


def _must_name_a_group(name: Any) -> None:
    if not isinstance(name, str) or not NAME.match(name):
        raise hints.no_name(name, "a group_by column")
    if name.lower() in model.ROW:
        raise mistake(
            f"{name} is a column that all measures have", f"Try {name}_ or another name."
        )


# All together -----------------------------------------------------------------------


def measures_of(measures: Measures) -> model.Measures:
    """What the finished measures ask; DefinitionError for what doesn't go together."""
    if not measures.said_:
        raise DefinitionError(
            "there is no measure",
            where=measures.place_,
            remedy='Write measures.define_measure("name", numerator=..., ...).',
        )
    found = tuple(_measure(name, said, measures) for name, said in measures.said_.items())
    _must_group_alike(found, measures)
    try:
        return model.Measures(
            found, measures.disclosure_control_, dummy_data=measures.dummy_data_
        )
    except ModelError as error:
        raise DefinitionError(
            str(error), where=measures.place_, remedy=_remedy(found)
        ) from None


def _remedy(found: tuple[model.Measure, ...]) -> str:
    if sum(len(one.intervals) for one in found) > model.MOST_ROUNDS:
        return "Ask for longer or fewer intervals, or split the definition."
    return "Import each table from one place, and declare none under its name."


def _measure(name: str, own: Said, measures: Measures) -> model.Measure:
    said = _completed(own, measures.defaults_)
    numerator = _needed(name, "numerator", said)
    denominator = _needed(name, "denominator", said)
    intervals = _needed(name, "intervals", said)
    _must_know_somebody(name, denominator, intervals, own.place)
    return model.Measure(name, numerator, denominator, said.group_by or {}, intervals)


def _completed(own: Said, defaults: Said | None) -> Said:
    """With the defaults for what wasn't said."""
    if defaults is None:
        return own
    others: Any = {w: getattr(defaults, w) for w in WORDS if getattr(own, w) is None}
    return replace(own, **others)


def _needed(name: str, word: str, said: Said) -> Any:
    found = getattr(said, word)
    if found is None:
        raise DefinitionError(
            f"measure {name} has no {word}",
            where=said.place,
            remedy=f"Write {word}=... here, or once for all in measures.define_defaults.",
        )
    return found


def _must_know_somebody(
    name: str, denominator: Series, intervals: tuple[Interval, ...], place: str
) -> None:
    looked = intervals if mentions_interval(denominator) else intervals[:1]
    if any((nobody.answer(denominator, one) or 0) > 0 for one in looked):  # type: ignore[operator]  # a count
        raise DefinitionError(
            f"the denominator of {name} counts every patient about whom nothing is known",
            where=place,
            remedy="Ask for something to be there, for example "
            "& patients.date_of_birth.is_not_null() or & events.exists_for_patient().",
        )


def _must_group_alike(found: tuple[model.Measure, ...], measures: Measures) -> None:
    """One column of the answer has one type, whichever measure fills it."""
    first: dict[str, tuple[str, Series]] = {}
    for measure, name, series in _grouped(found):
        known, before = first.setdefault(name.lower(), (name, series))
        if known != name:
            raise DefinitionError(
                f"group_by columns {name} and {known} differ only in capitals",
                where=measures.said_[measure].place,
                remedy="Call both the same, or give one another name.",
            )
        if series.type != before.type:
            raise DefinitionError(
                f"{name} is a series of {kind_name(series.type)} here, and of "
                f"{kind_name(before.type)} in another measure",
                where=measures.said_[measure].place,
                remedy="Give one of the two another name: they share a column.",
            )


def _grouped(found: tuple[model.Measure, ...]) -> Iterator[tuple[str, str, Series]]:
    for measure in found:
        for name, series in measure.group_by.items():
            yield measure.name, name, series
