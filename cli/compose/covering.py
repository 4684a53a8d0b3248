"""A warehouse's description: its numbers protected by the site's rules, as a release's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from cli.compose.checking import rounding_of
from cohort_dsl.disclosure import Rounding
from cohort_dsl.mappings.binding import BoundTable
from cohort_dsl.mappings.coverage import Coverage
from cohort_dsl.mappings.demanding import State
from cohort_dsl.mappings.description import DescribedColumn, DescribedTable, Description
from cohort_dsl.warehouses.mapped import MappedWarehouse
from job_runner.site.policy import SitePolicy
from output_checker import policy as disclosure
from output_checker.errors import ProblemError
from output_checker.policy import Policy
from output_checker.suppress import loads, protected

BANDS = ((0.95, "nearly all"), (0.5, "most"), (0.05, "some"), (-1.0, "few or none"))
"""Shares of rows with a value: in words so coarse that no number follows from them."""

ALL, OVERLAP = "all", "in several years"


def description(
    warehouse: MappedWarehouse, site: str, policy: Policy, today: date
) -> Description:
    """What the site serves, with no number that the site's rules would hide."""
    covered = warehouse.coverage(today)
    shown = _Shown(policy)
    bound = warehouse.bound
    return Description(
        site=site,
        mapping=warehouse.mapping,
        described=today,
        rule=str(rounding_of(policy)),
        opposition=any(one.said.opposed for one in bound.left_out),
        tables=tuple(
            shown.table(table, covered.get(name)) for name, table in bound.tables.items()
        ),
    )


def described(warehouse: MappedWarehouse, rules: SitePolicy, today: date) -> Description:
    """The same, by the site's policy."""
    return description(warehouse, rules.name, disclosure.load(rules.disclosure), today)


class _Shown:
    """Numbers as they may be seen. What two tables have alike is hidden alike."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.rounding = policy, rounding_of(policy)
        self.hidden: dict[str, frozenset[str] | None] = {}

    def table(self, table: BoundTable, covered: Coverage | None) -> DescribedTable:
        name, served = table.schema.name, table.served
        if served.state is not State.SERVED or covered is None:
            return DescribedTable(name, served)
        columns = tuple(self.column(table, c.name, covered) for c in table.schema.columns)
        once = table.schema.one_row_per_patient
        patients, years = self.numbers(covered.patients, covered.years, once=once)
        return DescribedTable(name, served, patients, years, columns)

    def column(self, table: BoundTable, name: str, covered: Coverage) -> DescribedColumn:
        served = table.columns[name]
        if served.state is not State.SERVED:
            return DescribedColumn(name, served)
        filled = ""  # of few patients' rows a share would say something of each
        if covered.patients >= self.policy.threshold:
            filled = next(word for least, word in BANDS if covered.filled[name] >= least)
        return DescribedColumn(
            name,
            served,
            filled,
            self.enough(covered.categories.get(name)),
            self.enough(covered.vocabularies.get(name)),
        )

    def enough(self, patients: Mapping[str, int] | None) -> tuple[str, ...] | None:
        """What as many patients have as the rules ask for; without numbers."""
        if patients is None:
            return None
        least = self.policy.threshold
        return tuple(sorted(name for name, number in patients.items() if number >= least))

    def numbers(
        self, patients: int, years: Mapping[int, int], *, once: bool
    ) -> tuple[int | None, dict[int, int | None]]:
        """Patients and patients by year: hidden where few, or where a hidden one could be
        worked out else; the others rounded. Years before the first and after the last that
        is shown aren't told at all."""
        hidden = self._hidden(patients, years, once=once)
        if hidden is None:
            return None, {}
        every = range(min(years), max(years) + 1) if years else range(0)
        told = {
            year: None if _name(year) in hidden else self._rounded(years.get(year, 0))
            for year in every
        }
        shown = [year for year, number in told.items() if number]
        if shown:
            told = {y: n or None for y, n in told.items() if shown[0] <= y <= shown[-1]}
        total = None if ALL in hidden else self._rounded(patients)
        return total or None, told if shown else {}

    def _rounded(self, number: int) -> int:
        return self.rounding.shown(number, number) or 0

    def _hidden(
        self, patients: int, years: Mapping[int, int], *, once: bool
    ) -> frozenset[str] | None:
        """Names of the cells that must not be seen; None: no number may be."""
        stated = json.dumps(_problem(patients, years, self.policy, once=once))
        if stated not in self.hidden:
            self.hidden[stated] = _found(stated, self.policy)
        return self.hidden[stated]


def _found(stated: str, policy: Policy) -> frozenset[str] | None:
    """The checker's own answer, which it has attacked itself."""
    try:
        problem = loads(stated.encode(), where="the warehouse's description")
        outcome = protected(problem, seconds=policy.solver_seconds)
    except ProblemError:
        return None
    return frozenset(outcome.hidden) if outcome.safe else None


def _problem(
    patients: int, years: Mapping[int, int], policy: Policy, *, once: bool
) -> dict[str, object]:
    """All patients are those of each year, less those of several years, whom nobody counts:
    so what is hidden can be worked out as far as that goes, and with ``once`` exactly."""
    rounding = rounding_of(policy)
    cells = [_cell(_name(year), number, rounding) for year, number in years.items()]
    whole = sum(years.values()) if once and years else patients
    sums: dict[str, int] = {ALL: -1, **{_name(year): 1 for year in years}}
    primaries = [
        _need(_name(y), n, policy) for y, n in years.items() if _is_small(n, policy)
    ]
    cells.append(_cell(ALL, whole, rounding))
    if _is_small(whole, policy):
        primaries.append(_need(ALL, whole, policy))
    if not once and years:
        several = sum(years.values()) - whole
        cells.append({"id": OVERLAP, "value": several, "low": 0})
        sums[OVERLAP] = -1
        primaries.append({"id": OVERLAP, "lower": 0, "upper": 1})
    return {
        "format": "disclosure-problem",
        "version": 1,
        "cells": cells,
        "equations": [sums] if years else [],
        "primaries": primaries,
        "zeros": "hideable",
    }


def _name(year: int) -> str:
    return str(year)


def _is_small(number: int, policy: Policy) -> bool:
    return number < policy.threshold


def _need(name: str, number: int, policy: Policy) -> dict[str, object]:
    """That nobody can say whether it is nothing or enough to be shown."""
    if not number:
        return {"id": name, "lower": 0, "upper": 1}
    reach = policy.threshold - number
    return {"id": name, "lower": 1, "upper": reach, "sliding": policy.threshold - 1}


def _cell(name: str, number: int, rounding: Rounding) -> dict[str, object]:
    """What it tells where it is shown, rounded."""
    told: dict[str, object] = {"id": name, "value": number, "low": 0}
    if not rounding.midpoint and rounding.base > 1 and number >= rounding.threshold:
        seen = rounding.shown(number, number) or 0
        least, most = seen - rounding.base // 2, seen + (rounding.base - 1) // 2
        told["shown"] = [min(least, number), max(most, number)]
    return told
