"""What a site's policy says about its warehouse, and the warehouse that this gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import binding, blanks, reading
from cohort_dsl.mappings.model import OFFERED, SiteMapping
from cohort_dsl.mappings.nearest import meant
from cohort_dsl.sql import Dialect
from cohort_dsl.warehouses.engines import ENGINES, Engine
from cohort_dsl.warehouses.faults import WHERE
from cohort_dsl.warehouses.mapped import MappedWarehouse

COMMON = ("engine", "mapping", "empty_tables", "opposition", "one_statement")


@dataclass(frozen=True)
class Settings:
    """``empty_tables``: contract tables, or ``table.column``, that the site can't serve.
    ``opposition``: how, by the site's word, objecting patients are kept out, if at all.
    ``one_statement``: Strongroom may make no table there, not even a temporary one.
    """

    engine: Engine
    given: Mapping[str, object] = field(repr=False)
    mapping: str
    empty_tables: frozenset[str]
    opposition: str = ""
    one_statement: bool = False

    @property
    def dialect(self) -> Dialect:
        """In which the warehouse is asked."""
        own = self.engine.dialect
        return own.in_one_statement() if self.one_statement else own


def read(settings: Mapping[str, object]) -> Settings:
    """The settings; WarehouseError with all that is wrong with them."""
    empty = settings.get("empty_tables", ())
    name = str(settings.get("engine", "duckdb"))
    wrong = [] if name in ENGINES else [f"there is no engine {name}, only {_engines()}"]
    engine = ENGINES.get(name, ENGINES["duckdb"])
    wrong += [*_wrong_keys(settings, engine), *engine.problems(settings)]
    if not isinstance(settings.get("mapping", ""), str):
        wrong.append("mapping isn't a name")
    wrong += _wrong_tables(empty)
    alone = settings.get("one_statement", False)
    if not isinstance(alone, bool):
        wrong.append("one_statement isn't yes or no")
    if wrong:
        raise WarehouseError(
            "; ".join(wrong),
            where=WHERE,
            remedy="Correct what is said of the warehouse, in the site's policy or to "
            "`strongroom site init`; docs/warehouses has a page for each engine.",
        )
    names = frozenset(map(str, empty)) if isinstance(empty, Sequence) else frozenset()
    opposition = str(settings.get("opposition", ""))
    return Settings(
        engine, settings, str(settings["mapping"]), names, opposition, alone is True
    )


BY_MAPPING, NONE_RECORDED = "left_out_by_mapping", "none_recorded"
"""What a site may say of it that its mapping must agree with."""


def _must_agree(said: str, mapping: SiteMapping) -> None:
    """WarehouseError where the site's word and its mapping differ: one of them is wrong."""
    if said == BY_MAPPING and not mapping.leaves_out_opposed:
        raise WarehouseError(
            f"the site's policy says opposition: {said}, and the mapping {mapping.name} "
            "has no opposition",
            where=WHERE,
            remedy="Say in the mapping where those stand who opposed (docs/mapping.md); "
            "nothing is asked before.",
        )
    if said == NONE_RECORDED and mapping.leaves_out_opposed:
        raise WarehouseError(
            f"the site's policy says opposition: {said}, but the mapping {mapping.name} "
            "leaves out those who opposed",
            where=WHERE,
            remedy=f"Write opposition: {BY_MAPPING} in the policy.",
        )


def _engines() -> str:
    return " and ".join(ENGINES)


def _wrong_keys(settings: Mapping[str, object], engine: Engine) -> list[str]:
    known = {*COMMON, *engine.settings}
    unknown = [
        f"there is no setting {key}{meant(key, known)}"
        for key in sorted(settings.keys() - known)
    ]
    own = {name for name, setting in engine.settings.items() if setting.required}
    required = {"engine", "mapping", *own}
    lacking = [f"{key} isn't set" for key in sorted(required - settings.keys())]
    return [*unknown, *lacking]


def _wrong_tables(empty: object) -> list[str]:
    if isinstance(empty, str) or not isinstance(empty, Sequence):
        return ["empty_tables isn't a list of tables"]
    return [
        f"no contract has a table {name}{meant(name, [*OFFERED, *_columns()])}"
        for name in map(str, empty)
        if name not in OFFERED and name not in _columns()
    ]


def _columns() -> frozenset[str]:
    return frozenset(f"{t.name}.{c.name}" for t in OFFERED.values() for c in t.columns)


def open_warehouse(
    settings: Mapping[str, object], today: date | None = None
) -> MappedWarehouse:
    """The warehouse that the settings describe, open and locked against everything else.

    ``today``: by which oppositions have begun or ended. WarehouseError for settings that
    aren't understood, a mapping that isn't there, is wrong, isn't filled in or doesn't
    leave out those who opposed as the site says, and a database that isn't there or can't
    be read.
    """
    site = read(settings)
    mapping = _mapping(site)
    connection = site.engine.connect(site.given)
    try:
        return _on(connection, site, mapping, today)
    except BaseException:
        connection.close()
        raise


def mapped(site: Settings, connection: Any, today: date | None = None) -> MappedWarehouse:
    """The same on a connection that is open. WarehouseError as above."""
    return _on(connection, site, _mapping(site), today)


def _mapping(site: Settings) -> SiteMapping:
    """It is read, and held against the site's word, before there is a connection."""
    mapping = reading.load(site.mapping)
    blanks.demand_none(mapping.blanks, site.mapping, form=site.mapping == reading.FORM)
    _must_agree(site.opposition, mapping)
    return mapping


def _on(
    connection: Any, site: Settings, mapping: SiteMapping, today: date | None
) -> MappedWarehouse:
    engine = site.engine
    found = engine.physical(connection)
    bound = binding.bind(mapping, found, site.dialect, site.empty_tables, today)
    database = engine.warehouse(connection, bound.catalog, site.dialect)
    return MappedWarehouse(database, bound, mapping.name)
