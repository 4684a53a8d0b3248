"""Dummy patients for a query: as many as asked for in its population, and some outside."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from cohort_dsl.errors import DefinitionError
from cohort_dsl.model.query import Query
from cohort_dsl.model.question import Question
from cohort_dsl.model.types import Kind, TableSchema
from cohort_dsl.model.words import words
from dummy_data import needs as needs_of
from dummy_data import parts
from dummy_data.distributions import Usual, how_many
from dummy_data.needs import Needs
from dummy_data.offered import EVERYTHING, Offered
from dummy_data.person import ID, Person
from dummy_data.plain import Plain
from dummy_data.satisfy import Maker

ATTEMPTS = 25
"""Fresh starts for one patient before the population counts as impossible."""

OUTSIDERS = 0.2
"""Patients outside the population, as a share of those inside."""

DUPLICATED = 0.03
"""The share of event rows that stand twice, as they do in real records."""


@dataclass(frozen=True)
class _Wanted:
    query: Query
    needs: Needs
    usual: Usual
    rng: random.Random

    def of(self, part: Query) -> _Wanted:
        """The same for one part of the question, among all its tables."""
        needs = replace(self.needs, frames=needs_of.of(part).frames)
        return replace(self, query=part, needs=needs)

    def is_member(self, person: Person) -> bool:
        return person.value(self.query.population) is True


def generate(
    question: Question,
    *,
    size: int,
    seed: int,
    reference_date: date,
    offered: Offered = EVERYTHING,
) -> Mapping[str, pa.Table]:
    """Tables of dummy records, one for each contract table that the question mentions.

    Exactly ``size`` patients are in its population, or are counted by one of its measures
    or periods, each in turn; about a fifth as many more aren't. ``offered``: what the site
    has of the tables, whose values they then are. The same arguments give the
    same tables on every machine. DefinitionError, naming the condition, where the
    population can't be satisfied.
    """
    asked = parts.parts(question)
    query = parts.whole(asked)
    needs = needs_of.of(query)
    rng = random.Random(seed)
    wanted = _Wanted(query, needs, Usual(needs, reference_date, seed, offered), rng)
    each = [wanted.of(one) for one in asked]
    taken: set[int | str] = set()
    people = [
        *_members(each, size, taken),
        *_outsiders(wanted, round(size * OUTSIDERS), taken),
    ]
    numbers: list[int | str] = list(range(1, len(people) + 1))
    rng.shuffle(numbers)
    if needs.ids:
        numbers = [person.id for person in people]
    return {
        name: _table(schema, zip(numbers, people, strict=True), id_type(query))
        for name, schema in needs.tables.items()
    }


def _members(wanted: list[_Wanted], size: int, taken: set[int | str]) -> Iterator[Person]:
    """Some for each that is wanted, but for those for whom nobody can be made.

    DefinitionError where there can't be anybody at all.
    """
    possible, made = list(wanted), 0
    while made < size:
        one = possible[made % len(possible)]
        try:
            person = _member(one, taken)
        except DefinitionError:
            possible.remove(one)
            if not possible:
                raise
            continue
        taken.add(person.id)
        made += 1
        yield person


def _member(wanted: _Wanted, taken: Collection[int | str]) -> Person:
    maker = Maker(wanted.usual, wanted.rng)
    failed: Counter[Plain] = Counter()
    for _ in range(ATTEMPTS):
        person = _anybody(wanted, taken)
        failing = maker.satisfy(person, wanted.query.population)
        if not failing and wanted.is_member(person):
            return _enriched(person, maker, wanted)
        failed.update(failing)
    raise _impossible(failed)


def _impossible(failed: Counter[Plain]) -> DefinitionError:
    plain = min(failed, key=lambda p: (-failed[p], words(p.condition)), default=None)
    told = "its conditions hold together"
    if plain is not None:
        told = words(plain.condition) if plain.want else f"not {words(plain.condition)}"
    return DefinitionError(
        f"no dummy patient could be made for whom {told}",
        where="the population",
        remedy="Do its conditions contradict each other? "
        "If not, write dummy tables yourself and name their folder.",
    )


def _anybody(wanted: _Wanted, taken: Collection[int | str]) -> Person:
    """A usual patient: one row in most patient tables, a few in each event table."""
    person = Person(wanted.needs.tables, _id(wanted, taken))
    tables = sorted(wanted.needs.tables.values(), key=lambda s: not s.one_row_per_patient)
    for schema in tables:
        rows = 1 if schema.one_row_per_patient else how_many(wanted.rng)
        if schema.name in wanted.usual.offered.no_rows:
            continue
        if schema.name == "deaths" and wanted.rng.random() > 0.06:
            rows = 0
        for _ in range(rows):
            row = person.add(schema.name, wanted.usual.row(schema, person, wanted.rng))
            twice = not any(column.promises.unique for column in schema.columns)
            if schema.one_row_per_patient or not twice:
                continue
            if wanted.rng.random() < DUPLICATED:
                person.add(schema.name, row)
    return person


def _id(wanted: _Wanted, taken: Collection[int | str]) -> int | str:
    """Where rows come with the question, every other patient is one of theirs."""
    given = wanted.needs.ids
    if not given:
        return ID
    left = [one for one in given if one not in taken]
    if left and wanted.rng.random() < 0.5:
        return wanted.rng.choice(left)
    known = {*given, *taken}
    kind = type(given[0])
    return next(one for n in itertools.count(1) if (one := kind(n)) not in known)


def _enriched(person: Person, maker: Maker, wanted: _Wanted) -> Person:
    """More rows that variables look at, as long as the patient stays in the population."""
    for frame in wanted.needs.frames:
        if wanted.rng.random() < 0.5:
            richer = person.copied()
            maker.add_row(richer, frame)
            person = richer if wanted.is_member(richer) else person
    return person


def _outsiders(wanted: _Wanted, size: int, taken: set[int | str]) -> Iterator[Person]:
    """Usual patients outside the population; fewer where hardly anybody is outside."""
    found = 0
    for _ in range(size * ATTEMPTS):
        person = _anybody(wanted, taken)
        if found < size and any(person.rows.values()) and not wanted.is_member(person):
            found += 1
            taken.add(person.id)
            yield person


ARROW = {
    Kind.BOOL: pa.bool_(),
    Kind.INT: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.STR: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.CODE: pa.string(),
    Kind.CODES: pa.string(),
}


def arrow_schema(schema: TableSchema, patient_id: Any) -> pa.Schema:
    """The Arrow types of a table's columns, ``patient_id`` first, of the type given."""
    columns = [(c.name, ARROW[c.type.kind]) for c in schema.columns]
    return pa.schema([("patient_id", patient_id), *columns])


def id_type(question: Question) -> Any:
    """The Arrow type of the patients' ids: int64 unless its own rows have text."""
    given = needs_of.ids(question)
    return pa.string() if given and isinstance(given[0], str) else pa.int64()


def _table(
    schema: TableSchema, people: Iterator[tuple[int | str, Person]], patient_id: Any
) -> pa.Table:
    rows = [
        row | {"patient_id": number}
        for number, person in sorted(people, key=lambda pair: pair[0])
        for row in person.rows[schema.name]
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(schema, patient_id))
