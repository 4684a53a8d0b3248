"""A mapping's file, from YAML to frozen values; every mistake with its line."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import names, reading_left_out, whole_file, yaml_lines
from cohort_dsl.mappings.expressions import (
    Column,
    Constant,
    Expression,
    ExpressionError,
    columns,
    parse,
)
from cohort_dsl.mappings.model import OFFERED, Join, Part, People, SiteMapping
from cohort_dsl.mappings.yaml_lines import Entry, Keys, Problems
from cohort_dsl.model.types import TableSchema

MODELS = files("cohort_dsl.mappings") / "models"

PART_KEYS = (
    "from", "patient_id", "columns", "joins", "only", "except", "present", "first_by"
)  # fmt: skip
LIKE_KEYS = ("like", "columns", "only", "except", "present")
JOIN_KEYS = ("table", "never", "required", "first_by", "unless_empty")


def load(name: str) -> SiteMapping:
    """The mapping that comes with Strongroom under this name, or a site's own file.

    ``name``: one of ``built_in()``, or the absolute path of a file ending in ``.yaml``.
    WarehouseError for another name, and with all that is wrong in the file.
    """
    if name in built_in():
        return _built_in(name)
    if not Path(name).is_absolute():
        _refuse(f"there is no mapping called {name}", _known(name))
    try:
        return read(Path(name).read_text("utf-8"), name)
    except (OSError, UnicodeDecodeError):
        _refuse(f"{name} can't be read", "Give the absolute path of a mapping's YAML file.")
        raise


@functools.cache
def built_in() -> tuple[str, ...]:
    """The models that come along, each a folder: its mapping, and a page about it."""
    return tuple(sorted(one.name for one in MODELS.iterdir() if one.is_dir()))


@functools.cache
def _built_in(name: str) -> SiteMapping:
    text = MODELS.joinpath(name, "mapping.yaml").read_text("utf-8")
    return read(text, f"{name}/mapping.yaml")


def _known(name: str) -> str:
    near = get_close_matches(name.lower(), built_in(), n=1, cutoff=0.4)
    meant = f"Did you mean {near[0]}? " if near else ""
    known = ", ".join(built_in())
    return f"{meant}Name one of {known}, or give the absolute path of a mapping's file."


def _refuse(problem: str, remedy: str) -> None:
    raise WarehouseError(problem, where="the warehouse's mapping", remedy=remedy) from None


def read(text: str, where: str) -> SiteMapping:
    """The mapping that the text says; WarehouseError with all that is wrong in it."""
    problems = Problems(where)
    file = yaml_lines.read(text, problems)
    required = ("format", "version", "name", "people", "tables")
    keys = file.keys(required, (*whole_file.KEYS, *reading_left_out.KEYS))
    if keys["format"].scalar() != "mapping" or keys["version"].scalar() != 1:
        problems.add(1, "this is no mapping of version 1: 'format: mapping', 'version: 1'")
        problems.demand_none()
    people, name = _people(keys["people"]), keys["name"].text()
    tables = _Tables(keys["tables"].section(), problems).all()
    days, zone = whole_file.days(keys), whole_file.zone(keys)
    left_out = reading_left_out.Reader(_table, _expression, _joins).left_out(keys)
    problems.demand_none()
    return SiteMapping(name, people, tables, days, zone, left_out)


def _people(entry: Entry) -> People:
    keys = entry.keys(("table", "patient_id"), ())
    patient = _expression(keys["patient_id"]) or Column(None, "")
    if any(column.alias is not None for column in columns(patient)):
        keys["patient_id"].wrong("of the table itself")
    table = _table(keys["table"])
    if names.has_year(table):
        keys["table"].wrong("one table, or two as in IR_BEN_R[_ARC]")
    return People(table, patient)


def _table(entry: Entry) -> str:
    """The name of a table, or of several as ``names`` tells them."""
    name = entry.text()
    if name and (problem := names.problem(name)):
        entry.problems.add(entry.line, f"{entry.name}, {name}: {problem}")
    return name


class _Tables:
    """The contract tables of one file. What is ``like`` another is read after it."""

    def __init__(self, entries: Mapping[str, Entry], problems: Problems) -> None:
        self.entries, self.problems = entries, problems
        self.done: dict[str, tuple[Part, ...]] = {}
        self.under_way: list[str] = []

    def all(self) -> dict[str, tuple[Part, ...]]:
        for name in self.entries:
            self.table(name)
        return {name: parts for name, parts in self.done.items() if parts}

    def table(self, name: str) -> tuple[Part, ...]:
        if name not in self.done:
            entry = self.entries[name]
            self.under_way.append(name)
            if name in OFFERED:
                self.done[name] = tuple(self._parts(entry, OFFERED[name]))
            else:
                near = get_close_matches(name, OFFERED, n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                self.problems.add(entry.line, f"no contract has a table {name}{meant}")
                self.done[name] = ()
            self.under_way.pop()
        return self.done[name]

    def _parts(self, entry: Entry, schema: TableSchema) -> Iterable[Part]:
        held = entry.section()
        if "union" not in held:
            return self._part(entry, schema, held)
        keys = entry.keys(("union",), ())
        return [
            part
            for item in keys["union"].items()
            for part in self._part(item, schema, item.section())
        ]

    def _part(
        self, entry: Entry, schema: TableSchema, held: Mapping[str, Entry]
    ) -> list[Part]:
        if "like" in held:
            return self._like(entry.keys(("like",), LIKE_KEYS[1:]), schema)
        keys = entry.keys(PART_KEYS[:3], PART_KEYS[3:])
        part = Part(
            table=_table(keys["from"]),
            patient_id=_expression(keys["patient_id"]) or Column(None, ""),
            columns=self._columns(keys, schema, {}),
            joins=_joins(keys),
            only=_texts(keys, "only"),
            left_out=_texts(keys, "except"),
            present=_expressions(keys, "present"),
            first_by=_expressions(keys, "first_by"),
        )
        self._check_aliases(part, entry)
        return [part]

    def _like(self, keys: Keys, schema: TableSchema) -> list[Part]:
        name = keys["like"].text()
        if name not in self.entries or name in self.under_way:
            problem = f"'like: {name}' must name another table of this file"
            self.problems.add(keys["like"].line, problem)
            return []
        found = []
        for base in self.table(name):
            told = self._columns(keys, schema, base.columns)
            part = replace(
                base,
                columns=told,
                only=(*base.only, *_texts(keys, "only")),
                left_out=(*base.left_out, *_texts(keys, "except")),
                present=(*base.present, *_expressions(keys, "present")),
                like=name,
            )
            self._check_aliases(part, keys.section)
            found.append(part)
        return found

    def _columns(
        self,
        keys: Keys,
        schema: TableSchema,
        base: Mapping[str, Expression | None],
    ) -> dict[str, Expression | None]:
        """An expression, or None, for each column of the schema."""
        own = keys["columns"].section() if "columns" in keys else {}
        names = [column.name for column in schema.columns]
        for name in own.keys() - set(names):
            self.problems.add(own[name].line, f"{schema.name} has no column {name}")
        lacking = [name for name in names if name not in own and name not in base]
        if lacking:
            told = f"{schema.name} lacks {', '.join(lacking)}: write 'name:' for none"
            self.problems.add(keys.section.line, told)
        return {n: _expression(own[n]) if n in own else base.get(n) for n in names}

    def _check_aliases(self, part: Part, entry: Entry) -> None:
        known = {join.alias for join in part.joins}
        for column in part.read():
            if column.alias is not None and column.alias not in known:
                problem = f"{column}: {column.alias} isn't among the joins"
                self.problems.add(entry.line, problem)
        for join in part.joins:
            if join.unless_empty is not None and join.unless_empty not in OFFERED:
                problem = f"no contract has a table {join.unless_empty}"
                self.problems.add(entry.line, problem)
            if names.has_year(join.table) and not names.has_year(part.table):
                problem = f"{join.table} is one for each year, and {part.table} isn't"
                self.problems.add(entry.line, problem)


def _expression(entry: Entry) -> Expression | None:
    value = entry.scalar()
    if value is None:
        return None
    try:
        return parse(str(value))
    except ExpressionError as error:
        entry.problems.add(entry.line, f"{entry.name}: {error}")
        return None


def _joins(keys: Keys) -> tuple[Join, ...]:
    held = keys["joins"].section() if "joins" in keys else {}
    return tuple(_join(alias, entry) for alias, entry in held.items())


def _join(alias: str, entry: Entry) -> Join:
    keys = entry.keys(("on",), JOIN_KEYS)
    on = {name: _on(one) for name, one in keys["on"].section().items()}
    never, required = keys["never"].scalar(), keys["required"].scalar()
    if never is not None and type(never) is not int:
        keys["never"].wrong("a whole number")
    if not isinstance(required, bool | None):
        keys["required"].wrong("true or false")
    return Join(
        alias=alias,
        table=_table(keys["table"]) if "table" in keys else alias,
        on={name: one for name, one in on.items() if one is not None},
        never=never if isinstance(never, int) else None,
        required=required is True,
        first_by=_names(keys, "first_by"),
        unless_empty=keys["unless_empty"].text() if "unless_empty" in keys else None,
    )


def _on(entry: Entry) -> Column | Constant | None:
    found = _expression(entry)
    if isinstance(found, Column) or (isinstance(found, Constant) and found.value):
        return found
    entry.wrong("the name of a column, or a constant")
    return None


def _texts(keys: Keys, word: str) -> tuple[tuple[Expression, tuple[str, ...]], ...]:
    """Expressions, each with the texts that are meant."""
    held = keys[word].section() if word in keys else {}
    found = []
    for name, entry in held.items():
        values = tuple(v for item in entry.items() if isinstance(v := item.scalar(), str))
        if not values:
            entry.wrong("a column's list of texts")
            continue
        try:
            found.append((parse(name), values))
        except ExpressionError as error:
            entry.problems.add(entry.line, f"{entry.name}: {error}")
    return tuple(found)


def _expressions(keys: Keys, word: str) -> tuple[Expression, ...]:
    items = keys[word].items() if word in keys else ()
    return tuple(found for item in items if (found := _expression(item)) is not None)


def _names(keys: Keys, word: str) -> tuple[str, ...]:
    return tuple(item.text() for item in keys[word].items()) if word in keys else ()
