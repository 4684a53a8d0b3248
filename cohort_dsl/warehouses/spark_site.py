"""Where a site's Spark is, and which tables there are its warehouse's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings.physical import Physical, of_columns
from cohort_dsl.sql import Catalog, Dialect, Statement
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.warehouses import spark_session, spark_thrift, unchanged
from cohort_dsl.warehouses.contract import UntilClosed, refused
from cohort_dsl.warehouses.passfile import secret
from cohort_dsl.warehouses.spark import SparkWarehouse
from cohort_dsl.warehouses.spark_link import Link, misset, quoted
from cohort_dsl.warehouses.unchanged import Files, Steady

Given: TypeAlias = Mapping[str, object]

LOCAL = "local[*]"
WAYS = ("master", "remote", "thrift")
ONLY = {"memory": "master", "scratch": "master", "passfile": "thrift", "kerberos": "thrift"}
"""Settings of one way to Spark: they mean nothing on the others."""


class Tables(UntilClosed):
    """A session, and the tables of its that are on offer: views, or those of a schema."""

    def __init__(
        self,
        link: Link,
        views: Sequence[str],
        schema: str = "",
        files: Files | None = None,
    ) -> None:
        self.link, self.views, self.schema, self.files = link, views, schema, files

    def close(self) -> None:
        self.link.close()

    def columns(self) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """Of every table its path, and each column's name and type."""
        within = tuple(self.schema.split(".")) if self.schema else ()
        for name in self.views or self._listed():
            path = (*within, name)
            for column, kind in self._described(path):
                yield path, column, kind

    def _listed(self) -> list[str]:
        listed = self.link.all(Statement(f"SHOW TABLES IN {quoted(self.schema)}"))
        return [str(name) for _, name, temporary, *_ in listed if temporary is not True]

    def _described(self, path: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What comes after the columns begins with an empty line, or a number sign."""
        table = ".".join(map(_name, path))
        for column, kind, *_ in self.link.all(Statement(f"DESCRIBE TABLE {table}")):
            if not column or column.startswith("#"):
                return
            yield column, _standard(kind)


def _name(part: str) -> str:
    return f"`{part.replace('`', '``')}`"


STANDARD = {"INT": "INTEGER", "STRING": "VARCHAR", "CHAR": "VARCHAR"}


def _standard(kind: str) -> str:
    """A type as other databases call it."""
    word = re.split(r"[(<]", kind)[0].upper()
    return STANDARD.get(word, word)


def physical(tables: Tables) -> Physical:
    """The tables that are on offer. WarehouseError where they can't be looked at."""
    try:
        return of_columns(tables.columns())
    except tables.link.failures as error:
        raise refused("Spark", error) from None


def warehouse(
    tables: Tables, catalog: Catalog, dialect: Dialect = SPARK
) -> SparkWarehouse | Steady:
    """Whose files mustn't change while it answers, where they lie on this machine."""
    asked = SparkWarehouse(tables.link, catalog, dialect)
    return asked if tables.files is None else Steady(asked, tables.files)


# Opening -----------------------------------------------------------------------


def connect(given: Given) -> Tables:
    """The tables that the settings name. WarehouseError for what isn't there."""
    files = _files(given)
    here = [path for path in map(Path, files.values()) if path.is_absolute()]
    there = [path for path in here if path.exists()]
    seen = unchanged.seen(there) if there else None  # before Spark lists them
    link = _link(given)
    try:
        for name, path in files.items():
            _serve(link, name, path)
    except BaseException:
        link.close()
        raise
    return Tables(link, list(files), str(given.get("schema", "")), seen)


def problems(given: Given) -> list[str]:
    """What is wrong with several settings together."""
    wrong = []
    ways = [way for way in WAYS if way in given]
    if len(ways) > 1:
        wrong.append(f"{' and '.join(ways)} are different ways to Spark")
    way = ways[0] if ways else "master"
    wrong += [
        f"{n} is for {of} alone" for n, of in ONLY.items() if n in given and of != way
    ]
    if ("parquet" in given) == ("schema" in given):
        wrong.append("its tables are either parquet or a schema")
    if isinstance(given.get("parquet"), str) and way != "master":
        wrong.append("a server's folder can't be listed: give parquet as table: path")
    return wrong


def _files(given: Given) -> dict[str, str]:
    """The path of each table."""
    parquet = given.get("parquet")
    if isinstance(parquet, Mapping):
        return {str(name): str(path) for name, path in parquet.items()}
    return _listed(Path(str(parquet))) if parquet is not None else {}


def _listed(folder: Path) -> dict[str, str]:
    """Each file that ends in .parquet is a table, and each folder with such files."""
    if not folder.is_dir():
        raise misset(f"there is no folder {folder}", "Name the Parquet files' folder.")
    inside = [one for one in sorted(folder.iterdir()) if one.name[0] not in "._"]
    found = {
        one.name.removesuffix(".parquet"): str(one)
        for one in inside
        if one.suffix == ".parquet" or next(one.rglob("*.parquet"), None)
    }
    if not found:
        raise misset(
            f"there is no Parquet file in {folder}",
            "It should have a .parquet file, or a folder of them, for each table.",
        )
    return found


def _serve(link: Link, name: str, path: str) -> None:
    try:
        link.table(name, path)
    except link.failures:
        raise WarehouseError(
            f"Spark can't read the files of table {name}",
            where=path,
            remedy="Check that there are Parquet files, all with the same columns, which "
            "Spark's own user may read.",
        ) from None


def _link(given: Given) -> Link:
    if "remote" in given:
        return spark_session.remote(str(given["remote"]))
    if "thrift" in given:
        return spark_thrift.connect(_thrift(given))
    options = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    options["spark.log.level"] = "OFF"  # its messages quote what is in tables
    for name, option in {
        "memory": "spark.driver.memory",
        "scratch": "spark.local.dir",
    }.items():
        if name in given:
            options[option] = str(given[name])
    return spark_session.in_process(str(given.get("master", LOCAL)), options)


def _thrift(given: Given) -> dict[str, Any]:
    """In pyhive's words. Without a password the server takes the user at their word."""
    where = urlsplit(str(given["thrift"]))
    told: dict[str, Any] = {"host": where.hostname, "port": where.port or 10000}
    told |= {"username": where.username or "strongroom", "database": where.path.strip("/")}
    told["database"] = told["database"] or "default"
    if "kerberos" in given:
        return {**told, "auth": "KERBEROS", "kerberos_service_name": str(given["kerberos"])}
    if "passfile" in given:
        return {
            **told,
            "auth": "LDAP",
            "password": secret(Path(str(given["passfile"])), "passfile"),
        }
    return {**told, "auth": "NONE"}


# What settings may be ------------------------------------------------------------


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


is_master = _matches(r"local(\[(\d+|\*)\])?|yarn|spark://\S+|k8s://\S+")
is_remote = _matches(r"sc://\S+")
is_thrift = _matches(r"hive://([^\s/@:]+@)?[^\s/@:]+(:\d+)?(/\w*)?")
is_memory = _matches(r"[1-9]\d*[mg]")
is_schema = _matches(r"\w+(\.\w+)?")
_is_place = _matches(r"/.*|\w+://\S+")


def is_parquet(value: object) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(
            isinstance(name, str) and name != "" and _is_place(path)
            for name, path in value.items()
        )
    return isinstance(value, str) and Path(value).is_absolute()
