"""The tables of a mapping's file: entries of YAML, to parts that are frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cohort_dsl.mappings import names
from cohort_dsl.mappings.constants import misfits
from cohort_dsl.mappings.expressions import (
    OWN,
    Column,
    Constant,
    Expression,
    ExpressionError,
    columns,
    sums_up,
)
from cohort_dsl.mappings.model import OFFERED, Beside, Join, Only, Part
from cohort_dsl.mappings.nearest import meant
from cohort_dsl.mappings.texts import Meant
from cohort_dsl.mappings.words import parse
from cohort_dsl.mappings.yaml_lines import Entry, Keys, Problems
from cohort_dsl.model.types import TableSchema

PART_KEYS = (
    "from",
    "patient_id",
    "columns",
    "joins",
    "beside",
    "only",
    "except",
    "present",
    "first_by",
    "optional",
)
LIKE_KEYS = ("like", "columns", "only", "except", "present")
JOIN_KEYS = ("table", "never", "required", "only", "first_by", "unless_empty")
BESIDE_KEYS = ("same", "only")


def table_name(entry: Entry) -> str:
    """The name of a table, or of several as ``names`` tells them."""
    name = entry.text()
    if name and (problem := names.problem(name)):
        entry.problems.add(entry.line, f"{entry.name}, {name}: {problem}")
    return name


class Tables:
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
                told = f"no contract has a table {name}{meant(name, OFFERED)}"
                self.problems.add(entry.line, told)
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
            table=table_name(keys["from"]),
            patient_id=expression(keys["patient_id"]) or Column(None, ""),
            columns=self._columns(keys, schema, {}),
            joins=joins(keys),
            beside=_beside(keys),
            only=_texts(keys, "only"),
            left_out=_texts(keys, "except"),
            present=expressions(keys, "present"),
            first_by=expressions(keys, "first_by"),
            optional=_yes(keys["optional"]),
        )
        self._check_aliases(part, entry)
        return [part]

    def _like(self, keys: Keys, schema: TableSchema) -> list[Part]:
        name = keys["like"].text()
        if name not in self.entries or name in self.under_way:
            problem = f"'like: {name}' must name another table of this file"
            if name in self.under_way[:-1]:
                circle = [*self.under_way[self.under_way.index(name) :], name]
                problem = f"'like: {name}' comes back to itself: {' → '.join(circle)}"
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
                present=(*base.present, *expressions(keys, "present")),
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
            told = f"{schema.name} has no column {name}{meant(name, names)}"
            self.problems.add(own[name].line, told)
        lacking = [name for name in names if name not in own and name not in base]
        if lacking:
            none = f"write '{lacking[0]}:', with nothing behind it, if you have none"
            told = f"{schema.name} lacks {', '.join(lacking)}: {none}"
            self.problems.add(keys.section.line, told)
        found = {n: expression(own[n]) if n in own else base.get(n) for n in names}
        for column in schema.columns:
            said = found[column.name]
            for constant in misfits(said, column.type.kind) if said else ():
                told = f"{schema.name}.{column.name} can't be {constant}: it is a"
                line = own.get(column.name, keys.section).line
                self.problems.add(line, f"{told} {column.type}")
        return found

    def _check_aliases(self, part: Part, entry: Entry) -> None:
        known = {join.alias for join in part.joins} | {one.alias for one in part.beside}
        for column in part.read():
            if column.alias is not None and column.alias not in known:
                problem = f"{column}: {column.alias} isn't among the joins"
                self.problems.add(entry.line, problem)
        if part.sums_up:
            self._check_sums(part, entry)
        for join in part.joins:
            if join.unless_empty is not None and join.unless_empty not in OFFERED:
                problem = f"no contract has a table {join.unless_empty}"
                self.problems.add(entry.line, problem)
            if names.has_year(join.table) and not names.has_year(part.table):
                problem = f"{join.table} is one for each year, and {part.table} isn't"
                self.problems.add(entry.line, problem)

    def _check_sums(self, part: Part, entry: Entry) -> None:
        beside = "beside earliest() and latest(),"
        single = [one for one in part.columns.values() if one and not sums_up(one)]
        if any(True for one in single for _ in columns(one)):
            told = f"{beside} a column is a constant or empty"
            self.problems.add(entry.line, told)
        if part.first_by or part.beside:
            told = f"{beside} no 'first_by' or 'beside' may stand"
            self.problems.add(entry.line, told)


def expression(entry: Entry) -> Expression | None:
    value = entry.scalar()
    if value is None:
        return None
    try:
        return parse(str(value))
    except ExpressionError as error:
        entry.problems.add(entry.line, f"{entry.name}: {error}")
        return None


def joins(keys: Keys) -> tuple[Join, ...]:
    """In their order, in which each may hang on those before it, and on no other."""
    held = keys["joins"].section() if "joins" in keys else {}
    found = tuple(_join(alias, entry) for alias, entry in held.items())
    for number, join in enumerate(found):
        later = {one.alias for one in found[number:]}
        for column in join.read():
            if column.alias in later:
                told = (
                    f"{column}: {join.alias} can hang only on a join that stands before it"
                )
                keys["joins"].problems.add(held[join.alias].line, told)
    return found


def _join(alias: str, entry: Entry) -> Join:
    keys = entry.keys(("on",), JOIN_KEYS)
    if not alias or alias == OWN:
        entry.wrong(f"called otherwise: {OWN} is the table itself")
    if "on" in keys and not keys["on"].section():
        keys["on"].wrong("a column at least, and what it must equal")
    on = {name: _on(one) for name, one in keys["on"].section().items()}
    never = keys["never"].scalar()
    if never is not None and type(never) is not int:
        keys["never"].wrong("a whole number")
    return Join(
        alias=alias,
        table=table_name(keys["table"]) if "table" in keys else alias,
        on={name: one for name, one in on.items() if one is not None},
        never=never if isinstance(never, int) else None,
        required=_yes(keys["required"]),
        only=_texts(keys, "only"),
        first_by=_names(keys, "first_by"),
        unless_empty=keys["unless_empty"].text() if "unless_empty" in keys else None,
    )


def _yes(entry: Entry) -> bool:
    value = entry.scalar()
    if not isinstance(value, bool | None):
        entry.wrong("true or false")
    return value is True


def _on(entry: Entry) -> Column | Constant | None:
    found = expression(entry)
    if isinstance(found, Column) or (isinstance(found, Constant) and found.value):
        return found
    entry.wrong("the name of a column, or a constant")
    return None


def _beside(keys: Keys) -> tuple[Beside, ...]:
    held = keys["beside"].section() if "beside" in keys else {}
    found = []
    for alias, entry in held.items():
        told = entry.keys(BESIDE_KEYS, ())
        found.append(Beside(alias, _names(told, "same"), _texts(told, "only")))
    return tuple(found)


def _texts(keys: Keys, word: str) -> tuple[Only, ...]:
    """Expressions, each with the texts that are meant."""
    held = keys[word].section() if word in keys else {}
    found = []
    for name, entry in held.items():
        told = _listed(entry)
        if not told.values:
            entry.wrong("a column's list of texts, or 'beginning:' and such a list")
            continue
        try:
            found.append((parse(name), told))
        except ExpressionError as error:
            entry.problems.add(entry.line, f"{entry.name}: {error}")
    return tuple(found)


def _listed(entry: Entry) -> Meant:
    """Meant, or beginnings of some."""
    if not entry.is_section():
        return Meant(tuple(text.strip() for text in _values(entry)))
    keys = entry.keys(("beginning",), ())
    return Meant(_values(keys["beginning"]) if "beginning" in keys else (), beginning=True)


def _values(entry: Entry) -> tuple[str, ...]:
    """Every text of the list, of which none may be lost: each leaves rows out or in."""
    found: list[str] = []
    for item in entry.items():
        written = item.written()
        if not written:
            item.wrong("a text")
        found += written
    return tuple(found)


def expressions(keys: Keys, word: str) -> tuple[Expression, ...]:
    items = keys[word].items() if word in keys else ()
    return tuple(found for item in items if (found := expression(item)) is not None)


def _names(keys: Keys, word: str) -> tuple[str, ...]:
    return tuple(item.text() for item in keys[word].items()) if word in keys else ()
