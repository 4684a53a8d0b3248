"""A mapping's file, from YAML to frozen values; every mistake with its line."""

from __future__ import annotations

import functools
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import (
    basis,
    blanks,
    names,
    reading_left_out,
    reading_tables,
    whole_file,
    yaml_lines,
)
from cohort_dsl.mappings.expressions import Column, columns
from cohort_dsl.mappings.model import People, SiteMapping
from cohort_dsl.mappings.written import Written
from cohort_dsl.mappings.yaml_lines import Entry, Keys, Problems

MODELS = files("cohort_dsl.mappings") / "models"

FORM = "site"  # of the mappings that come along, the one that is to be filled in


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
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        _refuse(f"{name} can't be read", "Give the absolute path of a mapping's YAML file.")
        raise
    return replace(read(text, name), written=Written(Path(name).name, text))


@functools.cache
def built_in() -> tuple[str, ...]:
    """The models that come along, each a folder: its mapping, and a page about it."""
    return tuple(sorted(one.name for one in MODELS.iterdir() if one.is_dir()))


@functools.cache
def _built_in(name: str) -> SiteMapping:
    return read(text_of(name), f"{name}/mapping.yaml")


def form() -> str:
    """The text of a mapping that a site fills in."""
    return text_of(FORM)


def text_of(name: str) -> str:
    """What the file of a mapping that comes along says."""
    return MODELS.joinpath(name, "mapping.yaml").read_text("utf-8")


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
    head = Keys(file.section(), file)
    if head["format"].scalar() != "mapping" or head["version"].scalar() != 1:
        problems.add(1, "this is no mapping of version 1: 'format: mapping', 'version: 1'")
        problems.demand_none()
    known = (*whole_file.KEYS, *reading_left_out.KEYS)
    found = basis.whole(file, _base(head, problems), known, problems)
    keys = found.keys
    people, name = _people(keys["people"]), keys["name"].text()
    tables = reading_tables.Tables(found.tables, problems).all()
    left_out = reading_left_out.Reader(
        reading_tables.table_name, reading_tables.expression, reading_tables.joins
    ).left_out(keys)
    of_all = whole_file.of_all(keys)
    if "one_pass" in head:
        whole_file.demand_read(keys["one_pass"], tables)
    problems.demand_none()
    return SiteMapping(name, people, tables, *of_all, left_out, blanks.blanks(text))


def _base(head: Keys, problems: Problems) -> Entry | None:
    """The file of the mapping that this one is like."""
    if "like" not in head:
        return None
    name = head["like"].text()
    whole = [one for one in built_in() if not blanks.blanks(text_of(one))]
    if name in whole:
        return yaml_lines.read(text_of(name), problems)
    told = f"'like: {name}' must name a mapping that comes along: {', '.join(whole)}"
    problems.add(head["like"].line, told)
    problems.demand_none()
    return None


def _people(entry: Entry) -> People:
    keys = entry.keys(("table", "patient_id"), ())
    patient = reading_tables.expression(keys["patient_id"]) or Column(None, "")
    if any(column.alias is not None for column in columns(patient)):
        keys["patient_id"].wrong("of the table itself")
    table = reading_tables.table_name(keys["table"])
    if names.has_year(table):
        keys["table"].wrong("one table, or two as in IR_BEN_R[_ARC]")
    return People(table, patient)
