"""A warehouse that is named by a folder: dummy tables at home, or a site."""

from __future__ import annotations

from pathlib import Path

import dummy_data
from cli import clock
from cli.compose.folder import SiteFolder
from cli.compose.opened import noted
from cohort_dsl import warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.model import wire
from cohort_dsl.model.question import Question
from cohort_dsl.warehouses import duckdb
from cohort_dsl.warehouses.contract import Warehouse
from cohort_dsl.warehouses.parquet import from_parquet
from job_runner.site import policy


def opened(folder: Path, question: Question) -> Warehouse:
    """The warehouse, to be used in a ``with`` block, of what the folder holds.

    A site's warehouse, as its policy says; or Parquet files (or folders of parts) named as
    the question's tables; or CSV files, as ``strongroom dummy-data`` writes them.
    WarehouseError where it is none of these, or can't be read. That a site's warehouse
    is asked goes onto the site's ledger.
    """
    site = SiteFolder(folder)
    if site.policy.is_file():
        return _of_the_site(site, question)
    schemas = {schema.name: schema for schema in question.tables()}
    parquet = {name: path for name in schemas if (path := _parquet(folder, name))}
    if parquet:
        return from_parquet(parquet, schemas)
    if schemas and not any((folder / f"{name}.csv").is_file() for name in schemas):
        raise WarehouseError(
            f"it holds no file of {', '.join(schemas)}, and is no site",
            where=str(folder),
            remedy="Name a folder of strongroom dummy-data, a folder of Parquet files "
            "named as the tables, or a site's folder.",
        )
    tables = dummy_data.read(folder, schemas.values(), dummy_data.id_type(question))
    return duckdb.from_rows(tables, schemas)


def _of_the_site(site: SiteFolder, question: Question) -> Warehouse:
    """On the ledger first: who asks people's records is known before they answer."""
    warehouse = warehouses.open(policy.load(site.policy).warehouse, clock.today())
    try:
        asked = sorted(schema.name for schema in question.tables())
        body = {"query_sha256": wire.query_hash(question), "tables": asked}
        noted(site, "explain", body)
    except BaseException:
        warehouse.close()
        raise
    return warehouse


def _parquet(folder: Path, table: str) -> Path | None:
    parts = folder / table
    file = folder / f"{table}.parquet"
    return file if file.is_file() else parts if parts.is_dir() else None
