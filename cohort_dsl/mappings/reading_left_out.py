"""Who is left out of everything, as a mapping's file says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from cohort_dsl.mappings.expressions import (
    Column,
    Either,
    Expression,
    ExpressionError,
    columns,
    sums_up,
)
from cohort_dsl.mappings.model import Join, LeftOut, Part, Texts
from cohort_dsl.mappings.words import parse
from cohort_dsl.mappings.yaml_lines import Entry, Keys

KEYS = ("opposition", "exclusions")
REQUIRED = ("from", "patient_id")
OPTIONAL = ("joins", "only", "unless", "begins", "ends")

ReadExpression: TypeAlias = Callable[[Entry], Expression | None]
ReadJoins: TypeAlias = Callable[[Keys], tuple[Join, ...]]
ReadTable: TypeAlias = Callable[[Entry], str]


class Reader:
    """Reads with the words of all mappings."""

    def __init__(
        self, table: ReadTable, expression: ReadExpression, joins: ReadJoins
    ) -> None:
        self.table, self.expression, self.joins = table, expression, joins

    def left_out(self, keys: Keys) -> tuple[LeftOut, ...]:
        """Those who opposed, and then the exclusions, each by its name."""
        found = []
        if "opposition" in keys:
            every = list(keys["opposition"].items())
            if not every:
                keys["opposition"].wrong(
                    "a list of tables in which those stand who opposed"
                )
            for number, entry in enumerate(every, start=1):
                name = "opposition" if len(every) == 1 else f"opposition {number}"
                found.append(self._one(name, entry, opposed=True))
        if "exclusions" in keys:
            for name, entry in keys["exclusions"].section().items():
                found.append(self._one(name, entry, opposed=False))
        return tuple(found)

    def _one(self, name: str, entry: Entry, *, opposed: bool) -> LeftOut:
        keys = entry.keys(REQUIRED, OPTIONAL)
        part = Part(
            table=self.table(keys["from"]),
            patient_id=self.expression(keys["patient_id"]) or Column(None, ""),
            columns={},
            joins=self.joins(keys),
        )
        found = LeftOut(
            name=name,
            opposed=opposed,
            part=part,
            only=tuple(self._texts(keys, "only", missing=opposed)),
            unless=tuple(self._texts(keys, "unless", missing=False)),
            begins=self.expression(keys["begins"]),
            ends=self.expression(keys["ends"]),
        )
        _check_aliases(found, entry)
        _check_patient(found, keys["patient_id"])
        _check_row_by_row(found, entry)
        return found

    def _texts(self, keys: Keys, word: str, *, missing: bool) -> Iterator[Texts]:
        """A column's texts; numbers may stand among them, and ``null`` for none."""
        held = keys[word].section() if word in keys else {}
        for name, entry in held.items():
            values = [item.written() for item in entry.items()]
            texts = tuple(text.strip() for value in values for text in value)
            if not values:
                entry.wrong("a column's list of texts")
                continue
            try:
                yield Texts(parse(name), texts, missing or () in values)
            except ExpressionError as error:
                entry.problems.add(entry.line, f"{entry.name}: {error}")


def _check_patient(found: LeftOut, entry: Entry) -> None:
    """What names no column would name nobody, and so leave nobody out."""
    told = found.part.patient_id
    options = told.options if isinstance(told, Either) else (told,)
    if not all(any(column.name for column in columns(one)) for one in options):
        entry.wrong("a column, or an expression of columns")


def _check_row_by_row(found: LeftOut, entry: Entry) -> None:
    """Each row counts by itself, whatever the site declares empty."""
    texts = (one.column for one in (*found.only, *found.unless))
    said = (found.part.patient_id, found.begins, found.ends, *texts)
    if any(sums_up(one) for one in said if one):
        problem = f"{entry.name}: earliest() and latest() can't stand here"
        entry.problems.add(entry.line, problem)
    if any(join.unless_empty for join in found.part.joins):
        problem = f"{entry.name}: no 'unless_empty' can stand in its joins"
        entry.problems.add(entry.line, problem)


def _check_aliases(found: LeftOut, entry: Entry) -> None:
    known = {None, *(join.alias for join in found.part.joins)}
    for column in found.read():
        if column.alias not in known:
            problem = f"{column}: {column.alias} isn't among the joins"
            entry.problems.add(entry.line, problem)
