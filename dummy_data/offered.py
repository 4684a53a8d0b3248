"""What a site really has of the tables on offer, so that dummy records are like its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cohort_dsl.mappings.demanding import State
from cohort_dsl.mappings.description import DAYS, DescribedTable, Description
from dummy_data.wish import Wish


@dataclass(frozen=True)
class Offered:
    """``wishes``: what a column's values are among, by table and column; ``empty``: columns
    without values; ``no_rows``: tables without rows."""

    wishes: Mapping[tuple[str, str], Wish] = field(default_factory=dict)
    empty: frozenset[tuple[str, str]] = frozenset()
    no_rows: frozenset[str] = frozenset()

    def wish(self, table: str, column: str) -> Wish:
        return self.wishes.get((table, column), Wish())

    def is_empty(self, table: str, column: str) -> bool:
        return (table, column) in self.empty


EVERYTHING = Offered()
"""Where nobody says which site it is."""


def by(description: Description) -> Offered:
    """As the site describes it."""
    served = [t for t in description.tables if t.served.state is State.SERVED]
    return Offered(
        wishes={key: wish for table in served for key, wish in _wishes(table).items()},
        empty=frozenset(
            (table.name, column.name)
            for table in served
            for column in table.columns
            if column.served.state is not State.SERVED
        ),
        no_rows=frozenset(t.name for t in description.tables if t not in served),
    )


def _wishes(table: DescribedTable) -> dict[tuple[str, str], Wish]:
    found: dict[tuple[str, str], Wish] = {}
    for column in table.columns:
        if column.categories:
            found[table.name, column.name] = Wish(among=frozenset(column.categories))
        beside = f"{column.name.removesuffix('code')}vocabulary"
        if column.vocabularies and table.column(beside) is not None:
            named = frozenset(column.vocabularies) - {"none", "others"}
            found[table.name, beside] = Wish(among=named or None)
    day = next((name for name in DAYS if table.column(name) is not None), None)
    if table.years and day is not None:
        first, last = min(table.years), max(table.years)
        found[table.name, day] = Wish(date(first, 1, 1), date(last, 12, 31))
    return found
