"""All the rules asked over one connection, and then the mapping checked on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from cohort_dsl.conformance import engines
from cohort_dsl.conformance.asking import Clock, Outcome, Told, ask
from cohort_dsl.conformance.suite import Suite
from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.mappings.report import Report
from cohort_dsl.sql import Catalog
from cohort_dsl.warehouses.settings import Settings, mapped

OnCase: TypeAlias = Callable[[int, int], None]
"""Told after each question: how many are done, and of how many."""


@dataclass
class Examined:
    """What was found so far.

    ``says``: what the engine tells of itself. ``mapping``: its check; None where it was
    left out or couldn't be had, for ``unmapped``. ``ended``: why not all was asked.
    """

    suite: Suite
    engine: str
    says: Mapping[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    mapping: Report | None = None
    unmapped: str = ""
    ended: str = ""

    def outcomes(self) -> dict[str, Outcome]:
        """Of each rule the worst that came of its questions, in the order of reading."""
        found: dict[str, Outcome] = {}
        for one in self.told:
            found[one.rule] = max(
                found.get(one.rule, Outcome.PASSED), one.outcome, key=_BAD
            )
        return found

    def counts(self) -> dict[str, int]:
        """How many rules came to what."""
        outcomes = list(self.outcomes().values())
        return {one.value: outcomes.count(one) for one in Outcome}

    @property
    def ok(self) -> bool:
        """Does it answer as the manual says, and is it as its mapping says?"""
        served = not self.unmapped and (self.mapping is None or self.mapping.ok)
        return self.answers and served

    @property
    def answers(self) -> bool:
        """Does the engine answer every rule as the manual says, or as we know of it?"""
        whole = len(self.told) == len(self.suite.cases) and not self.ended
        good = {Outcome.PASSED, Outcome.OTHERWISE}
        return whole and good >= {one.outcome for one in self.told}


_BAD = list(Outcome).index


def examine(
    site: Settings,
    suite: Suite,
    *,
    limit: float,
    clock: Clock,
    today: date,
    check_mapping: bool = True,
    on_case: OnCase = lambda done, of: None,
) -> Examined:
    """What the site's engine makes of the suite, in one statement for each question.

    ``limit``: seconds for each. A connection that is lost ends it with what was found;
    WarehouseError only where there is none to begin with.
    """
    with closing(site.engine.connect(site.given)) as connection:
        found = Examined(suite, site.engine.dialect.name)
        try:
            for done, told in enumerate(_asked(site, connection, found, limit, clock), 1):
                found.told.append(told)
                on_case(done, len(suite.cases))
            if check_mapping:
                _check(site, connection, today, found)
        except (WarehouseAway, LoginRefused) as error:
            found.ended = error.problem
    return found


def _asked(
    site: Settings, connection: Any, found: Examined, limit: float, clock: Clock
) -> Iterator[Told]:
    dialect = site.engine.dialect.in_one_statement()
    nothing = site.engine.warehouse(connection, Catalog({}), dialect)
    found.says = engines.about(nothing)
    for case in found.suite.cases:
        yield ask(
            case,
            dialect,
            lambda c: site.engine.warehouse(connection, c, dialect),
            limit,
            clock,
        )


def _check(site: Settings, connection: Any, today: date, found: Examined) -> None:
    try:
        found.mapping = mapped(site, connection, today).check(today)
    except (WarehouseAway, LoginRefused):
        raise
    except WarehouseError as error:
        found.unmapped = error.problem
