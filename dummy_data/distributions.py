"""What records usually look like: ages, sexes, seasons, gaps, ties and untidy rows.

Round figures that make dummy records plausible and varied, measured on nobody.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from faker import Faker
from rstr import Rstr

from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.promises import Promises
from cohort_dsl.model.types import Column, Kind, Scalar, TableSchema
from dummy_data.needs import Needs
from dummy_data.offered import EVERYTHING, Offered
from dummy_data.person import Person, Row
from dummy_data.promised import TRIES, in_order, kept, wish_of
from dummy_data.wish import Wish

AGE_WEIGHTS = ((0, 18, 21), (18, 40, 29), (40, 65, 32), (65, 85, 16), (85, 100, 2))
"""Age from, age to, share in %: a European population's, roughly."""

MISSING = 0.04
DEAD = 0.06
YEARS_OF_RECORDS = 12

VOCABULARIES = {
    "diagnoses": "SNOMED",
    "procedures": "SNOMED",
    "medications": "RxNorm",
    "lab_results": "LOINC",
    "clinical_events": "SNOMED",
}

TEXTS = {
    "postcode": "postcode",
    "area": "city",
    "region": "state",
    "care_site": "company",
    "organisation": "company",
    "title": "sentence",
    "text": "paragraph",
}
"""Which of Faker's words fill which text columns."""


class Usual:
    """Usual values of columns, given what the query mentions."""

    def __init__(
        self,
        needs: Needs,
        reference_date: date,
        seed: int,
        offered: Offered = EVERYTHING,
    ) -> None:
        self.needs, self.today, self.offered = needs, reference_date, offered
        self._made = 0
        self._texts: set[tuple[str, str, str]] = set()
        self._faker = Faker("en_GB")
        self._faker.seed_instance(seed)

    def row(self, schema: TableSchema, person: Person, rng: random.Random) -> Row:
        """A usual row of a table."""
        row: Row = {c.name: self.value(schema, c, person, rng) for c in schema.columns}
        if "start_date" in row and row.get("end_date") and row["start_date"]:
            row["end_date"] = max(row["start_date"], row["end_date"])
        in_order(schema, row)
        return row

    def value(
        self, schema: TableSchema, column: Column, person: Person, rng: random.Random
    ) -> Scalar | None:
        """A usual value of a column; NULL now and then where the column may be."""
        if self.offered.is_empty(schema.name, column.name):
            return None
        if (
            not column.not_null
            and column.name != "date_of_birth"
            and rng.random() < MISSING
        ):
            return None
        found = self._known(schema, column, person, rng)
        if column.promises.unique:
            found = self._new(schema, column, rng)
        return self._kept(schema, column, found, rng)

    def wish(self, schema: TableSchema, column: Column) -> Wish:
        """The values that the column may hold, and does at the site."""
        return wish_of(column).both(self.offered.wish(schema.name, column.name))

    def _kept(
        self, schema: TableSchema, column: Column, value: Scalar | None, rng: random.Random
    ) -> Scalar | None:
        """The value, or another that keeps the column's promises."""
        offered = self.offered.wish(schema.name, column.name)
        if value is None or (column.promises == Promises() and offered.allows(value)):
            return value
        wish = self.wish(schema, column)
        near = wish.choose(column.type.kind, rng, lambda: value)
        return kept(column, near, wish, rng)

    def _new(self, schema: TableSchema, column: Column, rng: random.Random) -> Scalar:
        """A value that no row has had so far."""
        self._made += 1
        if column.promises.pattern is not None:
            return self._new_text(schema, column, column.promises.pattern, rng)
        numbered: dict[Kind, Scalar] = {
            Kind.INT: self._made,
            Kind.FLOAT: float(self._made),
            Kind.DATE: self.today - timedelta(days=self._made),
        }
        return numbered.get(column.type.kind, f"{column.name}-{self._made}")

    def _new_text(
        self, schema: TableSchema, column: Column, pattern: str, rng: random.Random
    ) -> str:
        texts = Rstr(rng)
        for _ in range(TRIES):
            found = str(texts.xeger(pattern))
            if (schema.name, column.name, found) not in self._texts:
                self._texts.add((schema.name, column.name, found))
                return found
        raise DefinitionError(
            f"{schema.name}.{column.name} has too few different values",
            where="dummy data",
            remedy="Let the constraint's pattern allow more, or ask for fewer patients.",
        )

    def _known(
        self, schema: TableSchema, column: Column, person: Person, rng: random.Random
    ) -> Scalar | None:
        mentioned = self.needs.mentioned.get((schema.name, column.name), ())
        if column.type.kind is Kind.DATE:
            return self._date(column.name, person, rng)
        if column.type.kind is Kind.BOOL:
            return rng.random() < 0.5
        if column.type.is_number:
            return self._number(column.type.kind, mentioned, rng)
        if column.categories:
            return _category(column, rng)
        if mentioned and rng.random() < 0.7:
            return rng.choice(mentioned)
        return self._text(schema, column, rng)

    def _text(self, schema: TableSchema, column: Column, rng: random.Random) -> str | None:
        if "vocabulary" in column.name:
            return VOCABULARIES.get(schema.name)
        if column.name in TEXTS:
            return str(getattr(self._faker, TEXTS[column.name])())
        return f"{column.name}-{rng.randint(1, 40)}"

    def _number(
        self, kind: Kind, mentioned: tuple[Any, ...], rng: random.Random
    ) -> float | int:
        centre = float(rng.choice(mentioned)) if mentioned else 50.0
        found = rng.gauss(centre, max(abs(centre) * 0.3, 1.0))
        return round(found) if kind is Kind.INT else round(found, 1)

    def _date(self, name: str, person: Person, rng: random.Random) -> date | None:
        if name == "date_of_birth":
            return birth(self.today, rng)
        if name in ("date_of_death", "death_date"):
            return self._event(person, rng) if rng.random() < DEAD else None
        return self._event(person, rng)

    def _event(self, person: Person, rng: random.Random) -> date:
        """A day on which something was recorded: since birth, more in winter."""
        earliest = self.today - timedelta(days=round(YEARS_OF_RECORDS * 365.25))
        born = next((d for d in map(_birth_of, person.rows.values()) if d), earliest)
        first = min(max(born, earliest), self.today)
        day = first + timedelta(days=rng.randint(0, (self.today - first).days))
        if day.month in (6, 7, 8) and rng.random() < 0.25:
            winter = day - timedelta(days=180)
            return winter if winter >= first else day
        return day


def _birth_of(rows: list[Row]) -> date | None:
    return rows[0].get("date_of_birth") if rows else None


def birth(today: date, rng: random.Random) -> date:
    """A first of a month: that is all that many warehouses tell."""
    shares = [share for _, _, share in AGE_WEIGHTS]
    low, high, _ = rng.choices(AGE_WEIGHTS, weights=shares)[0]
    born = today - timedelta(days=round(rng.uniform(low, high) * 365.25))
    return born.replace(day=1)


def _category(column: Column, rng: random.Random) -> str:
    """The first two categories are the usual ones."""
    weights = [48, 48, *([4] * len(column.categories))][: len(column.categories)]
    return rng.choices(column.categories, weights=weights)[0]


def how_many(rng: random.Random) -> int:
    """How many rows of an event table a patient has: mostly few, sometimes many."""
    return min(int(rng.expovariate(1 / 3)), 30)
